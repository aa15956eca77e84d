"""What sounds, by time and mel band, from the frames that everybody shares: to be drawn, not to be computed with."""

from collections.abc import Sequence

import librosa
import numpy as np
from numpy.typing import NDArray

from services.analysis.measure.frontend import MEDIUM, SAMPLE_RATE_HZ, Block, FloatArray, Frames, Signal
from services.analysis.measure.series import Series
from services.analysis.results import Feature, Shortfall
from services.analysis.spectrogram import Spectrogram

_POOL = 2  # frames of MEDIUM per step: 46 ms, half a window
_BANDS = 128
_LOWEST_HZ = 30.0
_STEP_DB = 0.4
_TOP = 255
_FLOOR = 10 ** (-_TOP * _STEP_DB / 10)


class SpectrogramListener:
    """Keeps 128 bytes for each 46 ms: ten megabytes an hour."""

    def __init__(self, signal: Signal = ("mix",)) -> None:
        self.signal = signal
        self.frames: Sequence[Frames] = (MEDIUM,)
        # Peaks of 1, so that a band tells the level of a tone in it, however wide it is.
        self._mel = librosa.filters.mel(
            sr=SAMPLE_RATE_HZ, n_fft=MEDIUM.size, n_mels=_BANDS, fmin=_LOWEST_HZ, norm=None
        ).T
        self._waiting = np.zeros((0, MEDIUM.size // 2 + 1), np.float32)
        self._kept = Series(_BANDS, np.uint8)

    def hear(self, block: Block) -> None:
        """Takes the next block."""
        spectra = np.concatenate([self._waiting, block.spectra[MEDIUM]])
        whole = len(spectra) // _POOL * _POOL
        self._waiting = spectra[whole:]
        if whole:
            self._kept.append(self._levels(spectra[:whole]))

    def spectrogram(self) -> Spectrogram | Shortfall:
        """Returns what was heard."""
        if len(self._waiting):
            self._kept.append(self._levels(np.repeat(self._waiting[-1:], _POOL, axis=0)))
            self._waiting = self._waiting[:0]
        if not self._kept.largest():
            return Shortfall(feature=Feature.SPECTROGRAM, reason="silent", message="There is nothing to hear.")
        centres = librosa.mel_frequencies(_BANDS + 2, fmin=_LOWEST_HZ, fmax=SAMPLE_RATE_HZ / 2)[1:-1]
        return Spectrogram(
            start=(_POOL - 1) / 2 / MEDIUM.rate,
            step=_POOL / MEDIUM.rate,
            band_hz=centres.astype(np.float32),
            levels=self._kept.mapped(),
        )

    def _levels(self, spectra: FloatArray) -> NDArray[np.uint8]:
        """Returns the levels of magnitudes, shape (steps * pool, bins)."""
        # Scaled so that a sine's power, summed over its bins, is its mean square.
        power = np.square(spectra * np.float32(np.sqrt(16 / 3) / MEDIUM.size))
        mel = power.reshape(-1, _POOL, power.shape[1]).mean(axis=1) @ self._mel
        decibels = 10 * np.log10(np.maximum(mel, np.float32(_FLOOR)))
        levels: NDArray[np.uint8] = np.clip(np.rint(decibels / _STEP_DB) + _TOP, 0, _TOP).astype(np.uint8)
        return levels
