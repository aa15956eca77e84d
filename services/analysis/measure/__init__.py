"""Measures what `services.analysis.results` names. Synchronous, for the worker's child process; numpy, scipy, librosa, soxr only."""

from services.analysis.measure.beat_logits import BeatNetwork
from services.analysis.measure.frontend import Sources, StereoSamples
from services.analysis.measure.run import measure

__all__ = ["BeatNetwork", "Sources", "StereoSamples", "measure"]
