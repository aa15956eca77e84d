"""A compact chroma for rhythm and form: what changes in harmony, and when. Keys and chords have a finer one of their own."""

from collections.abc import Sequence

import numpy as np

from services.analysis.measure.frontend import SAMPLE_RATE_HZ, Block, FloatArray, Frames, Signal
from services.analysis.measure.series import Series

GRID = Frames(4096, 1024)
_LOWEST, _SPLIT, _HIGHEST = 28, 53, 96  # MIDI notes: E1, F3, C7
_COMPRESSION = 1000.0
_LEAST_WEIGHT = 0.05


class PitchListener:
    """Keeps a chroma of the bass (E1-E3) and one of what lies above: 96 bytes per frame of GRID.

    Attributes:
        chroma: what was heard, C first, bass before the rest, shape (n, 24).
    """

    def __init__(self, signal: Signal) -> None:
        self.signal = signal
        self.frames: Sequence[Frames] = (GRID,)
        self._fold = _fold()
        self.chroma = Series(24, np.float32)

    def hear(self, block: Block) -> None:
        """Takes the next block."""
        magnitudes = block.spectra[GRID][:, : self._fold.shape[0]] * np.float32(4 / GRID.size)
        self.chroma.append(np.log1p(np.float32(_COMPRESSION) * magnitudes) @ self._fold)


def _fold() -> FloatArray:
    """Returns the weight of each bin in each pitch class, columns summing to one."""
    hz = np.arange(1, GRID.size // 2 + 1) * SAMPLE_RATE_HZ / GRID.size
    midi = 69 + 12 * np.log2(hz / 440)
    fold = np.zeros((GRID.size // 2 + 1, 24), np.float32)
    for note in range(_LOWEST, _HIGHEST):
        weight = np.exp(-0.5 * ((midi - note) / 0.35) ** 2)
        fold[1:, note % 12 + (0 if note < _SPLIT else 12)] += np.where(weight > _LEAST_WEIGHT, weight, 0)
    used = int(np.flatnonzero(fold.any(axis=1)).max()) + 1
    fold /= fold.sum(axis=0)
    return fold[:used]
