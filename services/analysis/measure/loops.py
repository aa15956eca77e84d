"""Whole bars that can be repeated: what follows them is what they begin with."""

import numpy as np

from services.analysis.measure.bar_features import Bars
from services.analysis.measure.pulse import Array
from services.analysis.measure.segments import vectors
from services.analysis.results import Loop

_LENGTHS = (8, 4, 2)
_ASPECTS = {"timbre": 1.0, "pattern": 1.0, "harmony": 1.5, "level": 1.0}
_MOST = 6
_LEAST_SCORE = 0.5
_QUIET_DB = 12.0  # below the usual level nobody looks for a loop


def loops(heard: Bars) -> tuple[Loop, ...]:
    """Finds the best loops, best first, of two, four and eight bars, none inside another.

    A stretch of n bars scores high if the n bars after it are the same: then going back from its end to its start sounds as the
    track itself does.
    """
    features = vectors(heard, _ASPECTS)
    usual = float(np.median(heard.level[:, 0]))
    found: list[Loop] = []
    for bars in _LENGTHS:
        scores = _scores(features, bars)
        for start in np.argsort(-scores, kind="stable"):
            audible = heard.level[start : start + bars, 0].min() > usual - _QUIET_DB
            if scores[start] < _LEAST_SCORE or len(found) == _MOST:
                break
            begin, end = float(heard.edges[start]), float(heard.edges[start + bars])
            if audible and all(end <= other.start or begin >= other.end for other in found):
                found.append(Loop(start=begin, end=end, bars=bars, score=float(scores[start])))
    return tuple(sorted(found, key=lambda loop: -loop.score))


def _scores(features: Array, bars: int) -> Array:
    """Returns how alike each stretch and the one after it are, 0..1, shape (starts,)."""
    if len(features) < 2 * bars:
        return np.zeros(0)
    far = np.square(features[bars:] - features[:-bars]).sum(axis=1)
    mean = np.convolve(far, np.ones(bars) / bars, "valid")
    scores: Array = 1 / (1 + 2 * mean)
    return scores
