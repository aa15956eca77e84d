"""The processing service: separates tracks into stems."""
