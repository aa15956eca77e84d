"""How far from A4 = 440 Hz a recording is tuned."""

import numpy as np
from numpy.typing import NDArray

from services.analysis.measure.frontend import LONG, SAMPLE_RATE_HZ, FloatArray

_LOWEST_HZ, _HIGHEST_HZ = 100, 2000
_CENTS = 100
_PEAK_FLOOR = 0.05  # of the largest value of the frame: weaker peaks are mostly side lobes and noise
_NEIGHBOURS = 15  # cents around the mode over which is averaged


class TuningEstimate:
    """A histogram of where, between two semitones, the spectral peaks lie; it does not grow."""

    def __init__(self) -> None:
        self._histogram = np.zeros(_CENTS)

    def add(self, magnitudes: FloatArray) -> None:
        """Takes spectra of LONG, shape (frames, bins)."""
        low, high = (int(hz * LONG.size / SAMPLE_RATE_HZ) for hz in (_LOWEST_HZ, _HIGHEST_HZ))
        region = magnitudes[:, low - 1 : high + 1]
        left, here, right = region[:, :-2], region[:, 1:-1], region[:, 2:]
        floor = np.maximum(region.max(axis=1, keepdims=True) * _PEAK_FLOOR, 1e-6)
        frame, peak = np.nonzero((here > left) & (here >= right) & (here > floor))
        before, at, after = (np.log(side[frame, peak] + 1e-9) for side in (left, here, right))
        offset = 0.5 * (before - after) / (before - 2 * at + after)
        midi = 12 * np.log2((low + peak + offset) * SAMPLE_RATE_HZ / LONG.size / 440)
        cents = np.round(midi * _CENTS).astype(np.int64) % _CENTS
        self._histogram += np.bincount(cents, here[frame, peak], minlength=_CENTS)

    @property
    def cents(self) -> float:
        """Offset of the mode, -50..50; 0 where nothing was heard."""
        smooth = _circular(self._histogram, np.hanning(2 * _NEIGHBOURS + 3)[1:-1])
        mode = int(smooth.argmax())
        around = np.arange(-_NEIGHBOURS, _NEIGHBOURS + 1)
        weights = self._histogram[(mode + around) % _CENTS]
        if not weights.any():
            return 0.0
        cents = mode + float(weights @ around / weights.sum())
        return (cents + _CENTS / 2) % _CENTS - _CENTS / 2

    @property
    def clarity(self) -> float:
        """How much the peaks agree on one tuning: 0 for noise, 1 for a tuned sine."""
        total = self._histogram.sum()
        turns = np.exp(2j * np.pi * np.arange(_CENTS) / _CENTS)
        return float(abs(self._histogram @ turns) / total) if total else 0.0


def _circular(values: NDArray[np.float64], kernel: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns the circular convolution with a symmetric kernel of odd length."""
    half = len(kernel) // 2
    return np.convolve(np.concatenate([values[-half:], values, values[:half]]), kernel, "valid")
