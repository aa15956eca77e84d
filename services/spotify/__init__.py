"""Spotify's catalogue: search, links, albums and playlists, read through its Web API and kept in a cache."""
