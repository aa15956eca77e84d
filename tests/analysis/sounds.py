"""Sources made of arrays."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import partial

import numpy as np
import scipy.signal
from numpy.typing import NDArray

from services.analysis.measure.frontend import Sources


class ArraySamples:
    """An opened source whose samples are in memory."""

    def __init__(self, samples: NDArray[np.float32], sample_rate_hz: int, block: int) -> None:
        self.sample_rate_hz = sample_rate_hz
        self._samples = samples
        self._block = block

    def blocks(self) -> Iterator[NDArray[np.float32]]:
        for start in range(0, self._samples.shape[1], self._block):
            yield self._samples[:, start : start + self._block]


def sources_of(signals: Mapping[str, NDArray[np.floating]], sample_rate_hz: int = 44100, block: int = 2**16) -> Sources:
    """Makes sources of mono (n,) or stereo (2, n) arrays by name."""

    def open_one(samples: NDArray[np.float32]) -> AbstractContextManager[ArraySamples]:
        return nullcontext(ArraySamples(samples, sample_rate_hz, block))

    stereo = {name: np.broadcast_to(y, (2, y.shape[-1])).astype(np.float32) for name, y in signals.items()}
    return Sources(
        openers={name: partial(open_one, y) for name, y in stereo.items()},
        duration=max(y.shape[1] for y in stereo.values()) / sample_rate_hz,
    )


def speech(seconds: float, sample_rate_hz: int, seed: int) -> NDArray[np.float64]:
    """Makes syllables of uneven length and pitch: noise and buzz through two formants, with pauses."""
    rng = np.random.default_rng(seed)
    samples = np.zeros(int(seconds * sample_rate_hz))
    start = 0
    while start < len(samples) - sample_rate_hz // 2:
        count = int(rng.uniform(0.08, 0.3) * sample_rate_hz)
        buzz = np.sign(np.sin(2 * np.pi * rng.uniform(90, 220) * np.arange(count) / sample_rate_hz))
        sound = buzz if rng.random() < 0.7 else rng.normal(0, 0.3, count)
        for formant_hz in (rng.uniform(300, 800), rng.uniform(900, 2500)):
            pole = 0.97 * np.exp(2j * np.pi * formant_hz / sample_rate_hz)
            sound = scipy.signal.lfilter([1.0], np.poly([pole, pole.conj()]).real, sound)
        samples[start : start + count] += 0.3 * rng.uniform(0.3, 1) * sound * np.hanning(count) / np.abs(sound).max()
        pause = rng.uniform(0.2, 0.8) * sample_rate_hz if rng.random() < 0.15 else 0
        start += int(count * rng.uniform(0.8, 1.3) + pause)
    return samples
