"""Measurements: each script prints our figure and the other side by side, and keeps the raw numbers as JSON."""
