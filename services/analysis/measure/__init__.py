"""Measures what `services.analysis.results` names. Synchronous, for the worker's child process; numpy, scipy, librosa, soxr only."""
