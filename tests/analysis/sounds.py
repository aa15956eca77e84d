"""Sources made of arrays."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import partial

import numpy as np
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
