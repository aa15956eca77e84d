"""Loudness by ITU-R BS.1770-4, EBU Tech 3341 (momentary, short-term), EBU Tech 3342 (range) and ReplayGain 2.0, in one pass.

The K-weighting is that of BS.1770 for 48 kHz; for other rates its two filters are derived from the analogue prototypes that
reproduce the published coefficients (as libebur128 and De Man, "Evaluation of Implementations of the EBU R128 Loudness
Measurement", AES 2018, do).
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.signal import sosfilt

from services.analysis.measure.frontend import Block, Frames, Signal
from services.analysis.measure.true_peak import TruePeakMeter
from services.analysis.results import Curve, Feature, Loudness, Shortfall

_OFFSET_LU = -0.691  # so that a full-scale 1 kHz tone in one channel reads -3.01
_ABSOLUTE_GATE = -70.0
_RELATIVE_GATE = -10.0
_RANGE_GATE = -20.0
_RANGE_PERCENTILES = (10, 95)
_REPLAY_GAIN_REFERENCE = -18.0
_SILENCE = -120.0  # what decays below this is nobody's programme

# Energies are kept for steps of 10 ms, so that maxima are right wherever a sound begins, and published every 100 ms.
_STEPS_PER_SECOND = 100
_HOP = 10
_MOMENTARY = 40
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
        measured = self._meter.finish() if self._meter else None
        if measured is None or measured.true_peak_dbtp is None:
            return Shortfall(feature=Feature.LOUDNESS, reason="silent", message="There is nothing to hear.")
        return measured


class LoudnessMeter:
    """Measures a signal that comes in blocks of any size; the result does not depend on their sizes.

    It keeps 10 ms energies: three megabytes for an hour.
    """

    def __init__(self, sample_rate_hz: int, channel_count: int) -> None:
        self._rate = sample_rate_hz
        self._filter = k_weighting(sample_rate_hz)
        self._state = np.zeros((len(self._filter), channel_count, 2))
        self._peaks = [TruePeakMeter(sample_rate_hz) for _ in range(channel_count)]
        self._pending = np.zeros(0)
        self._energies: list[NDArray[np.float64]] = []
        self._steps = 0

    def add(self, samples: NDArray[np.float32]) -> None:
        """Takes the next samples, shape (channels, n), full scale 1."""
        if not samples.size:  # a filter of scipy takes no nothing
            return
        wide = samples.astype(np.float64)
        for meter, channel in zip(self._peaks, wide, strict=True):
            meter.add(channel)
        weighted, self._state = sosfilt(self._filter, wide, axis=1, zi=self._state)
        power = np.concatenate([self._pending, np.einsum("cn,cn->n", weighted, weighted)])
        done = self._steps * self._rate // _STEPS_PER_SECOND
        count = ((done + power.size) * _STEPS_PER_SECOND) // self._rate - self._steps
        edges = (self._steps + np.arange(count + 1)) * self._rate // _STEPS_PER_SECOND - done
        if count:
            self._energies.append(np.add.reduceat(power[: edges[-1]], edges[:-1]) / np.diff(edges))
        self._steps += int(count)
        self._pending = power[edges[-1] :]

    def finish(self) -> Loudness:
        """Returns the measurements of everything that came."""
        for meter in self._peaks:
            meter.flush()
        steps = np.concatenate(self._energies) if self._energies else np.zeros(0)
        momentary, short_term = _windows(steps, _MOMENTARY), _windows(steps, _SHORT_TERM)
        integrated = _integrated(momentary[::_HOP])
        true_peak = max(meter.peak for meter in self._peaks)
        return Loudness(
            integrated_lufs=integrated,
            range_lu=_range(short_term[::_HOP]),
            true_peak_dbtp=20 * math.log10(true_peak) if true_peak > 0 else None,
            momentary_lufs=_curve(momentary[::_HOP], _MOMENTARY),
            short_term_lufs=_curve(short_term[::_HOP], _SHORT_TERM),
            momentary_max_lufs=_largest(momentary),
            short_term_max_lufs=_largest(short_term),
            replay_gain_db=None if integrated is None else _REPLAY_GAIN_REFERENCE - integrated,
            replay_gain_peak=max(meter.sample_peak for meter in self._peaks),
        )


def k_weighting(sample_rate_hz: int) -> NDArray[np.float64]:
    """Returns the two second-order sections of the K-weighting at a sample rate, shape (2, 6)."""
    shelf_gain = 10 ** (3.999843853973347 / 20)
    shelf_middle = shelf_gain**0.4996667741545416
    k, q = math.tan(math.pi * 1681.974450955533 / sample_rate_hz), 0.7071752369554196
    scale = 1 + k / q + k * k
    shelf = [
        (shelf_gain + shelf_middle * k / q + k * k) / scale,
        2 * (k * k - shelf_gain) / scale,
        (shelf_gain - shelf_middle * k / q + k * k) / scale,
        1.0,
        2 * (k * k - 1) / scale,
        (1 - k / q + k * k) / scale,
    ]
    k, q = math.tan(math.pi * 38.13547087602444 / sample_rate_hz), 0.5003270373238773
    scale = 1 + k / q + k * k
    high_pass = [1.0, -2.0, 1.0, 1.0, 2 * (k * k - 1) / scale, (1 - k / q + k * k) / scale]
    return np.array([shelf, high_pass])


def _windows(steps: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    """Returns the mean energy of each window of `size` steps."""
    if steps.size < size:
        return np.zeros(0)
    # Not by differences of a running sum: after a loud hour its rounding errors would be heard in the silence.
    return np.convolve(steps, np.full(size, 1 / size), "valid")


def _lufs(energy: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns the loudness of energies, NaN for silence."""
    audible = energy > 10 ** ((_SILENCE - _OFFSET_LU) / 10)
    return np.where(audible, _OFFSET_LU + 10 * np.log10(np.where(audible, energy, 1.0)), np.nan)


def _gated(energy: NDArray[np.float64], relative: float) -> NDArray[np.float64]:
    """Returns the windows above the absolute gate and above the gate relative to the mean of those."""
    heard = energy[energy > 10 ** ((_ABSOLUTE_GATE - _OFFSET_LU) / 10)]
    return heard[heard > heard.mean() * 10 ** (relative / 10)] if heard.size else heard


def _integrated(momentary: NDArray[np.float64]) -> float | None:
    blocks = _gated(momentary, _RELATIVE_GATE)
    return float(_lufs(blocks.mean(keepdims=True))[0]) if blocks.size else None


def _range(short_term: NDArray[np.float64]) -> float | None:
    blocks = _gated(short_term, _RANGE_GATE)
    if not blocks.size:
        return None
    low, high = np.percentile(_lufs(blocks), _RANGE_PERCENTILES, method="nearest")
    return float(high - low)


def _largest(windows: NDArray[np.float64]) -> float | None:
    loudest = _lufs(windows.max(keepdims=True)) if windows.size else np.array([np.nan])
    return None if math.isnan(loudest[0]) else float(loudest[0])


def _curve(windows: NDArray[np.float64], size: int) -> Curve:
    """Returns the loudness over time; the time of a value is the end of its window, as a meter shows it."""
    return Curve(
        start=size / _STEPS_PER_SECOND, step=_HOP / _STEPS_PER_SECOND, values=_lufs(windows).astype(np.float32)
    )
