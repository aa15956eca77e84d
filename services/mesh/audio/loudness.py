"""Loudness by ITU-R BS.1770-4, in one pass over a signal.

The K-weighting is that of BS.1770 for 48 kHz; for other rates its two filters are derived from the analogue prototypes that
reproduce the published coefficients (as libebur128 and De Man, "Evaluation of Implementations of the EBU R128 Loudness
Measurement", AES 2018, do).
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import sosfilt

from services.mesh.audio.true_peak import TruePeakMeter

# Energies are kept for steps of 10 ms, so that maxima are right wherever a sound begins; the standard's windows begin every 100 ms.
STEPS_PER_SECOND = 100
HOP = 10
MOMENTARY = 40

_OFFSET_LU = -0.691  # so that a full-scale 1 kHz tone in one channel reads -3.01
_ABSOLUTE_GATE = -70.0
_RELATIVE_GATE = -10.0
_SILENCE = -120.0  # what decays below this is nobody's programme


@dataclass(frozen=True)
class Metered:
    """What a meter heard.

    Attributes:
        steps: K-weighted mean energy of each 10 ms, summed over the channels, shape (n,).
        true_peak: largest magnitude between and at the samples, linear.
        sample_peak: largest magnitude at the samples, linear.
    """

    steps: NDArray[np.float64]
    true_peak: float
    sample_peak: float

    def windows(self, size: int) -> NDArray[np.float64]:
        """Returns the mean energy of each window of `size` steps."""
        if self.steps.size < size:
            return np.zeros(0)
        # Not by differences of a running sum: after a loud hour its rounding errors would be heard in the silence.
        return np.convolve(self.steps, np.full(size, 1 / size), "valid")

    def integrated_lufs(self, gain: float = 1.0) -> float | None:
        """Returns the integrated loudness of the signal times a factor; None for silence, and below 0.4 s."""
        blocks = gated(self.windows(MOMENTARY)[::HOP] * gain**2, _RELATIVE_GATE)
        return float(lufs(blocks.mean(keepdims=True))[0]) if blocks.size else None


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
        done = self._steps * self._rate // STEPS_PER_SECOND
        count = ((done + power.size) * STEPS_PER_SECOND) // self._rate - self._steps
        edges = (self._steps + np.arange(count + 1)) * self._rate // STEPS_PER_SECOND - done
        if count:
            self._energies.append(np.add.reduceat(power[: edges[-1]], edges[:-1]) / np.diff(edges))
        self._steps += int(count)
        self._pending = power[edges[-1] :]

    def finish(self) -> Metered:
        """Returns the measurements of everything that came."""
        for meter in self._peaks:
            meter.flush()
        self._energies = [np.concatenate(self._energies)] if self._energies else [np.zeros(0)]
        return Metered(
            steps=self._energies[0],
            true_peak=max(meter.peak for meter in self._peaks),
            sample_peak=max(meter.sample_peak for meter in self._peaks),
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


def lufs(energy: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns the loudness of energies, NaN for silence."""
    audible = energy > 10 ** ((_SILENCE - _OFFSET_LU) / 10)
    return np.where(audible, _OFFSET_LU + 10 * np.log10(np.where(audible, energy, 1.0)), np.nan)


def gated(energy: NDArray[np.float64], relative: float) -> NDArray[np.float64]:
    """Returns the windows above the absolute gate and above the gate relative to the mean of those."""
    heard = energy[energy > 10 ** ((_ABSOLUTE_GATE - _OFFSET_LU) / 10)]
    return heard[heard > heard.mean() * 10 ** (relative / 10)] if heard.size else heard


def decibels(magnitude: float) -> float | None:
    """Returns a linear magnitude in decibels of full scale; None for 0."""
    return 20 * math.log10(magnitude) if magnitude > 0 else None
