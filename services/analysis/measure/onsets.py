"""Where notes start: spectral flux by region of the spectrum, and the peaks of it.

The flux is SuperFlux (Böck and Widmer, DAFx 2013): the rise of a log-compressed, logarithmically spaced spectrum over a maximum
filter along frequency, which keeps vibrato from counting as onsets.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import scipy.ndimage
from numpy.typing import NDArray

from services.analysis.measure.frontend import SAMPLE_RATE_HZ, SHORT, Block, FloatArray, Frames, Signal
from services.analysis.measure.series import SLAB, Series

REGIONS_HZ = (0.0, 120.0, 300.0, 900.0, 2500.0, 6000.0, SAMPLE_RATE_HZ / 2)
"""Kick and bass, low notes, voices and snare bodies, presence, snare wires, cymbals."""
_GROUPS = (slice(0, 1), slice(1, 4), slice(4, None))
_NEAR = 7  # frames around a moment that count as that moment
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
        level: magnitude of each frame relative to a full-scale sine, shape (n, 1).
    """

    flux: Series[np.float32] = field(default_factory=partial(Series, len(REGIONS_HZ) - 1, np.float32))
    level: Series[np.float32] = field(default_factory=partial(Series, 1, np.float32))


class OnsetListener:
    """Keeps the flux of a signal: 28 bytes per frame.

    Attributes:
        heard: what was heard.
    """

    def __init__(self, signal: Signal) -> None:
        self.signal = signal
        self.frames: Sequence[Frames] = (SHORT,)
        self._edges, self._regions = _bands()
        self._before: FloatArray | None = None
        self.heard = OnsetStrength()

    def hear(self, block: Block) -> None:
        """Takes the next block."""
        magnitudes = block.spectra[SHORT] * np.float32(4 / SHORT.size)
        if not len(magnitudes):
            return
        self.heard.level.append(np.sqrt(np.square(magnitudes).sum(axis=1, keepdims=True)))
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
        self.heard.flux.append((np.add.reduceat(rise, starts, axis=1) / counts).astype(np.float32))


def spread(flux: Series[np.float32]) -> NDArray[np.float64]:
    """Returns the standard deviation of each region, shape (regions,)."""
    count = max(len(flux), 1)
    mean = flux.sums_at(np.array([len(flux)]))[0] / count
    squares = sum((np.square(rows - mean).sum(axis=0) for _, rows in flux.slabs()), np.zeros(flux.columns))
    deviation: NDArray[np.float64] = np.sqrt(squares / count)
    return deviation


def combined(flux: Series[np.float32]) -> NDArray[np.float64]:
    """Merges the regions to one curve in which every region that has onsets has a say.

    Args:
        flux: shape (n, regions).

    Returns:
        Shape (n,), standard deviation 1 where anything happens.
    """
    regions = spread(flux)
    curve = np.zeros(len(flux))
    loudest = regions.max(initial=0.0)
    if not loudest:
        return curve
    weights = (np.sqrt(regions / loudest) / np.maximum(regions, 1e-9 * loudest)).astype(np.float32)
    for start, rows in flux.slabs():
        curve[start : start + len(rows)] = (rows * weights).sum(axis=1)
    # In place: of an hour, each such array takes 2.5 MB.
    scipy.ndimage.gaussian_filter1d(curve, 0.7, output=curve)
    curve -= scipy.ndimage.uniform_filter1d(curve, int(SHORT.rate))
    np.maximum(curve, 0, out=curve)
    curve /= max(curve.std(), 1e-12)
    return curve


def around(flux: Series[np.float32], size: int = _NEAR) -> Series[np.float32]:
    """Returns the strongest onset near each frame, of low, middle and high regions, shape (n, 3).

    Args:
        flux: shape (n, regions).
        size: how many frames around it count as near.
    """
    strongest = Series(len(_GROUPS), np.float32)
    for rows, inner in flux.overlapping(size):
        groups = np.column_stack([rows[:, group].sum(axis=1) for group in _GROUPS])
        strongest.append(scipy.ndimage.maximum_filter1d(groups, size, axis=0)[inner])
    return strongest


def pick(curve: NDArray[np.float64]) -> NDArray[np.float64]:
    """Finds onsets: local maxima that stand out from the half second around them.

    Args:
        curve: of `combined`.

    Returns:
        Times in seconds.
    """
    usual = int(SHORT.rate / 2) | 1
    found = [np.zeros(0, np.intp)]
    for start in range(0, len(curve), SLAB):
        first = max(0, start - usual)
        near = curve[first : start + SLAB + usual]
        highest = scipy.ndimage.maximum_filter1d(near, 7)
        stands_out = (near == highest) & (near > scipy.ndimage.uniform_filter1d(near, usual) + 0.5)
        found.append(start + np.flatnonzero(stands_out[start - first :][:SLAB]))
    return seconds(refined(curve, np.concatenate(found)))


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
