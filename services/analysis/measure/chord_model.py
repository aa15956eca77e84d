"""Which chord sounds when: templates over bass and treble chroma, and a hidden Markov model over the beats."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from services.analysis.measure.frontend import LONG
from services.analysis.measure.salience import Harmony
from services.analysis.measure.series import Series

Floats = NDArray[np.float64]

QUALITIES = {
    "maj": (0, 4, 7),
    "maj/3": (0, 4, 7),
    "min": (0, 3, 7),
    "7": (0, 4, 7, 10),
    "min7": (0, 3, 7, 10),
    "maj7": (0, 4, 7, 11),
    "dim": (0, 3, 6),
    "sus4": (0, 5, 7),
}
"""Intervals above the root, by Harte's shorthand. One inversion is among them: its bass alone would make it another chord."""
SIMPLE = {
    "maj": "maj",
    "maj/3": "maj",
    "min": "min",
    "7": "maj",
    "min7": "min",
    "maj7": "maj",
    "dim": "min",
    "sus4": "maj",
}
"""The triad that stands in for each quality: the same root, the third where there is one."""
CHORDS = tuple((root, quality) for quality in QUALITIES for root in range(12))
NO_CHORD = len(CHORDS)
"""The state after all of CHORDS."""

_SEVENTH = 0.7  # of the weight of the other tones: it is doubled less
_BASS_FIFTH = 0.35
_FLATNESS_OF_MUSIC = 0.12  # what a dense arrangement, reverberation and consonants add
_MAJOR_THIRD = 4
_LEADING_TONE = 0.3  # what a doubled tone or a singer above adds to one pitch class
_TREBLE_WEIGHT, _BASS_WEIGHT = 8.0, 4.0
# What it costs, in nats, to go on to another chord, and to one of the rarer qualities.
_CHANGE = 3.5
_RARITY = {"maj": 0.0, "maj/3": 2.0, "min": 0.0, "7": 1.2, "min7": 1.2, "maj7": 1.2, "dim": 2.5, "sus4": 2.5}
_NO_CHORD_COST = 1.0
_GRID_SECONDS = 0.4  # where there are no beats
_LONGEST_BEAT_SECONDS = 1.5  # a longer gap is a pause of the beat, not of the harmony
_SILENCE = 10 ** (-70 / 20)
_QUIET = 10 ** (-50 / 20)  # of the loudest
_TOGETHER = 2048  # beats that are compared at a time, to bound memory


@dataclass(frozen=True, kw_only=True)
class Lattice:
    """What speaks for each chord on each beat.

    Attributes:
        edges: seconds, shape (n + 1,): beat i lasts from edges[i] to edges[i + 1].
        bass, treble: chroma of the beats, shape (n, 12).
        sounding: whether there is anything to hear, shape (n,).
        evidence: log-likelihood of the chords and of no chord, up to a constant, shape (n, len(CHORDS) + 1).
    """

    edges: Floats
    bass: Floats
    treble: Floats
    sounding: NDArray[np.bool_]
    evidence: Series[np.float64]

    @property
    def durations(self) -> Floats:
        """Seconds of each beat."""
        return np.diff(self.edges)


def lattice(harmony: Harmony, beats: Sequence[float]) -> Lattice:
    """Compares every beat with every chord.

    Args:
        harmony: what sounds.
        beats: seconds, ascending; a regular grid is used where there are none.
    """
    edges = _edges(beats, harmony.duration)
    pitches = _means(harmony.pitches, edges)
    bass, treble = pitches[:, :12], pitches[:, 12:]
    level = _means(harmony.level, edges)[:, 0]
    sounding = level > max(_SILENCE, _QUIET * float(level.max(initial=0.0)))
    evidence = Series(NO_CHORD + 1, np.float64)
    for start in range(0, len(sounding), _TOGETHER):
        here = slice(start, start + _TOGETHER)
        evidence.append(_evidence(bass[here], treble[here], sounding[here]))
    return Lattice(edges=edges, bass=bass, treble=treble, sounding=sounding, evidence=evidence)


def _evidence(bass: Floats, treble: Floats, sounding: NDArray[np.bool_]) -> Floats:
    """Returns what speaks for each chord on some beats; see `Lattice`."""
    treble_shape = unit(treble)
    chords = _TREBLE_WEIGHT * treble_shape @ TREBLE_TEMPLATES.T + _BASS_WEIGHT * unit(bass) @ BASS_TEMPLATES.T
    # Noise has all pitches alike, a lone voice has one: each is as near to that as a chord to its template.
    unlike = np.maximum(flatness(treble_shape) - _FLATNESS_OF_MUSIC, treble_shape.max(axis=1) - _LEADING_TONE)
    evidence = np.column_stack([chords, _TREBLE_WEIGHT * unlike + _BASS_WEIGHT / 2])
    evidence[~sounding] = 0.0
    evidence[~sounding, NO_CHORD] = 2 * (_TREBLE_WEIGHT + _BASS_WEIGHT)
    return evidence


