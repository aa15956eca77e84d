"""The chord timeline: Harte's labels, how sure they are, and triads for people who strum."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from services.analysis.keys import pitch_name
from services.analysis.measure.chord_model import (
    CHORDS,
    NO_CHORD,
    QUALITIES,
    SIMPLE,
    Floats,
    Lattice,
    best_path,
    certainty,
    entry_costs,
    unit,
)
from services.analysis.measure.key import shortfall
from services.analysis.measure.key_theory import usual_chords
from services.analysis.measure.salience import Harmony
from services.analysis.measure.series import Series
from services.analysis.results import Chord, Chords, Feature, KeyEstimate, KeySpan, Mode, Shortfall, Tonality

METHOD = "nnls-chroma-hmm/1"

_SHORTEST_SECONDS = 0.5
_KEY_WEIGHT = 0.7  # how much a chord that is foreign to the key must be heard better, of its log-probability
_INVERSION_SHARE = 0.6  # of the bass, on another tone than the root, before an inversion is certain
_INVERSION_ROOT_SHARE = 0.15  # of the bass, at most, on the root
_DEGREES = {3: "b3", 4: "3", 6: "b5", 7: "5", 10: "b7", 11: "7"}


def chord_path(lattice: Lattice, key: Tonality | None = None) -> NDArray[np.intp]:
    """Returns the chord of each beat, as index into CHORDS or NO_CHORD; with a key, its own chords are a little likelier."""
    evidence, costs = _informed(lattice, key)
    return best_path(evidence, costs)


def chords(harmony: Harmony, lattice: Lattice, key: Tonality | None) -> Chords | Shortfall:
    """Returns the chords of a track, in order and without gaps, or why they cannot be told.

    Args:
        harmony: what sounds.
        lattice: the same by beats.
        key: None where it could not be told; chords are then spelt with flats.
    """
    if missing := shortfall(harmony, lattice, Feature.CHORDS, shortest=_SHORTEST_SECONDS):
        return missing
    evidence, costs = _informed(lattice, key)
    path = best_path(evidence, costs)
    certain = certainty(evidence, costs, [_ALIKE[state] for state in path])
    edges = [0, *(np.flatnonzero(np.diff(path)) + 1).tolist(), len(path)]
    return Chords(
        source=harmony.source,
        method=METHOD,
        chords=tuple(
            _chord(lattice, int(path[start]), certain, slice(start, end), key) for start, end in pairwise(edges)
        ),
    )


def _informed(lattice: Lattice, key: Tonality | None) -> tuple[Series[np.float64], Floats]:
    """Returns the evidence of the beats and the costs of chords, in the light of the track's key."""
    if key is None:
        return lattice.evidence, entry_costs()
    index = key.key.tonic + (12 if key.key.mode is Mode.MINOR else 0)
    usual = usual_chords()[index]
    trust = _KEY_WEIGHT * key.key.confidence
    return lattice.evidence, entry_costs(trust * (usual.max() - usual))


def _chord(lattice: Lattice, state: int, certain: Floats, beats: slice, key: Tonality | None) -> Chord:
    seconds = lattice.durations[beats]
    confidence = float(seconds @ certain[beats] / seconds.sum())
    start, end = float(lattice.edges[beats.start]), float(lattice.edges[beats.stop])
    if state == NO_CHORD:
        return Chord(start=start, end=end, label="N", simple="N", confidence=confidence)
    root, quality = CHORDS[state]
    name = pitch_name(root, _key_at(key, start))
    inversion = "" if "/" in quality else _inversion(seconds @ unit(lattice.bass[beats]), root, quality)
    return Chord(
        start=start,
        end=end,
        label=f"{name}:{quality}{inversion}",
        simple=f"{name}:{SIMPLE[quality]}",
        confidence=confidence,
    )


def _triad(state: int) -> tuple[int, str]:
    root, quality = CHORDS[state]
    return root, SIMPLE[quality]


_ALIKE = [[other for other in range(NO_CHORD) if _triad(other) == _triad(state)] for state in range(NO_CHORD)]
_ALIKE.append([NO_CHORD])
"""By state, the states of the same triad."""


def _inversion(bass: Floats, root: int, quality: str) -> str:
    """Returns "/" and the degree in the bass where it is plainly a chord tone other than the root, else nothing."""
    share = bass / max(float(bass.sum()), 1e-9)
    lowest = int(share.argmax())
    degree = (lowest - root) % 12
    if degree == 0 or degree not in QUALITIES[quality] or share[root] > _INVERSION_ROOT_SHARE:
        return ""
    return f"/{_DEGREES[degree]}" if degree in _DEGREES and share[lowest] > _INVERSION_SHARE else ""


def _key_at(key: Tonality | None, time: float) -> KeyEstimate | None:
    if key is None:
        return None
    spans: list[KeySpan] = [span for span in key.spans if span.start <= time < span.end]
    return spans[0].key if spans else key.key
