"""What speaks for each key, in numbers that can be added like log-probabilities.

Pitch-class profiles alone mistake a key for its relative and its neighbours by fifths, which share most notes. So the chords
speak too: how usual each is in the key, which one the phrases close on, which one begins the parts; and what the bass dwells on.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from services.analysis.measure.chord_model import CHORDS, NO_CHORD, SIMPLE, Floats, Lattice
from services.analysis.measure.key_theory import PROFILES, usual_chords, usual_openings

TERMS = ("chords", "profile", "bass", "cadences", "openings")
"""Mean log-probability of the chords in the key; correlation of the chroma with the key's profile; share of the tonic in the
bass; cadences onto the tonic, per change of chord; log-probability of the chords that begin the parts in the key."""

MINORS = 12
"""Where the minor keys and triads begin."""

_SAME_SECONDS = 0.1  # a part begins on a beat
_FOURTH, _FIFTH, _SUBTONIC = 5, 7, 10  # semitones


def key_terms(lattice: Lattice, path: NDArray[np.intp], beats: NDArray[np.intp], parts: Sequence[float]) -> Floats:
    """Returns how much each of TERMS speaks for each of the 24 keys, shape (24, len(TERMS)).

    Args:
        lattice: what sounds on the beats.
        path: the chord of each beat, as index into CHORDS, NO_CHORD for none.
        beats: indices of those that are asked, ascending.
        parts: where the parts of the form begin, seconds.
    """
    seconds = lattice.durations[beats]
    bass, treble = seconds @ lattice.bass[beats], seconds @ lattice.treble[beats]
    terms = np.zeros((24, len(TERMS)))
    chords = path[beats]
    named = chords != NO_CHORD
    if named.any():
        terms[:, 0] = usual_chords()[:, chords[named]] @ seconds[named] / seconds[named].sum()
    terms[:, 1] = [np.corrcoef(profile, bass + treble)[0, 1] for profile in PROFILES]
    terms[:, 2] = np.tile(bass / max(bass.sum(), 1e-9), 2)
    triads = triads_of(chords)
    for before, after in pairwise(triads):
        terms[after, 3] += _cadence(before, after) / (len(triads) - 1)
    terms[:, 4] = openings(lattice, path, beats, parts)
    return terms


def openings(lattice: Lattice, path: NDArray[np.intp], beats: NDArray[np.intp], parts: Sequence[float]) -> Floats:
    """Returns how much the chords that begin the parts within these beats speak for each key, in nats, shape (24,).

    Parts that begin with the same two chords are one part that comes again: it is not a new witness each time.
    """
    starts = np.unique(np.searchsorted(lattice.edges[:-1], np.asarray(parts, float) - _SAME_SECONDS))
    begun: Counter[tuple[int, ...]] = Counter()
    for start, end in pairwise([*starts, len(path)]):
        named = start + np.flatnonzero(path[start:end] != NO_CHORD)
        if len(named) and len(beats) and beats[0] <= named[0] <= beats[-1]:
            begun[tuple(triads_of(path[named])[:2])] += 1
    spoken: Floats = sum(
        (np.sqrt(times) * usual_openings()[:, chords[0]] for chords, times in begun.items()), np.zeros(24)
    )
    return spoken


def triads_of(chords: NDArray[np.intp]) -> list[int]:
    """Returns the triads of a path of chords in order, each once until it changes: root, +12 for minor."""
    triads: list[int] = []
    for chord in chords[chords != NO_CHORD]:
        root, quality = CHORDS[chord]
        triad = root + (MINORS if SIMPLE[quality] == "min" else 0)
        if not triads or triads[-1] != triad:
            triads.append(triad)
    return triads


def _cadence(before: int, after: int) -> float:
    """Returns how strongly one triad closes on another: from the dominant 1, from subdominant or subtonic 1/2."""
    interval = (before - after) % 12
    major = before < MINORS
    if interval == _FIFTH and major:
        return 1.0
    return 0.5 if interval == _FOURTH or (interval == _SUBTONIC and major and after >= MINORS) else 0.0
