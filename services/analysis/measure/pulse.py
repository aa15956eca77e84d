"""Candidates for the beat: periodicities of the onset curve, and the beats that each would give.

A candidate is a path through the autocorrelation of short windows, so that the tempo may drift; its beats are found by dynamic
programming over the onset curve (Ellis, JNMR 2007), for all candidates in one pass.
"""

from array import array
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import scipy.fft
import scipy.ndimage
from numpy.typing import NDArray

from services.analysis.measure.frontend import SHORT
from services.analysis.measure.onsets import refined
from services.analysis.measure.series import Series

Array = NDArray[np.float64]

SLOWEST_BPM, FASTEST_BPM = 36.0, 260.0
_WINDOW_SECONDS, _STEP_SECONDS = 8.0, 2.0
_GRID_PER_OCTAVE = 96
_SLAB = 128  # windows that are correlated at a time, to bound memory
_PEAKS = 6
_RELATIONS = (0.5, 2.0, 1 / 3, 3.0, 2 / 3, 1.5)
_SAME = 0.04  # candidates nearer than this are one
_STRETCH = 2 ** (np.arange(-12, 13) / 48)  # how far one beat may differ from the tempo around it
_TIGHTNESS = 150.0
_FAINTEST = 0.3  # of the standard deviation of the curve; a beat without an onset keeps its place
_DRIFT_PENALTY = 0.02  # per grid step between windows


@dataclass(frozen=True)
class Pulse:
    """One way to tap along.

    Attributes:
        beats: frames of SHORT, not whole numbers.
        strength: of the periodicity, 0..1.
    """

    beats: Array
    strength: float

    @property
    def period(self) -> float:
        """Median frames from beat to beat."""
        return float(np.median(np.diff(self.beats)))


def pulses(curve: Array) -> list[Pulse]:
    """Finds the ways to tap along.

    Args:
        curve: of `onsets.combined`, shape (n,).

    Returns:
        The strongest periodicities and their simple multiples, each with its beats; empty where nothing repeats.
    """
    periods = (
        60 * SHORT.rate / np.exp2(np.arange(np.log2(SLOWEST_BPM), np.log2(FASTEST_BPM), 1 / _GRID_PER_OCTAVE))[::-1]
    )
    paths, strengths = _paths(_tempogram(curve, periods), periods)
    if not len(paths):
        return []
    beats = _track(curve, periods[paths])
    return [Pulse(b, s) for b, s in zip(beats, strengths, strict=True) if len(b) >= 3]  # noqa: PLR2004 - two intervals


def _tempogram(curve: Array, periods: Array) -> Array:
    """Returns the normalised autocorrelation at each period, shape (windows, periods), windows every _STEP_SECONDS."""
    longest = int(np.ceil(periods.max())) + 2
    size = max(min(int(_WINDOW_SECONDS * SHORT.rate), len(curve)), 1)
    step = int(_STEP_SECONDS * SHORT.rate)
    if size < longest:
        periods_fit = periods < size / 2
        longest = size
    else:
        periods_fit = np.ones(len(periods), bool)
    starts = np.arange(0, max(1, len(curve) - size + 1), step)
    place = np.minimum(periods, longest - 1.001)
    low = place.astype(int)
    part = place - low
    gram = np.zeros((len(starts), len(periods)))
    for at in range(0, len(starts), _SLAB):
        auto = _autocorrelation(curve[starts[at : at + _SLAB, None] + np.arange(size)])[:, :longest]
        between = (1 - part) * auto[:, low] + part * auto[:, np.minimum(low + 1, auto.shape[1] - 1)]
        gram[at : at + _SLAB] = between * periods_fit
    return gram


def _autocorrelation(windows: Array) -> Array:
    """Returns the autocorrelation of each row relative to its power, not below zero, shape (windows, lags)."""
    size = windows.shape[1]
    windows = windows - windows.mean(axis=1, keepdims=True)
    power = np.abs(scipy.fft.rfft(windows, scipy.fft.next_fast_len(2 * size), axis=1)) ** 2
    auto = scipy.fft.irfft(power, axis=1)[:, :size]
    # Unbiased, or slow tempi would look weaker than they are.
    auto = auto / (size - np.arange(size) * 0.999)
    relative: Array = np.maximum(auto / np.maximum(auto[:, :1], 1e-12), 0)
    return relative


def _paths(gram: Array, periods: Array) -> tuple[NDArray[np.intp], list[float]]:
    """Follows each candidate through the windows. Returns grid indices, shape (candidates, windows), and mean strengths."""
    if not gram.any():
        return np.zeros((0, len(gram)), np.intp), []
    mean = scipy.ndimage.gaussian_filter1d(gram.mean(axis=0), 1.0)
    peaks = np.flatnonzero((mean[1:-1] > mean[:-2]) & (mean[1:-1] >= mean[2:])) + 1
    peaks = peaks[np.argsort(-mean[peaks])][:_PEAKS]
    wanted: list[float] = []
    for period in [periods[p] * r for r in (1.0, *_RELATIONS) for p in peaks]:
        if periods[0] <= period <= periods[-1] and all(abs(np.log(period / w)) > _SAME for w in wanted):
            wanted.append(float(period))
    reach = _GRID_PER_OCTAVE // 5
    paths, strengths = [], []
    for period in wanted:
        centre = int(np.argmin(np.abs(np.log(periods / period))))
        low, high = max(0, centre - reach), min(len(periods), centre + reach + 1)
        path = low + _smooth_path(gram[:, low:high], centre - low)
        paths.append(path)
        strengths.append(float(gram[np.arange(len(gram)), path].mean()))
    return np.array(paths, dtype=np.intp).reshape(len(wanted), len(gram)), strengths


