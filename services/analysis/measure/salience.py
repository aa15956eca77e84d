"""Which notes sound: a log-frequency spectrum that is kept while listening, and the notes that explain it.

The way is that of NNLS Chroma (Mauch and Dixon, "Approximate Note Transcription for the Improved Identification of Difficult
Chords", ISMIR 2010): the spectrum, three bins per semitone, is put in tune, whitened, and explained as a non-negative mixture
of notes with overtones, so that the overtones of one note are not heard as others. Here the notes of the dictionary pass
through the same windows and bins as the music, which tells the lowest ones apart where their fundamentals run together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import scipy.ndimage
from numpy.typing import NDArray

from services.analysis.measure.frontend import LONG, SAMPLE_RATE_HZ, Block, FloatArray, Frames, Signal
from services.analysis.measure.series import Series
from services.analysis.measure.tuning import TuningEstimate

_LOWEST_NOTE = 28  # MIDI: E1
_NOTES = 68  # up to B6
_PER_SEMITONE = 3
_MARGIN = 2  # bins on either side, for tuning to move in
_BINS = 86 * _PER_SEMITONE + 2 * _MARGIN  # up to D8, where the overtones of high notes lie
_PARTIALS = 12
_DECAY = 0.9  # each partial is this much weaker than the one below it
_ITERATIONS = 25
_WHITENING = 37  # bins, an octave: level and contrast are measured against this neighbourhood
_FLOOR = 1e-5  # contrast below -100 dB of full scale is not raised to that of music
_SCALE = 1024  # of what is kept: half precision loses digits below -84 dB of full scale
_SLAB = 1024  # frames that are explained at a time, to bound memory


@dataclass(frozen=True, kw_only=True)
class Harmony:
    """What sounds, in frames of LONG.

    Attributes:
        source: as in the results.
        pitches: activity of each pitch class, C first: below A3, then, after a soft border, above, shape (n, 24).
        level: magnitude of each frame relative to a full-scale sine, shape (n, 1).
        tuning_cents: offset from A4 = 440 Hz.
        clarity: how much the spectral peaks agree on a tuning, 0..1.
    """

    source: tuple[str, ...]
    pitches: Series[np.float32]
    level: Series[np.float32]
    tuning_cents: float
    clarity: float

    @property
    def frame_seconds(self) -> float:
        """Seconds from one frame to the next."""
        return 1 / LONG.rate

    @property
    def duration(self) -> float:
        """Seconds from the first frame to the end of the last."""
        return len(self.level) / LONG.rate


class HarmonyListener:
    """Keeps a log-frequency spectrum in half precision: 0.5 kB for each of LONG's frames, 20 MB an hour."""

    def __init__(self, signal: Signal) -> None:
        self.signal = signal
        self.frames: Sequence[Frames] = (LONG,)
        self._map = _log_frequency_map()
        self._spectra = Series(_BINS, np.float16)
        self._level = Series(1, np.float32)
        self._tuning = TuningEstimate()

    def hear(self, block: Block) -> None:
        """Takes the next block."""
        magnitudes = block.spectra[LONG] * np.float32(4 / LONG.size)
        if not len(magnitudes):
            return
        self._spectra.append((magnitudes[:, : len(self._map)] @ self._map * np.float32(_SCALE)).astype(np.float16))
        self._level.append(np.sqrt(np.square(magnitudes).sum(axis=1, keepdims=True)))
        self._tuning.add(magnitudes)

    def harmony(self) -> Harmony:
        """Returns what was heard, explained as notes."""
        source = () if self.signal == ("mix",) else self.signal
        cents, dictionary = self._tuning.cents, _dictionary()
        pitches = Series(24, np.float32)
        for _, slab in self._spectra.slabs(_SLAB):
            tuned = _in_tune(slab.astype(np.float32) / np.float32(_SCALE), cents)
            pitches.append(_explain(_whitened(tuned), dictionary) @ _fold())
        return Harmony(
            source=source,
            pitches=pitches,
            level=self._level,
            tuning_cents=cents,
            clarity=self._tuning.clarity,
        )


