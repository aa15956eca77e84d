"""Fetches songs from links into the library."""
