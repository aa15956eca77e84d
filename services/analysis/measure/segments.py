"""Where the form changes, and which parts are the same again.

The bars of a section are alike. Boundaries are those of the segmentation that explains the bars best for its number of parts, by
dynamic programming over all of them (as Sargent et al., TASLP 2017, with their preference for regular lengths); parts whose means
lie as near as the bars within them form a group.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import scipy.cluster.hierarchy
import scipy.spatial.distance
from numpy.typing import NDArray

from services.analysis.measure.bar_features import Bars
from services.analysis.measure.pulse import Array

# Inside a part chords come and go, so they say little about its bars; but parts that repeat have the same ones.
_SOUND = {"timbre": 1.0, "pattern": 1.0, "level": 1.0, "parts": 1.0}
_CONTENT = {"timbre": 0.5, "pattern": 0.5, "harmony": 2.0, "level": 0.5, "parts": 1.0}
_ON_TOP = {"parts"}  # what only stems tell: it takes nothing from the say of the others
# Less than this between bars, in the units of Bars, is no change of music: a third to a half of what songs have.
_SLIGHT = {"timbre": 25.0, "pattern": 1.5, "harmony": 0.3, "level": 3.0, "parts": 12.0}
_OTHER_CHORDS = 0.4  # mean square between the chroma of phrases
_PRICE, _USUAL_BARS, _MOST_BARS, _GROWTH = 0.42, 32, 128, 0.75  # of a part; it grows with what there is to explain
_PHRASE_BARS = 4
_CHORDS, _CRASH = 1.0, 0.7
_ODD, _HALF_PHRASE = 1.0, 0.2  # costs of lengths that are not a multiple of two, and of four bars
_TYPICAL_PARTS, _TYPICAL_SECONDS, _LENGTH_SPREAD = 9, (4.0, 20.0), 0.8
_LENGTH_COST = 0.4
_LONGEST_SECONDS = 60.0
_MUCH_QUIETER_DB = 20.0
_ODDEST = 2.0
_PHRASE = np.array([0.0, _ODD, _HALF_PHRASE, _ODD])  # by the rest of the division by four
_SAME_GROUP = 0.4


@dataclass(frozen=True)
class Parts:
    """A segmentation.

    Attributes:
        edges: indices of bars, first 0, last the number of bars, shape (parts + 1,).
        groups: parts of a group repeat each other; numbered from 0 as they appear, shape (parts,).
        contrasts: how much the bars on both sides of the start of each part differ, 0..1, shape (parts,).
    """

    edges: tuple[int, ...]
    groups: tuple[int, ...]
    contrasts: tuple[float, ...]


def parts(heard: Bars) -> Parts:
    """Segments a track of one bar at least."""
    sound = vectors(heard, _SOUND)
    inside = _audible(heard)
    edges = _segmentation(sound[inside], np.diff(heard.edges)[inside], _openings(heard)[inside])
    # What rings before and after the music belongs to its first and last part.
    edges = (0, *(edge + inside.start for edge in edges[1:-1]), len(sound))
    return Parts(edges, _groups(vectors(heard, _CONTENT), edges), _contrasts(sound, edges))


def vectors(heard: Bars, weights: Mapping[str, float]) -> Array:
    """Returns one vector per bar; each aspect has the say of its weight, those of the mix have variance 1 together where there is change."""
    columns = []
    for name, weight in weights.items():
        values: Array = getattr(heard, name)
        if values.shape[1]:
            centred = values - values.mean(axis=0)
            spread = max(float(np.sqrt(np.square(centred).sum(axis=1).mean())), _SLIGHT[name])
            # One odd bar, a stop or a crash, is no part of its own.
            far = np.linalg.norm(centred, axis=1, keepdims=True) / (_ODDEST * spread)
            columns.append(np.sqrt(weight) * centred / np.maximum(far, 1) / spread)
    total: Array = np.hstack(columns)
    total /= np.sqrt(sum(weight for name, weight in weights.items() if name not in _ON_TOP))
    return total


def _audible(heard: Bars) -> slice:
    """Returns the bars from the first to the last that is not much quieter than most."""
    level = heard.level[:, 0]
    loud = np.flatnonzero(level > np.median(level) - _MUCH_QUIETER_DB)
    return slice(int(loud[0]), int(loud[-1]) + 1)


def _openings(heard: Bars) -> Array:
    """Returns what speaks for a part starting with each bar, 0..1: other chords than a phrase before, a crash, shape (bars,)."""
    count = len(heard.harmony)
    changed = np.zeros(count)
    for bar in range(1, count):
        reach = min(_PHRASE_BARS, bar, count - bar)
        before, after = heard.harmony[bar - reach : bar], heard.harmony[bar : bar + reach]
        changed[bar] = np.square(before - after).sum(axis=1).mean()
    accent = heard.pattern[:, 2]
    struck = np.clip((accent / max(float(np.median(accent)), 0.1 * float(accent.max()), 1e-6) - 1), 0, 1)
    high = float(np.quantile(changed, 0.9))
    opening: Array = _CHORDS * np.clip(changed / max(high, _OTHER_CHORDS), 0, 1) + _CRASH * struck
    return opening


def _segmentation(features: Array, seconds: Array, openings: Array) -> tuple[int, ...]:
    """Returns the edges of the cheapest segmentation."""
    count = len(features)
    total = np.vstack((np.zeros(features.shape[1]), np.cumsum(features, axis=0)))
    squares = np.concatenate(([0.0], np.cumsum(np.square(features).sum(axis=1))))
    clock = np.concatenate(([0.0], np.cumsum(seconds)))
    # A song has about so many parts, long or short; a set of an hour has parts as long as those of a song.
    typical = float(np.clip(clock[-1] / _TYPICAL_PARTS, *_TYPICAL_SECONDS))
    price = _PRICE * (min(count, _MOST_BARS) / _USUAL_BARS) ** _GROWTH
    best = np.full(count + 1, np.inf)
    best[0] = 0.0
    came = np.zeros(count + 1, np.intp)
    for end in range(1, count + 1):
        first = int(np.searchsorted(clock, clock[end] - _LONGEST_SECONDS))
        starts = np.arange(min(first, end - 1), end)
        lengths = end - starts
        spread = squares[end] - squares[starts] - np.square(total[end] - total[starts]).sum(axis=1) / lengths
        cost = (
            best[starts]
            + spread
            + price * (_length_cost(lengths, (clock[end] - clock[starts]) / typical) - openings[starts])
        )
        came[end] = starts[cost.argmin()]
        best[end] = cost.min()
    edges = [count]
    while edges[-1]:
        edges.append(int(came[edges[-1]]))
    return tuple(edges[::-1])


def _length_cost(bars: NDArray[np.intp], relative: Array) -> Array:
    """Returns the price of parts of these lengths, in bars and as multiples of the typical one; about 1."""
    uneven = _PHRASE[bars % len(_PHRASE)]
    unusual = _LENGTH_COST * (np.log(np.maximum(relative, 1e-3)) / _LENGTH_SPREAD) ** 2
    cost: Array = 1 + uneven + unusual
    return cost


def _means(features: Array, edges: tuple[int, ...]) -> Array:
    return np.array([features[a:b].mean(axis=0) for a, b in pairwise(edges)])


def _groups(features: Array, edges: tuple[int, ...]) -> tuple[int, ...]:
    """Clusters the parts by their means."""
    means = _means(features, edges)
    if len(means) == 1:
        return (0,)
    distances = scipy.spatial.distance.pdist(means)
    labels = scipy.cluster.hierarchy.fcluster(
        scipy.cluster.hierarchy.linkage(distances, "average"), _SAME_GROUP, criterion="distance"
    )
    order: dict[int, int] = {}
    return tuple(order.setdefault(int(label), len(order)) for label in labels)


def _contrasts(features: Array, edges: tuple[int, ...]) -> tuple[float, ...]:
    """Compares the means of neighbours with the spread inside them."""
    means = _means(features, edges)
    inside = np.sqrt(
        np.mean(
            [np.square(features[a:b] - m).sum(axis=1).mean() for (a, b), m in zip(pairwise(edges), means, strict=True)]
        )
    )
    steps = np.linalg.norm(np.diff(means, axis=0), axis=1)
    return (1.0, *(float(s) for s in steps / (steps + inside + 1e-9)))