@cache
def _log_frequency_map() -> FloatArray:
    """Returns the weight of each FFT bin in each bin of the log-frequency spectrum; columns sum to one."""
    note = _LOWEST_NOTE + (np.arange(_BINS) - _MARGIN) / _PER_SEMITONE
    spacing = SAMPLE_RATE_HZ / LONG.size
    hz = 440 * 2 ** ((note - 69) / 12)
    width = np.maximum(1 / _PER_SEMITONE, 12 * np.log2(1 + spacing / hz))
    bins = 69 + 12 * np.log2(np.arange(1, LONG.size // 2 + 1) * spacing / 440)
    weights = np.zeros((LONG.size // 2 + 1, _BINS), np.float32)
    weights[1:] = np.maximum(0, 1 - np.abs(bins[:, None] - note) / width)
    used = int(np.flatnonzero(weights.any(axis=1)).max()) + 1
    shares: FloatArray = weights[:used] / weights.sum(axis=0)
    return shares


@cache
def _dictionary() -> FloatArray:
    """Returns the spectra of single notes as the analysis sees them, shape (bins, notes), unit columns."""
    log_map = _log_frequency_map()
    bins = np.arange(float(len(log_map)))
    notes = np.zeros((_BINS, _NOTES), np.float32)
    for note in range(_NOTES):
        fundamental = 440 * 2 ** ((_LOWEST_NOTE + note - 69) / 12) * LONG.size / SAMPLE_RATE_HZ
        spectrum = np.zeros(len(log_map))
        for partial in range(1, _PARTIALS + 1):
            spectrum += _DECAY ** (partial - 1) * np.abs(_hann_lobe(bins - partial * fundamental))
        notes[:, note] = spectrum @ log_map
    shapes: FloatArray = notes / np.linalg.norm(notes, axis=0)
    return shapes


def _hann_lobe(offset: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns the transform of a Hann window, by offset in bins; 1 in the middle."""
    lobe: NDArray[np.float64] = np.sinc(offset) + 0.5 * (np.sinc(offset - 1) + np.sinc(offset + 1))
    return lobe


def _in_tune(spectra: FloatArray, cents: float) -> FloatArray:
    """Returns spectra moved by the tuning, so that notes lie in the middle of their bins."""
    position = np.clip(np.arange(_BINS) + cents / 100 * _PER_SEMITONE, 0, _BINS - 1)
    below = np.minimum(np.floor(position).astype(int), _BINS - 2)
    share = (position - below).astype(np.float32)
    moved: FloatArray = spectra[:, below] * (1 - share) + spectra[:, below + 1] * share
    return moved


def _whitened(spectra: FloatArray) -> FloatArray:
    """Returns what stands out of its neighbourhood, in units of the contrast there."""
    kernel = np.hamming(_WHITENING).astype(np.float32)
    kernel /= kernel.sum()
    above = spectra - scipy.ndimage.convolve1d(spectra, kernel, axis=1, mode="reflect")
    contrast = np.sqrt(scipy.ndimage.convolve1d(np.square(above), kernel, axis=1, mode="reflect"))
    whitened: FloatArray = np.maximum(above, 0) / np.maximum(contrast, np.float32(_FLOOR))
    return whitened


def _explain(spectra: FloatArray, dictionary: FloatArray) -> FloatArray:
    """Returns how much of each note is in each frame: non-negative least squares by multiplicative updates."""
    target = spectra @ dictionary
    overlap = dictionary.T @ dictionary
    notes: FloatArray = np.maximum(target, np.float32(1e-6))
    for _ in range(_ITERATIONS):
        notes *= target / (notes @ overlap + np.float32(1e-9))
    return notes


def _fold() -> FloatArray:
    """Returns the weight of each note in each pitch class, bass before treble, shape (notes, 24)."""
    midi = np.arange(_LOWEST_NOTE, _LOWEST_NOTE + _NOTES)
    fold = np.zeros((_NOTES, 24), np.float32)
    fold[np.arange(_NOTES), midi % 12] = np.interp(midi, [47, 57], [1, 0])
    fold[np.arange(_NOTES), 12 + midi % 12] = np.interp(midi, [43, 55, 80, 96], [0, 1, 1, 0])
    return fold
