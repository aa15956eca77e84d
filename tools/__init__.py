"""Developer tools; nothing here ships."""
