"""What people corrected, laid over what was measured. Pure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.analysis.messages import key_of
from services.analysis.results import Beat, Curve, KeyEstimate, Metre, Mode, Rhythm, Tempo, Tonality
from services.mesh.errors import ResultsMissing
from services.mesh.music import Corrections, Key

# A tempo this near to a simple multiple of the measured one is that multiple: measured beats are better than an even grid.
_NEAR = 0.04
_MULTIPLES = tuple(
    Fraction(p, q)
    for p, q in ((1, 8), (1, 4), (1, 3), (1, 2), (2, 3), (3, 4), (1, 1), (4, 3), (3, 2), (2, 1), (3, 1), (4, 1), (8, 1))
)
_NOTHING: Mapping[str, Any] = {"bpm": None, "beat_at": None, "downbeat_at": None, "beats_per_bar": 0, "key": None}
_USUAL_BEATS_PER_BAR = 4
_USUAL_BEAT_UNIT = 4


@dataclass(frozen=True, kw_only=True)
class Change:
    """One call of AdjustAnalysis; see its request in the contract. None = leave it."""

    reset: frozenset[str] = frozenset()
    bpm: float | None = None
    tempo_factor: float | None = None
    shift: float | None = None
    beats_per_bar: int = 0
    downbeat_at: float | None = None
    key: Key | None = None


def changed(
    name: str, corrections: Corrections, change: Change, measured: Rhythm | None, duration: float
) -> Corrections:
    """Returns the corrections after a change; relative ones become absolute, so that they hold whatever is measured later.

    Args:
        name: of the results, for the error.
        corrections: as they are.
        change: what is wanted.
        measured: the pulse as measured.
        duration: of the track, seconds.

    Raises:
        ResultsMissing: it is relative to something that is not known.
    """
    corrections = replace(corrections, **{field: _NOTHING[field] for field in change.reset})
    if change.tempo_factor is not None:
        now = corrected_rhythm(measured, corrections, duration)
        if now is None:
            raise ResultsMissing(name, "tempo")
        corrections = replace(corrections, bpm=now.tempo.bpm * change.tempo_factor)
    if change.bpm is not None:
        corrections = replace(corrections, bpm=change.bpm)
    if change.shift is not None:
        now = corrected_rhythm(measured, corrections, duration)
        if now is None or not now.beats:
            raise ResultsMissing(name, "beats")
        anchor = next((beat for beat in now.beats if beat.position == 1), now.beats[0])
        moved = anchor.time + change.shift
        corrections = replace(corrections, beat_at=moved, downbeat_at=moved if anchor.position == 1 else None)
    if change.beats_per_bar:
        corrections = replace(corrections, beats_per_bar=change.beats_per_bar)
    if change.downbeat_at is not None:
        corrections = replace(corrections, downbeat_at=change.downbeat_at)
    if change.key is not None:
        corrections = replace(corrections, key=change.key)
    return corrections


def corrected_rhythm(measured: Rhythm | None, corrections: Corrections, duration: float) -> Rhythm | None:
    """Returns the pulse with what people corrected of it; a tempo set by hand makes a grid even where none was measured."""
    if measured is None:
        if corrections.bpm is None:
            return None
        nothing = Curve(start=0.0, step=1.0, values=np.zeros(0, np.float32))
        measured = Rhythm(
            source=(),
            tempo=Tempo(bpm=corrections.bpm, confidence=0.0),
            alternatives=(),
            beats=(),
            confidence=0.0,
            metre=None,
            tempo_curve=nothing,
            onsets=(),
        )
    rhythm = measured
    if corrections.bpm is not None:
        rhythm = _at_tempo(rhythm, corrections, duration)
    if corrections.beat_at is not None and rhythm.beats:
        nearest = min((beat.time for beat in rhythm.beats), key=lambda time: abs(time - corrections.beat_at))  # type: ignore[operator]
        delta = corrections.beat_at - nearest
        moved = (replace(beat, time=beat.time + delta) for beat in rhythm.beats)
        rhythm = replace(rhythm, beats=tuple(beat for beat in moved if 0 <= beat.time <= duration))
    if corrections.beats_per_bar or corrections.downbeat_at is not None:
        rhythm = _in_bars(rhythm, corrections)
    return rhythm


def corrected_tonality(measured: Tonality | None, corrections: Corrections) -> Tonality | None:
    """Returns key and tuning with the key that people set; a single span follows it, several stay as measured."""
    key = corrections.key
    if measured is None or key is None:
        return measured
    certain = KeyEstimate(tonic=key.tonic, mode=Mode.MINOR if key.minor else Mode.MAJOR, confidence=1.0)
    runner_up = measured.runner_up if key_of(measured.key) == key else measured.key
    spans = tuple(replace(span, key=certain) for span in measured.spans) if len(measured.spans) == 1 else measured.spans
    return replace(measured, key=certain, runner_up=runner_up, spans=spans)


def _at_tempo(rhythm: Rhythm, corrections: Corrections, duration: float) -> Rhythm:
    bpm = corrections.bpm
    assert bpm is not None
    multiple = _multiple(bpm / rhythm.tempo.bpm)
    tempo = Tempo(bpm=bpm, confidence=1.0)
    if multiple == 1 and rhythm.beats:
        return replace(rhythm, tempo=tempo)
    per_bar = corrections.beats_per_bar or (rhythm.metre.beats_per_bar if rhythm.metre else 0)
    first = next((index for index, beat in enumerate(rhythm.beats) if beat.position == 1), 0)
    if multiple is None or len(rhythm.beats) < 2:  # noqa: PLR2004 (an interval needs two)
        known = [time for time in (corrections.beat_at, corrections.downbeat_at) if time is not None]
        anchor = known[0] if known else rhythm.beats[first].time if rhythm.beats else 0.0
        times, origin = _even(anchor, 60 / bpm, duration)
        curve = replace(rhythm.tempo_curve, values=np.full_like(rhythm.tempo_curve.values, bpm))
    else:
        times, origin = _resampled(np.array([beat.time for beat in rhythm.beats]), first, float(multiple))
        curve = replace(rhythm.tempo_curve, values=rhythm.tempo_curve.values * np.float32(multiple))
    return replace(rhythm, tempo=tempo, beats=_counted(times, origin, per_bar), tempo_curve=curve)


def _multiple(ratio: float) -> Fraction | None:
    """Returns the simple multiple that a ratio of tempi is near to, None if there is none."""
    nearest = min(_MULTIPLES, key=lambda one: abs(math.log(ratio / one)))
    return nearest if abs(ratio / nearest - 1) < _NEAR else None


def _resampled(times: NDArray[np.float64], first: int, multiple: float) -> tuple[NDArray[np.float64], int]:
    """Returns beats that follow `multiple` times as fast, and the index among them of beat `first`, which stays a beat."""
    before, after = math.floor(first * multiple), math.floor((len(times) - 1 - first) * multiple)
    places = first + np.arange(-before, after + 1) / multiple
    return np.interp(places, np.arange(len(times)), times), before


def _even(anchor: float, period: float, duration: float) -> tuple[NDArray[np.float64], int]:
    """Returns an even grid through `anchor` that fills the track, and the index of the beat at the anchor."""
    before = max(0, math.floor(anchor / period))
    after = max(0, math.floor((duration - anchor) / period))
    return anchor + period * np.arange(-before, after + 1, dtype=np.float64), before


def _in_bars(rhythm: Rhythm, corrections: Corrections) -> Rhythm:
    """Returns the pulse with its beats counted anew."""
    old = rhythm.metre
    per_bar = corrections.beats_per_bar or (old.beats_per_bar if old else _USUAL_BEATS_PER_BAR)
    metre = Metre(beats_per_bar=per_bar, beat_unit=old.beat_unit if old else _USUAL_BEAT_UNIT, confidence=1.0)
    if not rhythm.beats:
        return replace(rhythm, metre=metre)
    times = np.array([beat.time for beat in rhythm.beats])
    if corrections.downbeat_at is not None:
        origin = int(np.abs(times - corrections.downbeat_at).argmin())
    else:
        origin = next((index for index, beat in enumerate(rhythm.beats) if beat.position == 1), 0)
    return replace(rhythm, metre=metre, beats=_counted(times, origin, per_bar))


def _counted(times: Sequence[float] | NDArray[np.float64], origin: int, per_bar: int) -> tuple[Beat, ...]:
    """Returns beats with their positions, beat `origin` being a downbeat; 0 if bars are unknown."""
    return tuple(
        Beat(time=float(time), position=(index - origin) % per_bar + 1 if per_bar else 0)
        for index, time in enumerate(times)
    )
