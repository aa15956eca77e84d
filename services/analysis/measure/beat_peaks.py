"""Beats and downbeats of the answers of a network, as Beat This! finds them: peaks, without a model of tempo (ISMIR 2024, section 3.4)."""

from dataclasses import dataclass

import numpy as np
import scipy.ndimage
import scipy.special
from numpy.typing import NDArray

from services.analysis.measure.beat_logits import FRAMES_PER_SECOND
from services.analysis.measure.frontend import FloatArray
from services.analysis.measure.pulse import Array

_NEAR = 7  # frames, of which a peak is the highest: 70 ms to either side


@dataclass(frozen=True)
class Peaks:
    """Where a network finds something.

    Attributes:
        times: seconds, shape (n,).
        surety: how far each is from a guess: 0 for a probability of a half, 1 for one of 1, shape (n,).
    """

    times: Array
    surety: Array


def peaks(logits: FloatArray) -> Peaks:
    """Returns the peaks of more than even probability of a curve of logits, shape (frames,)."""
    highest = scipy.ndimage.maximum_filter1d(logits, _NEAR, mode="constant", cval=-np.inf)
    found = np.flatnonzero((logits == highest) & (logits > 0))
    frames: list[float] = []
    surety: list[float] = []
    merged = 0
    for frame in found:
        # Equals side by side are one, at their mean; each is compared with the mean so far, as the authors do.
        if merged and frame - frames[-1] <= 1:
            merged += 1
            frames[-1] += (frame - frames[-1]) / merged
        else:
            merged = 1
            frames.append(float(frame))
            surety.append(float(2 * scipy.special.expit(float(logits[frame])) - 1))
    return Peaks(np.array(frames) / FRAMES_PER_SECOND, np.array(surety))


def downbeats(beats: Array, found: Array) -> NDArray[np.intp]:
    """Returns the indices of the beats nearest to downbeats, in order, each once.

    Args:
        beats: seconds, at least one.
        found: seconds of downbeats.
    """
    if not len(found):
        return np.zeros(0, np.intp)
    return np.unique(np.abs(found[:, None] - beats).argmin(axis=1))
