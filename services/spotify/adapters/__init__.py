"""What is foreign: spotipy, Redis, short links."""
