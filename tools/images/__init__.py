"""Builds the container images and sees that they work: `python -m tools.images`."""
