"""In which key a track is, and where it changes.

What speaks for each key (`key_terms`) is added up, and the key with the most is told. How sure it is follows from its lead over the next one, and
from how many chords there are: a loop of two fits two keys, whatever speaks for one of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from services.analysis.measure.chord_model import Floats, Lattice, best_path, flatness, unit
from services.analysis.measure.key_terms import MINORS, TERMS, key_terms, triads_of
from services.analysis.measure.key_theory import usual_chords
from services.analysis.measure.salience import Harmony
from services.analysis.results import Feature, KeyEstimate, KeySpan, Mode, Shortfall, Tonality

WEIGHTS = {"chords": 2.5, "profile": 3.4, "bass": 0.4, "cadences": 6.9, "openings": 0.8}
"""Of the terms, in nats; fitted by `python -m benchmarks.fit_key`, as is the confidence."""
CONFIDENCE = np.array([-1.3, 0.6, 0.4])
"""Of the columns of `witnesses`: the log-odds that a key is right."""
_MOST_NATS, _MOST_TRIADS = 12.0, 6  # more do not make a key surer

_SHORTEST_SECONDS = 3.0
_NOISE_FLATNESS = 0.8  # of the mean beat; music lies below 0.7, drums and noise above 0.86
_NOISE_CLARITY = 0.06  # speech glides: its peaks agree on no tuning
_CLEAR = 0.25  # from here on, tuning takes nothing from the confidence
_SPAN_NATS_PER_SECOND = 0.25  # beats of one chord are not independent witnesses
_SPAN_CHANGE = 8.0


@dataclass(frozen=True)
class Hearing:
    """What sounds on the beats, and the chord of each, as index into CHORDS, NO_CHORD for none."""

    lattice: Lattice
    path: NDArray[np.intp]


def tonality(
    harmony: Harmony, heard: Hearing, parts: Sequence[float] = (), mix: Hearing | None = None
) -> Tonality | Shortfall:
    """Returns the key of a track, or why it cannot be told.

    Args:
        harmony: what sounds.
        heard: the same by beats.
        parts: where the parts of the form begin, seconds; none if that is not known.
        mix: where `harmony` is that of stems, the mix by the same beats, voices and all. It has the same say.
    """
    lattice = heard.lattice
    seconds = float(lattice.durations[lattice.sounding].sum())
    if missing := shortfall(harmony, lattice, Feature.KEY, shortest=_SHORTEST_SECONDS):
        return missing
    clearness = min(1.0, harmony.clarity / _CLEAR) * min(1.0, seconds / (4 * _SHORTEST_SECONDS))
    hearings = (heard, mix) if mix else (heard,)
    best, second = _ranked(hearings, np.flatnonzero(lattice.sounding), parts, clearness)
    return Tonality(
        source=harmony.source,
        key=best,
        runner_up=second,
        tuning_cents=harmony.tuning_cents,
        spans=_spans(hearings, parts, best, clearness),
    )


def shortfall(harmony: Harmony, lattice: Lattice, feature: Feature, *, shortest: float) -> Shortfall | None:
    """Returns why there is no harmony to speak of, None if there is."""
    heard = float(lattice.durations[lattice.sounding].sum())
    if not heard:
        return Shortfall(feature=feature, reason="silent", message="There is nothing to hear.")
    if heard < shortest:
        return Shortfall(feature=feature, reason="too_short", message=f"It takes {shortest:g} s of sound to tell.")
    shapes = unit(lattice.treble[lattice.sounding])
    if float(flatness(shapes).mean()) > _NOISE_FLATNESS or harmony.clarity < _NOISE_CLARITY:
        return Shortfall(feature=feature, reason="no_pitch", message="Hardly any of it has a steady pitch.")
    return None


def scores(terms: Floats) -> Floats:
    """Returns the log-probability of each key, up to a constant, from `key_terms`, shape (24,)."""
    total: Floats = terms @ np.array([WEIGHTS[name] for name in TERMS])
    return total


def witnesses(score: Floats, chords: NDArray[np.intp]) -> Floats:
    """Returns what the confidence of each key follows from, shape (24, 3): a constant, its lead, how many triads there are."""
    best = int(score.argmax())
    rivals = np.full(len(score), score[best])
    rivals[best] = np.delete(score, best).max()
    triads = np.full(len(score), min(len(set(triads_of(chords))), _MOST_TRIADS))
    return np.column_stack([np.ones(len(score)), np.clip(score - rivals, -_MOST_NATS, _MOST_NATS), triads])


def _ranked(
    hearings: Sequence[Hearing], beats: NDArray[np.intp], parts: Sequence[float], clearness: float
) -> tuple[KeyEstimate, KeyEstimate]:
    """Returns the two best of the 24 keys of these beats."""
    score = scores(np.mean([key_terms(one.lattice, one.path, beats, parts) for one in hearings], axis=0))
    sure = clearness / (1 + np.exp(-witnesses(score, hearings[0].path[beats]) @ CONFIDENCE))
    first, second = np.argsort(score)[::-1][:2]
    return _estimate(int(first), float(sure[first])), _estimate(int(second), float(sure[second]))


def _estimate(index: int, confidence: float) -> KeyEstimate:
    return KeyEstimate(tonic=index % 12, mode=Mode.MINOR if index >= MINORS else Mode.MAJOR, confidence=confidence)


def _spans(
    hearings: Sequence[Hearing], parts: Sequence[float], key: KeyEstimate, clearness: float
) -> tuple[KeySpan, ...]:
    """Returns the keys through time: they change only where many chords together are foreign to the one before."""
    lattice, path = hearings[0].lattice, hearings[0].path
    usual = np.column_stack([usual_chords(), np.zeros(24)])
    witness = (usual[:, path] * lattice.durations * _SPAN_NATS_PER_SECOND).T
    changes = np.flatnonzero(np.diff(best_path(witness, np.full(len(usual), _SPAN_CHANGE)))) + 1
    edges = [0, *changes.tolist(), len(path)]
    found: list[KeySpan] = []
    for start, end in pairwise(edges):
        beats = np.arange(start, end)[lattice.sounding[start:end]]
        local = _ranked(hearings, beats, parts, clearness)[0] if len(beats) and changes.size else key
        span = KeySpan(start=float(lattice.edges[start]), end=float(lattice.edges[end]), key=local)
        if found and (found[-1].key.tonic, found[-1].key.mode) == (local.tonic, local.mode):
            span = KeySpan(start=found.pop().start, end=span.end, key=local)
        found.append(span)
    return tuple(found) if len(found) > 1 else (KeySpan(start=0.0, end=float(lattice.edges[-1]), key=key),)
