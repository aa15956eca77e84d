"""The library: tracks, their files, and how both come in and go out."""
