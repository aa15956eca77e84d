"""Colour through time: energy, brightness, noisiness, and the cepstrum, from the frames that everybody shares."""

from collections.abc import Sequence
from itertools import pairwise

import librosa
import numpy as np
import scipy.fft

from services.analysis.measure.frontend import MEDIUM, SAMPLE_RATE_HZ, Block, FloatArray, Frames, Signal
from services.analysis.measure.salience import Harmony
from services.analysis.measure.series import Series
from services.analysis.results import Curve, Feature, Shortfall, Timbre

_POOL = 4  # frames of MEDIUM per value: 93 ms, fine enough to draw and to compare
_ROLLOFF = 0.85
_MFCC = 13
_MEL_BANDS = 40
_CONTRAST_EDGES_HZ = (0, 200, 400, 800, 1600, 3200, 6400, SAMPLE_RATE_HZ / 2)
_CONTRAST_SHARE = 0.02  # of the bins of a band that are its peaks, and its valleys (Jiang et al., ICME 2002)
_FLOOR = 1e-10
_AUDIBLE = 10 ** (-70 / 10)  # of full-scale power


class TimbreListener:
    """Keeps 24 numbers for each 93 ms: four megabytes an hour."""

    def __init__(self, signal: Signal = ("mix",)) -> None:
        self.signal = signal
        self.frames: Sequence[Frames] = (MEDIUM,)
        bins = MEDIUM.size // 2 + 1
        self._hz = np.linspace(0, SAMPLE_RATE_HZ / 2, bins, dtype=np.float32)
        self._mel = librosa.filters.mel(sr=SAMPLE_RATE_HZ, n_fft=MEDIUM.size, n_mels=_MEL_BANDS).T
        self._bands = [
            slice(int(np.searchsorted(self._hz, low)), int(np.searchsorted(self._hz, high)))
            for low, high in pairwise(_CONTRAST_EDGES_HZ)
        ]
        self._waiting = np.zeros((0, bins), np.float32)
        self._kept = Series(11 + _MFCC, np.float32)

    def hear(self, block: Block) -> None:
        """Takes the next block."""
        # Scaled so that a sine's power, summed over its bins, is its mean square.
        power = np.concatenate(
            [self._waiting, np.square(block.spectra[MEDIUM] * np.float32(np.sqrt(16 / 3) / MEDIUM.size))]
        )
        whole = len(power) // _POOL * _POOL
        self._waiting = power[whole:]
        if whole:
            self._kept.append(self._described(power[:whole].reshape(-1, _POOL, power.shape[1]).mean(axis=1)))

    def timbre(self, harmony: Harmony | None) -> Timbre | Shortfall:
        """Returns the curves.

        Args:
            harmony: what sounds in the same signal, for the chroma; None leaves the chroma empty.
        """
        told, audible = Series(self._kept.columns, np.float32), False
        for _, slab in self._kept.slabs():
            silent = slab[:, 0] < 10 * np.log10(_AUDIBLE)
            slab[silent, 1:] = np.nan
            told.append(slab)
            audible = audible or not silent.all()
        if not audible:
            return Shortfall(feature=Feature.TIMBRE, reason="silent", message="There is nothing to hear.")
        rows = told.mapped()

        def curve(columns: int | slice) -> Curve:
            return Curve(start=(_POOL - 1) / 2 / MEDIUM.rate, step=_POOL / MEDIUM.rate, values=rows[:, columns])

        return Timbre(
            energy=curve(0),
            centroid=curve(1),
            rolloff=curve(2),
            flatness=curve(3),
            contrast=curve(slice(4, 11)),
            mfcc=curve(slice(11, 11 + _MFCC)),
            chroma=_chroma(harmony),
        )

    def _described(self, power: FloatArray) -> FloatArray:
        """Returns energy, centroid, rolloff, flatness, contrast (7) and MFCC (13) of power spectra, shape (n, 24)."""
        total = power.sum(axis=1)
        safe = np.maximum(total, np.float32(_FLOOR))
        centroid = power @ self._hz / safe
        rolloff = self._hz[(np.cumsum(power, axis=1) >= _ROLLOFF * total[:, None]).argmax(axis=1)]
        floored = np.maximum(power, np.float32(_FLOOR))
        flatness = np.exp(np.log(floored).mean(axis=1)) / floored.mean(axis=1)
        contrast = [_contrast(floored[:, band]) for band in self._bands]
        mel = 10 * np.log10(np.maximum(power @ self._mel, np.float32(_FLOOR)))
        mfcc = scipy.fft.dct(mel, axis=1, norm="ortho")[:, :_MFCC]
        return np.column_stack([10 * np.log10(safe), centroid, rolloff, flatness, *contrast, mfcc]).astype(np.float32)


def _contrast(power: FloatArray) -> FloatArray:
    """Returns by how many dB the peaks of a band stand above its valleys, shape (n,)."""
    count = max(1, int(power.shape[1] * _CONTRAST_SHARE))
    ordered = np.partition(power, (count - 1, power.shape[1] - count), axis=1)
    difference: FloatArray = 10 * np.log10(ordered[:, -count:].mean(axis=1) / ordered[:, :count].mean(axis=1))
    return difference


def _chroma(harmony: Harmony | None) -> Curve:
    """Returns bass and treble together, the largest pitch class of each frame 1, NaN where nothing sounds."""
    chroma = Series(12, np.float32)
    for _, pitches in harmony.pitches.slabs() if harmony else ():
        rows = pitches[:, :12] + pitches[:, 12:]
        largest = rows.max(axis=1, keepdims=True)
        chroma.append(np.where(largest > 0, rows / np.maximum(largest, np.float32(_FLOOR)), np.nan))
    return Curve(start=0.0, step=harmony.frame_seconds if harmony else 1.0, values=chroma.mapped())
