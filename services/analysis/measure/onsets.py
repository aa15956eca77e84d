"""Where notes start: spectral flux by region of the spectrum, and the peaks of it.

The flux is SuperFlux (Böck and Widmer, DAFx 2013): the rise of a log-compressed, logarithmically spaced spectrum over a maximum
filter along frequency, which keeps vibrato from counting as onsets.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.ndimage
from numpy.typing import NDArray

from services.analysis.measure.frontend import SAMPLE_RATE_HZ, SHORT, Block, FloatArray, Frames, Signal

REGIONS_HZ = (0.0, 120.0, 300.0, 900.0, 2500.0, 6000.0, SAMPLE_RATE_HZ / 2)
"""Kick and bass, low notes, voices and snare bodies, presence, snare wires, cymbals."""
_BANDS_PER_OCTAVE = 12
_LOWEST_HZ = 30.0
_COMPRESSION = 1000.0  # levels below -60 dB of full scale hardly count
_LAG = 2  # frames; half a window, so that a whole attack lies between the two
_FRAME_SECONDS = 1 / SHORT.rate


@dataclass(frozen=True)
class OnsetStrength:
    """How strongly notes start.

    Attributes:
        flux: shape (n, regions), frames at SHORT.rate.
        level: magnitude of each frame relative to a full-scale sine, shape (n,).
    """

    flux: FloatArray
    level: FloatArray


class OnsetListener:
    """Keeps the flux of a signal: 28 bytes per frame."""

    def __init__(self, signal: Signal) -> None:
        self.signal = signal
        self.frames: Sequence[Frames] = (SHORT,)
        self._edges, self._regions = _bands()
        self._before: FloatArray | None = None
        self._flux: list[FloatArray] = []
        self._level: list[FloatArray] = []

    def hear(self, block: Block) -> None:
        """Takes the next block."""
        magnitudes = block.spectra[SHORT] * np.float32(4 / SHORT.size)
        if not len(magnitudes):
            return
        self._level.append(np.sqrt(np.square(magnitudes).sum(axis=1)))
        bands = np.maximum.reduceat(magnitudes, self._edges, axis=1)
        bands = np.log1p(np.float32(_COMPRESSION) * bands)
        if self._before is None:
            # What starts with the first sample starts from silence.
            self._before = np.zeros((_LAG, bands.shape[1]), np.float32)
        bands = np.concatenate((self._before, bands))
        self._before = bands[-_LAG:]
        reference = scipy.ndimage.maximum_filter1d(bands[:-_LAG], 3, axis=1)
        rise = np.maximum(bands[_LAG:] - reference, 0)
        starts = np.searchsorted(self._regions, np.arange(len(REGIONS_HZ) - 1))
        counts = np.diff(np.append(starts, len(self._regions)))
        self._flux.append((np.add.reduceat(rise, starts, axis=1) / counts).astype(np.float32))

    def strength(self) -> OnsetStrength:
        """Returns what was heard."""
        if not self._flux:
            return OnsetStrength(np.zeros((0, len(REGIONS_HZ) - 1), np.float32), np.zeros(0, np.float32))
        return OnsetStrength(np.concatenate(self._flux), np.concatenate(self._level))


def combined(flux: FloatArray) -> NDArray[np.float64]:
    """Merges the regions to one curve in which every region that has onsets has a say.

    Args:
        flux: shape (n, regions).

    Returns:
        Shape (n,), standard deviation 1 where anything happens.
    """
    spread = flux.std(axis=0)
    loudest = spread.max(initial=0.0)
    if not loudest:
        return np.zeros(len(flux))
    weights = np.sqrt(spread / loudest) / np.maximum(spread, 1e-9 * loudest)
    curve = scipy.ndimage.gaussian_filter1d((flux * weights).sum(axis=1).astype(float), 0.7)
    curve = np.maximum(curve - scipy.ndimage.uniform_filter1d(curve, int(SHORT.rate)), 0)
    result: NDArray[np.float64] = curve / max(curve.std(), 1e-12)
    return result


def pick(curve: NDArray[np.float64]) -> NDArray[np.float64]:
    """Finds onsets: local maxima that stand out from the half second around them.

    Args:
        curve: of `combined`.

    Returns:
        Times in seconds.
    """
    highest = scipy.ndimage.maximum_filter1d(curve, 7)
    around = scipy.ndimage.uniform_filter1d(curve, int(SHORT.rate / 2) | 1)
    peaks = np.flatnonzero((curve == highest) & (curve > around + 0.5))
    return seconds(refined(curve, peaks))


def refined(curve: NDArray[np.float64], peaks: NDArray[np.intp]) -> NDArray[np.float64]:
    """Places peaks between frames, on the parabola through each and its neighbours. The curve has three points at least."""
    inner = np.clip(peaks, 1, len(curve) - 2)
    left, middle, right = curve[inner - 1], curve[inner], curve[inner + 1]
    bend = left - 2 * middle + right
    shift = np.where(bend < 0, 0.5 * (left - right) / np.minimum(bend, -1e-12), 0)
    return np.where(inner == peaks, peaks + np.clip(shift, -0.5, 0.5), peaks.astype(float))


def seconds(frames: NDArray[np.float64]) -> NDArray[np.float64]:
    """Converts frames of the flux to times: clicks come out 4 ms early, sampled drums as much late."""
    return frames * _FRAME_SECONDS


def _bands() -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Returns the first bin of each band, and the region each band is in."""
    top = SAMPLE_RATE_HZ / 2
    count = int(np.log2(top / _LOWEST_HZ) * _BANDS_PER_OCTAVE)
    edges_hz = _LOWEST_HZ * 2 ** (np.arange(count) / _BANDS_PER_OCTAVE)
    edges = np.unique(np.round(edges_hz * SHORT.size / SAMPLE_RATE_HZ).astype(np.intp))
    edges = edges[edges >= 1]
    centres = edges * SAMPLE_RATE_HZ / SHORT.size
    return edges, np.searchsorted(REGIONS_HZ, centres, side="right") - 1
