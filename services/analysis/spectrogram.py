"""A spectrogram, and stretches of it in steps as coarse as they are shown."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MAX_STEPS = 8192
DEFAULT_STEPS = 2048


@dataclass(frozen=True, kw_only=True)
class Spectrogram:
    """Levels by time and mel band.

    Attributes:
        start: time of the middle of the first step, seconds.
        step: seconds between steps.
        band_hz: centre frequencies, shape (bands,).
        levels: 0.4 dB each, 255 = full scale, shape (steps, bands).
    """

    start: float
    step: float
    band_hz: NDArray[np.float32]
    levels: NDArray[np.uint8]


def tile(whole: Spectrogram, start: float, end: float, max_steps: int) -> Spectrogram:
    """Returns the steps that have a part in a stretch of time.

    Args:
        whole: at its finest step.
        start: seconds; not negative.
        end: seconds; after start.
        max_steps: how many to return at most. They are merged by powers of two, at multiples of those, so that tiles of the same
            step join without a seam.
    """
    count = len(whole.levels)
    # The edge of the first step, not its middle.
    edge = whole.start - whole.step / 2
    length = count * whole.step
    first = max(0, math.floor((min(start, edge + length) - edge) / whole.step))
    last = max(first, math.ceil((min(end, edge + length) - edge) / whole.step))
    merged = 1
    while -(-last // merged) - first // merged > max_steps:
        merged *= 2
    first -= first % merged
    last = min(count, -(-last // merged) * merged)
    levels = whole.levels[first:last]
    if merged > 1 and len(levels):
        levels = np.maximum.reduceat(levels, np.arange(0, len(levels), merged))
    step = whole.step * merged
    return Spectrogram(start=edge + first * whole.step + step / 2, step=step, band_hz=whole.band_hz, levels=levels)