def _smooth_path(gram: Array, centre: int) -> NDArray[np.intp]:
    """Returns the path of most strength with little movement, by Viterbi."""
    width = gram.shape[1]
    grid = np.arange(width)
    move = -_DRIFT_PENALTY * np.abs(grid[:, None] - grid)
    score = gram[0] - 0.2 * _DRIFT_PENALTY * np.abs(grid - centre)
    back = np.zeros(gram.shape, np.intp)
    for i in range(1, len(gram)):
        options = score + move
        back[i] = options.argmax(axis=1)
        score = options[grid, back[i]] + gram[i]
    path = np.empty(len(gram), np.intp)
    path[-1] = int(score.argmax())
    for i in range(len(gram) - 1, 0, -1):
        path[i - 1] = back[i, path[i]]
    return path


def _track(curve: Array, periods: Array) -> list[Array]:
    """Places beats on the curve, for all candidates at once.

    Args:
        curve: shape (n,).
        periods: frames from beat to beat, shape (candidates, windows).
    """
    usual = np.median(periods, axis=1)
    return [
        _heard(curve, beats, float(period))
        for beats, period in zip(_traced(*_steps(curve, periods), usual), usual, strict=True)
    ]


def _steps(curve: Array, periods: Array) -> tuple[Array, Series[np.int16]]:
    """Finds the best beat before each frame; see `_track`.

    Returns:
        The scores of the last frames, shape (candidates, frames), and how far back the beat before each frame is, shape (n, candidates).
    """
    count = len(curve)
    step = int(_STEP_SECONDS * SHORT.rate)
    half = int(_WINDOW_SECONDS * SHORT.rate) // 2
    # A little blur lets a beat lie a frame beside its onset.
    goal = scipy.ndimage.gaussian_filter1d(curve, 1.0)
    # One row of scores per candidate: those of the window before the longest step back, which is room for beats that were never
    # heard before the first frame, and then those of the window itself. All scores of an hour would take 50 MB, all steps 12.
    room = int(np.round(periods.max() * _STRETCH.max())) + 1
    rows = periods.shape[0]
    # Each window tells the tempo around its middle, the first and the last of them also what lies before and after.
    starts = np.array([0, *(half + step * np.arange(1, periods.shape[1])), count])
    width = room + int(np.diff(starts).max())
    score = np.zeros((rows, width))
    flat = score.reshape(-1)
    base = np.arange(rows)[:, None] * width + room
    back = Series(rows, np.int16)
    each = np.arange(rows)
    for w, (start, end) in enumerate(pairwise(starts)):
        period = periods[:, w, None]
        steps = np.round(period * _STRETCH).astype(np.intp)
        cost = -_TIGHTNESS * np.log(steps / period) ** 2
        offset = base - steps
        came = np.zeros((end - start, rows), np.int16)
        for t in range(end - start):
            options = flat[offset + t] + cost
            best = options.argmax(axis=1)
            score[:, room + t] = options[each, best] + goal[start + t]
            came[t] = steps[each, best]
        back.append(came)
        score[:, :room] = score[:, end - start : end - start + room].copy()
    return score[:, :room], back


def _traced(score: Array, back: Series[np.int16], periods: Array) -> list[NDArray[np.intp]]:
    """Walks back from the best last beats.

    Args:
        score: of `_steps`.
        back: of `_steps`.
        periods: usual frames from beat to beat, shape (candidates,).
    """
    count = len(back)
    at = []
    for row, period in zip(score, periods, strict=True):
        last = min(int(period), count)
        at.append(count - last + int(row[len(row) - last :].argmax()))
    paths = [array("q") for _ in at]
    for start, steps in back.slabs_backwards():
        for candidate, path in enumerate(paths):
            t = at[candidate]
            while t >= start:
                path.append(t)
                t -= int(steps[t - start, candidate])
            at[candidate] = t
    return [np.array(path, dtype=np.intp)[::-1] for path in paths]


def _heard(curve: Array, beats: NDArray[np.intp], period: float) -> Array:
    """Places beats on their onsets; those before the first and after the last onset are dropped."""
    near = scipy.ndimage.maximum_filter1d(curve, 2 * max(2, int(period / 8)) + 1)[beats]
    heard = np.flatnonzero(near > 0.1 * np.median(near[near > 0])) if (near > 0).any() else np.zeros(0, np.intp)
    if not len(heard):
        return np.zeros(0)
    beats = beats[heard[0] : heard[-1] + 1]
    return _settle(curve, beats)


def _settle(curve: Array, beats: NDArray[np.intp]) -> Array:
    """Moves each beat to the onset beside it, if there is one, and between frames."""
    near = np.clip(beats[:, None] + np.arange(-2, 3), 0, len(curve) - 1)
    best = near[np.arange(len(beats)), curve[near].argmax(axis=1)]
    settled = refined(curve, best)
    return np.where(curve[best] > _FAINTEST, settled, beats)
