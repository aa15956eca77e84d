"""In which key a track is, and where it changes.

Pitch-class profiles alone mistake a key for its relative and its neighbours by fifths, which share most notes. So the chords
speak too: how usual each is in the key, which one the phrases close on, which one begins the track and its parts, and what the bass
dwells on. The terms are added like log-probabilities. How sure the key is follows from its lead, from what is left of it without the term that
speaks most for it, and from how far stretches of the track, each by itself, name the same key.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from services.analysis.measure.chord_model import CHORDS, NO_CHORD, SIMPLE, Floats, Lattice, best_path, flatness, unit
from services.analysis.measure.key_theory import PROFILES, TONIC_SHAPES, usual_chords, usual_openings
from services.analysis.measure.salience import Harmony
from services.analysis.results import Feature, KeyEstimate, KeySpan, Mode, Shortfall, Tonality

_SHORTEST_SECONDS = 3.0
_NOISE_FLATNESS = 0.8  # of the mean beat; music lies below 0.7, drums and noise above 0.86
_NOISE_CLARITY = 0.06  # speech glides: its peaks agree on no tuning
_CLEAR = 0.25  # from here on, tuning takes nothing from the confidence

# The weights of the terms, in nats: see `_terms`.
_WEIGHTS = np.array([2.5, 3.5, 1.3, 0.2, 0.1, 6.5, 0.2, 0.8])
_TIE = 1e-9
_STRETCH_SECONDS = 10.0  # of music that is asked for its own key
_CLOSE = 2.0  # nats; a lead over the next key that is hardly one
_CHORDAL = 0.5  # share of the beats with a chord, below which it is a melody
_WITNESSES = [0, 1, 3, 5, 6, 7]  # those that could name a key alone
_SAME_SECONDS = 0.1  # a part begins on a beat

_SPAN_NATS_PER_SECOND = 0.25  # beats of one chord are not independent witnesses
_SPAN_CHANGE = 8.0

_MINORS = 12  # where the minor keys and triads begin
_FOURTH, _FIFTH, _SUBTONIC = 5, 7, 10  # semitones


def tonality(
    harmony: Harmony, lattice: Lattice, path: NDArray[np.intp], parts: Sequence[float] = ()
) -> Tonality | Shortfall:
    """Returns the key of a track, or why it cannot be told.

    Args:
        harmony: what sounds.
        lattice: the same by beats.
        path: the chord of each beat, as index into CHORDS, NO_CHORD for none.
        parts: where the parts of the form begin, seconds; none if that is not known.
    """
    heard = float(lattice.durations[lattice.sounding].sum())
    if missing := shortfall(harmony, lattice, Feature.KEY, shortest=_SHORTEST_SECONDS):
        return missing
    clearness = min(1.0, harmony.clarity / _CLEAR) * min(1.0, heard / (4 * _SHORTEST_SECONDS))
    best, second = _ranked(lattice, path, np.flatnonzero(lattice.sounding), parts, clearness)
    return Tonality(
        source=harmony.source,
        key=best,
        runner_up=second,
        tuning_cents=harmony.tuning_cents,
        spans=_spans(lattice, path, parts, best, clearness),
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


def _ranked(
    lattice: Lattice, path: NDArray[np.intp], beats: NDArray[np.intp], parts: Sequence[float], clearness: float
) -> tuple[KeyEstimate, KeyEstimate]:
    """Returns the two best of the 24 keys of these beats.

    Probability ranks them, and votes of the terms where it hesitates. The plain posterior is too sure of relatives, because its
    terms are not independent. So the confidence is the mean of two shares of probability, of the key without the term that speaks
    most for it and of the key in stretches of ten seconds, less where the next key is close.
    """
    terms = _terms(lattice, path, beats, parts)
    silenced = [_WEIGHTS * (np.arange(len(_WEIGHTS)) != term) for term in range(len(_WEIGHTS))]
    weakest = np.min([_softmax(terms @ weights) for weights in silenced], axis=0)
    local = np.mean([_softmax(_terms(lattice, path, s, parts) @ _WEIGHTS) for s in _stretches(lattice, beats)], axis=0)
    score = terms @ _WEIGHTS
    named = terms[:, _WITNESSES] >= terms[:, _WITNESSES].max(axis=0) - _TIE
    votes = (named / named.sum(axis=0)).mean(axis=1)
    first, second = np.argsort(_softmax(score) + votes / 2)[::-1][:2]
    rival = np.where(np.arange(len(score)) == score.argmax(), np.sort(score)[-2], score.max())
    confidence = clearness / (1 + np.exp((rival - score) / _CLOSE)) * (weakest + local) / 2
    best = float(confidence[first])
    return _estimate(int(first), best), _estimate(int(second), min(best, float(confidence[second])))


def _stretches(lattice: Lattice, beats: NDArray[np.intp]) -> list[NDArray[np.intp]]:
    """Cuts beats into stretches of equal length, near _STRETCH_SECONDS."""
    ends = np.cumsum(lattice.durations[beats])
    count = max(1, round(float(ends[-1]) / _STRETCH_SECONDS))
    edges = np.searchsorted(ends, ends[-1] * np.arange(1, count) / count)
    return [stretch for stretch in np.split(beats, edges) if len(stretch)]


def _softmax(scores: Floats) -> Floats:
    shares = np.exp(scores - scores.max())
    probabilities: Floats = shares / shares.sum()
    return probabilities


def _estimate(index: int, confidence: float) -> KeyEstimate:
    return KeyEstimate(tonic=index % 12, mode=Mode.MINOR if index >= _MINORS else Mode.MAJOR, confidence=confidence)


def _terms(lattice: Lattice, path: NDArray[np.intp], beats: NDArray[np.intp], parts: Sequence[float]) -> Floats:
    """Returns what speaks for each key, shape (24, 8).

    Columns: mean log-probability of the chords in the key; correlation of the chroma with the key's profile; share of the
    tonic in the bass; likeness of the first and of the last chord to the tonic's; cadences onto the tonic, per change of
    chord; share of time on the tonic's chord; log-probability of the chords that begin the parts in the key.
    """
    seconds = lattice.durations[beats]
    bass, treble = seconds @ lattice.bass[beats], seconds @ lattice.treble[beats]
    terms = np.zeros((24, 8))
    chords = path[beats]
    named = chords != NO_CHORD
    if named.any():
        terms[:, 0] = usual_chords()[:, chords[named]] @ seconds[named] / seconds[named].sum()
    terms[:, 1] = [np.corrcoef(profile, bass + treble)[0, 1] for profile in PROFILES]
    terms[:, 2] = np.tile(bass / max(bass.sum(), 1e-9), 2)
    runs = _runs(chords[named], seconds[named])
    # Of a melody, the first and the last note.
    ends = (
        np.split(beats[named], np.flatnonzero(np.diff(chords[named])) + 1)
        if named.mean() > _CHORDAL
        else beats[:, None]
    )
    first, last = _ends(lattice, ends[0], ends[-1])
    terms[:, 3], terms[:, 4] = TONIC_SHAPES @ first, TONIC_SHAPES @ last
    changes = max(len(runs) - 1, 1)
    for (before, _), (after, held) in pairwise(runs):
        terms[after, 5] += _cadence(before, after) / changes
        terms[after, 6] += held
    if runs:
        terms[runs[0][0], 6] += runs[0][1]
    terms[:, 6] /= max(seconds.sum(), 1e-9)
    terms[:, 7] = _openings(lattice, path, beats, parts)
    return terms


def _openings(lattice: Lattice, path: NDArray[np.intp], beats: NDArray[np.intp], parts: Sequence[float]) -> Floats:
    """Returns how much the chords that begin the parts within these beats speak for each key, in nats, shape (24,).

    Parts that begin with the same two chords are one part that comes again: it is not a new witness each time.
    """
    starts = np.unique(np.searchsorted(lattice.edges[:-1], np.asarray(parts, float) - _SAME_SECONDS))
    begun: Counter[tuple[int, ...]] = Counter()
    for start, end in pairwise([*starts, len(path)]):
        named = start + np.flatnonzero(path[start:end] != NO_CHORD)
        if len(named) and len(beats) and beats[0] <= named[0] <= beats[-1]:
            begun[tuple(triad for triad, _ in _runs(path[named], lattice.durations[named])[:2])] += 1
    spoken: Floats = sum(
        (np.sqrt(times) * usual_openings()[:, chords[0]] for chords, times in begun.items()), np.zeros(24)
    )
    return spoken


def _runs(chords: NDArray[np.intp], seconds: Floats) -> list[tuple[int, float]]:
    """Returns the triads in order with their durations: root, +12 for minor."""
    runs: list[tuple[int, float]] = []
    for chord, length in zip(chords, seconds, strict=True):
        root, quality = CHORDS[chord]
        triad = root + (_MINORS if SIMPLE[quality] == "min" else 0)
        if runs and runs[-1][0] == triad:
            runs[-1] = (triad, runs[-1][1] + float(length))
        else:
            runs.append((triad, float(length)))
    return runs


def _ends(lattice: Lattice, first: NDArray[np.intp], last: NDArray[np.intp]) -> tuple[Floats, Floats]:
    """Returns the chroma of the beats of the first and of the last chord, unit length."""
    both = unit(np.array([(lattice.bass[group] + lattice.treble[group]).mean(axis=0) for group in (first, last)]))
    return both[0], both[1]


def _cadence(before: int, after: int) -> float:
    """Returns how strongly one triad closes on another: from the dominant 1, from subdominant or subtonic 1/2."""
    interval = (before - after) % 12
    major = before < _MINORS
    if interval == _FIFTH and major:
        return 1.0
    return 0.5 if interval == _FOURTH or (interval == _SUBTONIC and major and after >= _MINORS) else 0.0


def _spans(
    lattice: Lattice, path: NDArray[np.intp], parts: Sequence[float], key: KeyEstimate, clearness: float
) -> tuple[KeySpan, ...]:
    """Returns the keys through time: they change only where many chords together are foreign to the one before."""
    usual = np.column_stack([usual_chords(), np.zeros(24)])
    witness = (usual[:, path] * lattice.durations * _SPAN_NATS_PER_SECOND).T
    changes = np.flatnonzero(np.diff(best_path(witness, np.full(len(usual), _SPAN_CHANGE)))) + 1
    edges = [0, *changes.tolist(), len(path)]
    found: list[KeySpan] = []
    for start, end in pairwise(edges):
        beats = np.arange(start, end)[lattice.sounding[start:end]]
        local = _ranked(lattice, path, beats, parts, clearness)[0] if len(beats) and changes.size else key
        span = KeySpan(start=float(lattice.edges[start]), end=float(lattice.edges[end]), key=local)
        if found and (found[-1].key.tonic, found[-1].key.mode) == (local.tonic, local.mode):
            span = KeySpan(start=found.pop().start, end=span.end, key=local)
        found.append(span)
    return tuple(found) if len(found) > 1 else (KeySpan(start=0.0, end=float(lattice.edges[-1]), key=key),)
