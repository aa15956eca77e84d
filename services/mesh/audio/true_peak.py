"""True peak: the largest value of the signal between its samples too (ITU-R BS.1770-4, annex 2)."""

import numpy as np
from numpy.typing import NDArray

_HALF_TAPS = 12
_TAPS = 2 * _HALF_TAPS
_KAISER_BETA = 7.0
_CHUNK = 64
_FACTORS = ((4, 96_000), (2, 192_000))


class TruePeakMeter:
    """Follows the largest magnitude of one channel, interpolated at `factor` times its rate.

    Takes blocks of any size and gives the same answer for all of them. Only where the neighbouring samples are large enough
    to beat the peak so far is anything interpolated, so it costs little on real music and is still exact.
    """

    def __init__(self, sample_rate_hz: int) -> None:
        # The standard asks for 192 kHz or more; below 48 kHz the same ratio keeps the same error.
        factor = next((factor for factor, below in _FACTORS if sample_rate_hz < below), 1)
        self._phases = _interpolators(factor)
        self._gain = float(np.abs(self._phases).sum(axis=0).max(initial=1.0))
        self._tail = np.zeros(_TAPS - 1)
        self.sample_peak = 0.0
        self._between = 0.0

    @property
    def peak(self) -> float:
        """The true peak so far, linear; `flush` adds what rings after the last sample."""
        return max(self.sample_peak, self._between)

    def add(self, samples: NDArray[np.float64]) -> None:
        """Takes the next samples, shape (n,)."""
        if not samples.size:
            return
        self.sample_peak = max(self.sample_peak, float(np.abs(samples).max()))
        signal = np.concatenate([self._tail, samples])
        self._tail = signal[-(_TAPS - 1) :].copy()
        if self._phases.shape[1]:
            self._interpolate(signal)

    def flush(self) -> None:
        """Takes the silence after the end."""
        self.add(np.zeros(_TAPS - 1))

    def _interpolate(self, signal: NDArray[np.float64]) -> None:
        chunks = (signal.size - _TAPS + 1) // _CHUNK
        self._measure(signal[None, chunks * _CHUNK :])
        if not chunks:
            return
        # A window of chunk i ends in chunk i + 1 at the latest.
        magnitude = np.abs(signal)
        largest = magnitude[: chunks * _CHUNK].reshape(chunks, _CHUNK).max(axis=1)
        following = np.append(largest[1:], magnitude[chunks * _CHUNK :].max())
        bound = np.maximum(largest, following) * self._gain
        rows = np.lib.stride_tricks.sliding_window_view(signal, _CHUNK + _TAPS - 1)[::_CHUNK][:chunks]
        self._measure(rows[int(bound.argmax())][None])
        for first in range(0, chunks, 256):
            worthy = bound[first : first + 256] > self.peak
            self._measure(rows[first : first + 256][worthy])

    def _measure(self, rows: NDArray[np.float64]) -> None:
        if len(rows) and rows.shape[1] >= _TAPS:
            windows = np.lib.stride_tricks.sliding_window_view(rows, _TAPS, axis=1).reshape(-1, _TAPS)
            self._between = max(self._between, float(np.abs(windows @ self._phases).max()))


def _interpolators(factor: int) -> NDArray[np.float64]:
    """Returns the windowed sincs for the points between two samples, shape (taps, factor - 1)."""
    between = np.arange(1, factor) / factor
    offsets = np.arange(_TAPS)[:, None] - (_HALF_TAPS - 1) - between[None, :]
    window = np.i0(_KAISER_BETA * np.sqrt(np.clip(1 - (offsets / _HALF_TAPS) ** 2, 0, 1))) / np.i0(_KAISER_BETA)
    taps: NDArray[np.float64] = np.sinc(offsets) * window
    taps /= np.maximum(taps.sum(axis=0, keepdims=True), np.finfo(float).tiny)
    return taps
