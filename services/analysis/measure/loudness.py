"""Loudness by ITU-R BS.1770-4, EBU Tech 3341 (momentary, short-term), EBU Tech 3342 (range) and ReplayGain 2.0, in one pass."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from services.analysis.measure.frontend import Block, Frames, Signal
from services.analysis.results import Curve, Feature, Loudness, Shortfall
from services.mesh.audio.loudness import HOP, MOMENTARY, STEPS_PER_SECOND, LoudnessMeter, Metered, decibels, gated, lufs

_RANGE_GATE = -20.0
_RANGE_PERCENTILES = (10, 95)
_REPLAY_GAIN_REFERENCE = -18.0
_SHORT_TERM = 300


class LoudnessListener:
    """Measures the mix at its own sample rate."""

    signal: Signal = ("mix",)
    frames: Sequence[Frames] = ()

    def __init__(self, channel_count: int = 2) -> None:
        """Listens to a file of so many channels: of mono, both sides hold the same, and it counts once (as BS.1770 says)."""
        self._channel_count = min(channel_count, 2)
        self._meter: LoudnessMeter | None = None

    def hear(self, block: Block) -> None:
        """Takes the next block."""
        if self._meter is None:
            self._meter = LoudnessMeter(block.stereo_rate_hz, self._channel_count)
        self._meter.add(block.stereo[: self._channel_count])

    def loudness(self) -> Loudness | Shortfall:
        """Returns what was measured; silence has no loudness."""
        meter, self._meter = self._meter, None  # what it keeps is not needed twice
        measured = loudness_of(meter.finish()) if meter else None
        if measured is None or measured.true_peak_dbtp is None:
            return Shortfall(feature=Feature.LOUDNESS, reason="silent", message="There is nothing to hear.")
        return measured


def loudness_of(metered: Metered) -> Loudness:
    """Returns the measurements of what a meter heard."""
    momentary, momentary_max = _through_time(metered, MOMENTARY)
    short_term, short_term_max = _through_time(metered, _SHORT_TERM)
    integrated = metered.integrated_lufs()
    return Loudness(
        integrated_lufs=integrated,
        range_lu=_range(short_term),
        true_peak_dbtp=decibels(metered.true_peak),
        momentary_lufs=_curve(momentary, MOMENTARY),
        short_term_lufs=_curve(short_term, _SHORT_TERM),
        momentary_max_lufs=momentary_max,
        short_term_max_lufs=short_term_max,
        replay_gain_db=None if integrated is None else _REPLAY_GAIN_REFERENCE - integrated,
        replay_gain_peak=metered.sample_peak,
    )


def _through_time(metered: Metered, size: int) -> tuple[NDArray[np.float64], float | None]:
    """Returns the energy of windows of so many steps, those that the standard looks at, and the loudest of all in LUFS."""
    windows = metered.windows(size)
    return windows[::HOP].copy(), _largest(windows)


def _range(short_term: NDArray[np.float64]) -> float | None:
    blocks = gated(short_term, _RANGE_GATE)
    if not blocks.size:
        return None
    low, high = np.percentile(lufs(blocks), _RANGE_PERCENTILES, method="nearest")
    return float(high - low)


def _largest(windows: NDArray[np.float64]) -> float | None:
    loudest = lufs(windows.max(keepdims=True)) if windows.size else np.array([np.nan])
    return None if math.isnan(loudest[0]) else float(loudest[0])


def _curve(windows: NDArray[np.float64], size: int) -> Curve:
    """Returns the loudness over time; the time of a value is the end of its window, as a meter shows it."""
    return Curve(start=size / STEPS_PER_SECOND, step=HOP / STEPS_PER_SECOND, values=lufs(windows).astype(np.float32))
