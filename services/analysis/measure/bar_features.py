"""A track bar by bar: how each bar sounds, what is played in it, and when.

Sections are stretches of like bars, so everything about form starts here.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.analysis.measure.frontend import SAMPLE_RATE_HZ, SHORT, Block, Frames, Signal
from services.analysis.measure.onsets import around
from services.analysis.measure.pitches import GRID
from services.analysis.measure.pulse import Array
from services.analysis.measure.series import Series

_BANDS = 32
_FLOOR = 1e-4  # -80 dB of full scale
_PATTERN_STEPS = 8
_FREE_BAR_SECONDS = 2.0
_PAUSE_DB = 10.0


@dataclass(frozen=True)
class Bars:
    """The bars of a track.

    Attributes:
        edges: where bars start, and the end of the last, seconds, shape (bars + 1,).
        timbre: mean log spectrum, shape (bars, 32).
        pattern: onset strength of low, middle and high at each eighth of the bar, shape (bars, 24).
        harmony: chroma of each half of the bar, bass and upper, shape (bars, 48).
        level: dB of full scale, of the mix and of its lowest bands, shape (bars, 2).
        parts: dB of each stem, shape (bars, stems), in the order of `stems`. Where one is much quieter than in its loudest bar, it pauses, and
            how quiet it is says nothing.
        stems: their names.
    """

    edges: Array
    timbre: Array
    pattern: Array
    harmony: Array
    level: Array
    parts: Array
    stems: tuple[str, ...]


class TimbreListener:
    """Keeps a spectrum of 32 bands: 128 bytes per frame of pitches.GRID.

    Attributes:
        bands: the power of each band, shape (n, 32).
    """

    def __init__(self, signal: Signal) -> None:
        self.signal = signal
        self.frames: Sequence[Frames] = (GRID,)
        top = SAMPLE_RATE_HZ / 2
        mel = np.linspace(0, np.log1p(top / 700), _BANDS + 1)
        self._edges = np.round(700 * np.expm1(mel) * GRID.size / SAMPLE_RATE_HZ).astype(np.intp)[:-1]
        self.bands = Series(_BANDS, np.float32)

    def hear(self, block: Block) -> None:
        """Takes the next block."""
        power = np.square(block.spectra[GRID] * np.float32(4 / GRID.size))
        self.bands.append(np.add.reduceat(power, self._edges, axis=1))


class LevelListener:
    """Keeps the power of a stem: 4 bytes per GRID.hop samples.

    Attributes:
        power: the mean square of each step, shape (n, 1).
    """

    def __init__(self, signal: Signal) -> None:
        self.signal = signal
        self.frames: Sequence[Frames] = ()
        self.power = Series(1, np.float32)

    def hear(self, block: Block) -> None:
        """Takes the next block."""
        whole = np.pad(block.samples, (0, -len(block.samples) % GRID.hop)).reshape(-1, GRID.hop)
        self.power.append(np.square(whole).mean(axis=1, keepdims=True))


def bar_edges(downbeats: Collection[float], duration: float) -> Array:
    """Returns where bars start and end, over the whole track; bars of two seconds where there is no beat."""
    times = np.array(sorted(downbeats))
    if len(times) < 3:  # noqa: PLR2004 - two bars
        return np.linspace(0, duration, max(2, round(duration / _FREE_BAR_SECONDS) + 1))
    bar = float(np.median(np.diff(times)))
    before = times[0] - bar * np.arange(int(times[0] / bar), 0, -1)
    after = times[-1] + bar * np.arange(1, int((duration - times[-1]) / bar) + 1)
    edges = np.concatenate((before, times, after))
    if duration - edges[-1] > bar / 2:
        edges = np.append(edges, duration)
    return edges


def bars(
    edges: Array,
    bands: Series[np.float32],
    chroma: Series[np.float32],
    flux: Series[np.float32],
    stems: Mapping[str, Series[np.float32]],
) -> Bars:
    """Sums the frames of each bar up.

    Args:
        edges: of `bar_edges`.
        bands: of a TimbreListener.
        chroma: of a PitchListener.
        flux: of an OnsetListener.
        stems: power by name.
    """
    frames = edges * GRID.rate
    halves = np.sort(np.concatenate((frames, (frames[1:] + frames[:-1]) / 2)))
    harmony = _means(chroma, halves)
    harmony = harmony - harmony.min(axis=1, keepdims=True)
    harmony /= np.linalg.norm(harmony, axis=1, keepdims=True) + 1e-2
    power = _means(bands, frames)
    names = tuple(stems)
    parts = [_playing(_decibels(_means(stems[name], frames))[:, 0]) for name in names]
    return Bars(
        edges=edges,
        timbre=_decibels(power),
        pattern=_pattern(edges, flux),
        harmony=harmony.reshape(len(edges) - 1, -1),
        level=_decibels(np.column_stack((power.sum(axis=1), power[:, :3].sum(axis=1)))),
        parts=np.array(parts).T.reshape(len(edges) - 1, len(names)),
        stems=names,
    )


def _means(values: Series[np.float32], edges: Array) -> Array:
    """Returns the mean over frames between successive edges, shape (edges - 1, columns)."""
    index = np.clip(np.round(edges).astype(np.intp), 0, len(values))
    counts = np.maximum(np.diff(index), 1)
    means: Array = np.diff(values.sums_at(index), axis=0) / counts[:, None]
    return means


def _pattern(edges: Array, flux: Series[np.float32]) -> Array:
    """Returns the onsets at each step of each bar."""
    near = around(flux)
    steps = np.arange(_PATTERN_STEPS) / _PATTERN_STEPS
    times = edges[:-1, None] + steps * np.diff(edges)[:, None]
    index: NDArray[np.intp] = np.clip(np.round(times * SHORT.rate).astype(np.intp), 0, len(near) - 1)
    pattern: Array = near.at(index.ravel()).reshape(len(edges) - 1, -1).astype(float)
    return pattern


def _playing(levels: Array) -> Array:
    """Returns the levels of a stem, none lower than that of a pause."""
    raised: Array = np.maximum(levels, levels.max() - _PAUSE_DB)
    return raised


def _decibels(power: Array) -> Array:
    decibels: Array = 10 * np.log10(np.maximum(power, _FLOOR**2))
    return decibels