def entry_costs(unlikely: Floats | None = None) -> Floats:
    """Returns the cost in nats of going on to each state.

    Args:
        unlikely: what is added for each chord, in nats, for example because it is foreign to the key.
    """
    costs = np.array([_CHANGE + _RARITY[quality] for _, quality in CHORDS] + [_CHANGE + _NO_CHORD_COST])
    if unlikely is not None:
        costs[:NO_CHORD] += unlikely
    return costs


def best_path(evidence: Floats | Series[np.float64], costs: Floats) -> NDArray[np.intp]:
    """Returns the most probable state of each beat (Viterbi)."""
    states = np.arange(len(costs), dtype=np.uint8)
    came_from = np.zeros((len(evidence), len(costs)), np.uint8)
    total = np.zeros(0)
    for beat, now in enumerate(evidence):
        if not beat:
            total = now - costs
            continue
        best = int(total.argmax())
        entering = total[best] - costs
        came_from[beat] = np.where(total >= entering, states, np.uint8(best))
        total = np.maximum(total, entering) + now
    path = np.zeros(len(evidence), np.intp)
    state = int(total.argmax()) if len(path) else 0
    for beat in range(len(path) - 1, -1, -1):
        path[beat] = state
        state = int(came_from[beat, state])
    return path


def certainty(evidence: Series[np.float64], costs: Floats, alike: Sequence[Sequence[int]]) -> Floats:
    """Returns how probable it is, given all beats, that each beat has one of some states (forward-backward), shape (n,).

    Args:
        evidence: of the states on each beat.
        costs: of `entry_costs`.
        alike: of each beat, the states that are asked for.
    """
    forward = Series(evidence.columns, np.float64)
    before: Floats | None = None
    for now in evidence:
        before = now + (-costs if before is None else np.logaddexp(before, _log_sum(before) - costs))
        forward.append(before[None])
    certain, after = np.zeros(len(evidence)), np.zeros(evidence.columns)
    backwards = zip(range(len(evidence) - 1, -1, -1), reversed(forward), reversed(evidence), strict=True)
    for beat, until, now in backwards:
        joint = until + after
        shares = np.exp(joint - joint.max())
        certain[beat] = (shares / shares.sum())[alike[beat]].sum()
        after = np.logaddexp(after + now, _log_sum(after + now - costs))
    return certain


def unit(rows: Floats) -> Floats:
    """Returns rows of length one; rows of zeros stay."""
    shapes: Floats = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return shapes


def flatness(shapes: Floats) -> Floats:
    """Returns how near unit chroma vectors are to all pitches alike: 0.29 for one pitch class, 1 for noise."""
    flat: Floats = shapes.sum(axis=1) / np.sqrt(shapes.shape[1])
    return flat


def _log_sum(values: Floats) -> float:
    largest = values.max()
    return float(largest + np.log(np.exp(values - largest).sum()))


def _edges(beats: Sequence[float], duration: float) -> Floats:
    points = [0.0, *(beat for beat in beats if 0 < beat < duration), duration]
    edges = [0.0]
    for start, end in pairwise(points):
        parts = 1 if end - start < _LONGEST_BEAT_SECONDS else int(np.ceil((end - start) / _GRID_SECONDS))
        edges.extend(start + (end - start) * (np.arange(parts) + 1) / parts)
    return np.unique(edges)


def _means(frames: Series[np.float32], edges: Floats) -> Floats:
    """Returns the mean of the frames between each pair of edges; frames at an edge count by their share."""
    # Frame i stands for the hop around its centre.
    position = np.clip(edges * LONG.rate + 0.5, 0, len(frames))
    whole = np.minimum(position.astype(int), max(len(frames) - 1, 0))
    at = frames.sums_at(whole) + (position - whole)[:, None] * (frames.at(whole) if len(frames) else 0.0)
    means: Floats = np.diff(at, axis=0) / np.maximum(np.diff(position), 1e-6)[:, None]
    return means


def _templates() -> tuple[Floats, Floats]:
    treble, bass = np.zeros((NO_CHORD, 12)), np.zeros((NO_CHORD, 12))
    for state, (root, quality) in enumerate(CHORDS):
        for place, interval in enumerate(QUALITIES[quality]):
            treble[state, (root + interval) % 12] = _SEVENTH if place == 3 else 1.0  # noqa: PLR2004 (the fourth tone)
        lowest = _MAJOR_THIRD if quality == "maj/3" else 0
        bass[state, (root + lowest) % 12] = 1.0
        bass[state, (root + 7) % 12] = _BASS_FIFTH
    return unit(treble), unit(bass)


TREBLE_TEMPLATES, BASS_TEMPLATES = _templates()
