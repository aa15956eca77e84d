"""Audio in: ffmpeg as a guarded child process, probing, decoding, tags. All audio is hostile until decoded."""
