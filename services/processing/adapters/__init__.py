"""What touches the outside: weights on disk, torch, ffmpeg, the engine's child process."""
