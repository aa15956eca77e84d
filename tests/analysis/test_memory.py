"""Memory does not grow with a track: what is kept of it is in files, and what follows looks at it in slabs.

What is allocated is counted, so that neither the machine nor its load matters.
"""

import tracemalloc
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.analysis.measure import measure
from services.analysis.results import Feature
from tests.analysis.sounds import sources_of
from tests.analysis.test_form import RATE, track

MINUTE = 60 * RATE
MOST_KEPT = 0.25  # MiB for each minute: 15 an hour. In memory it would all be 1.2, 70 an hour
MOST_AT_A_TIME = 0.6  # likewise, while the results are told; where arrays are made of the whole, 1.5


@dataclass(frozen=True)
class Memory:
    """MiB of one measurement.

    Attributes:
        kept: while listening, after each block.
        peak: of what comes after listening.
    """

    kept: NDArray[np.float64]
    peak: float


def memory_of(samples: NDArray[np.float64]) -> Memory:
    kept: list[int] = []

    def report(feature: Feature, share: float) -> None:
        if feature is Feature.RHYTHM and share < 1:
            kept.append(tracemalloc.get_traced_memory()[0])
            tracemalloc.reset_peak()

    sources = sources_of({"mix": samples}, RATE)
    tracemalloc.start()
    try:
        measurements = measure(sources, list(Feature), report)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert measurements.rhythm is not None
    assert measurements.chords is not None
    assert measurements.form is not None
    return Memory(np.array(kept) / 2**20, peak / 2**20)


def test_memory_hardly_grows_with_a_track() -> None:
    song = track([("A", 8), ("B", 8)])
    memory_of(song)  # what is built once

    # From a minute and a half on, all slabs of frames are full ones.
    short, long = (memory_of(np.resize(song, int(minutes * MINUTE))) for minutes in (1.6, 3))

    steady = long.kept[len(long.kept) // 4 : -1]
    assert (steady[-1] - steady[0]) / (3 * 3 / 4) < MOST_KEPT
    assert (long.peak - short.peak) / (3 - 1.6) < MOST_AT_A_TIME
