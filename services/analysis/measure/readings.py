"""What speaks for and against each reading of the rhythm: a pulse, a metre, and where its bars start.

Half or double tempo, three or four to the bar, one beat or another as the first: these are one question, because harmony changes
at bar lines, kick and snare alternate on beats, and bars last about two seconds. So every combination is described by the same
few numbers, and `weigh` compares them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.analysis.measure.frontend import SHORT
from services.analysis.measure.onsets import around
from services.analysis.measure.pitches import GRID
from services.analysis.measure.pulse import FASTEST_BPM, SLOWEST_BPM, Array, Pulse
from services.analysis.measure.series import Series

METRES = (4, 3, 6)
"""Beats per bar: 4/4, 3/4, and 6/8, whose beats are its eighths."""
_SUBDIVISIONS = (0.0, 0.5, 1 / 3, 2 / 3, 0.25, 0.75)
_SECOND = int(SHORT.rate)
_SILENT, _STRONGEST = 1e-4, 3.0
_TOGETHER = 2048  # beats that are looked at at a time, to bound memory
_FEWEST_BARS = 2
_CHROMA_STEP = GRID.hop / SHORT.hop

TEMPO_FEATURES = (
    "tempo", "tempo_squared", "strength", "empty", "fullness",
    "beat_low", "beat_mid", "beat_high", "half_low", "half_mid", "half_high", "third", "quarter",
    "alternation_low", "alternation_high", "change_bass", "change_upper", "change_between",
)  # fmt: skip
BAR_FEATURES = (
    "first_low", "first_mid", "first_high", "first_bass", "first_upper", "first_bar_change",
    "backbeat_high", "backbeat_low", "half_bar_low", "half_bar_change", "explained_low", "explained_high", "explained_change",
    "bar_length", "bar_length_squared", "three", "six",
)  # fmt: skip
FEATURES = TEMPO_FEATURES + BAR_FEATURES


@dataclass(frozen=True)
class Scene:
    """What is heard, in the form that readings are described from.

    Attributes:
        onsets: strength around each frame, of low, middle and high, shape (n, 3).
        typical: what strong ones of these have, 0 where there are none, shape (3,).
        chroma: running sum over frames of the bass and upper chroma, shape (frames of GRID + 1, 24).
    """

    onsets: Series[np.float32]
    typical: Array
    chroma: Series[np.float64]


@dataclass(frozen=True)
class Reading:
    """One reading.

    Attributes:
        pulse: its beats.
        metre: beats per bar.
        first: index of the first downbeat.
        features: in the order of FEATURES.
    """

    pulse: Pulse
    metre: int
    first: int
    features: Array


def scene(flux: Series[np.float32], chroma: Series[np.float32]) -> Scene:
    """Prepares the features of a track.

    Args:
        flux: of the onsets, shape (n, 6).
        chroma: of `pitches`, shape (m, 24).
    """
    typical = around(flux, _SECOND).sums_at(np.array([len(flux)]))[0] / max(len(flux), 1)
    total = Series(chroma.columns, np.float64)
    last = np.zeros((1, chroma.columns))
    total.append(last)
    for _, rows in chroma.slabs():
        # Only what stands out of a frame counts; the rest is noise and drums.
        parts = [np.maximum(part - np.median(part, axis=1, keepdims=True), 0) for part in (rows[:, :12], rows[:, 12:])]
        running = np.cumsum(np.vstack((last, np.hstack(parts))), axis=0)
        total.append(running[1:])
        last = running[-1:]
    return Scene(around(flux), np.where(typical > _SILENT, typical, 0), total)


def describe(heard: Scene, pulses: Sequence[Pulse]) -> list[Reading]:
    """Describes every reading of a track."""
    found = []
    for pulse in _distinct(pulses):
        for candidate in (pulse, _between(pulse)):
            found += _readings_of(heard, candidate)
    return found


def _distinct(pulses: Sequence[Pulse]) -> list[Pulse]:
    """Drops pulses that tap what a stronger one taps, and those out of range."""
    kept: list[Pulse] = []
    for pulse in sorted(pulses, key=lambda p: -p.strength):
        bpm = 60 * SHORT.rate / pulse.period
        if SLOWEST_BPM < bpm < FASTEST_BPM and all(abs(np.log(pulse.period / k.period)) > 0.03 for k in kept):  # noqa: PLR2004
            kept.append(pulse)
    return kept


def _between(pulse: Pulse) -> Pulse:
    """The pulse on the offbeats of another."""
    return Pulse((pulse.beats[1:] + pulse.beats[:-1]) / 2, pulse.strength)


def accents(heard: Scene, pulse: Pulse, metre: int) -> Array:
    """Returns what speaks for a downbeat at each beat, in the order of the first six BAR_FEATURES, shape (beats, 6)."""
    changes = _changes(heard.chroma, pulse.beats, 1)
    return np.column_stack((_sample(heard, pulse.beats), changes, _bar_changes(heard, pulse, metre)))


def _readings_of(heard: Scene, pulse: Pulse) -> list[Reading]:
    """Describes the metres and downbeats that a pulse allows."""
    beats = pulse.beats
    if len(beats) < _FEWEST_BARS * min(METRES):
        return []
    shared, on_beats = _evidence(heard, pulse)
    seconds = pulse.period / SHORT.rate
    found = []
    for metre in METRES:
        if len(beats) < _FEWEST_BARS * metre:
            continue
        explained = [_explained(on_beats[:, i], metre) for i in (0, 2, 3)]
        length = np.log2(metre * seconds / 2)
        constant = [*explained, length, length**2, float(metre == 3), float(metre == 6)]  # noqa: PLR2004
        columns = np.column_stack((on_beats, _bar_changes(heard, pulse, metre)))
        for first in range(metre):
            position = (np.arange(len(beats)) - first) % metre
            downbeat = columns[position == 0].mean(axis=0) - columns[position != 0].mean(axis=0)
            bar = [*downbeat, *_inside(on_beats, position, metre), *constant]
            found.append(Reading(pulse, metre, first, np.concatenate((shared, bar))))
    return found


def _evidence(heard: Scene, pulse: Pulse) -> tuple[Array, Array]:
    """Returns TEMPO_FEATURES, and the accents of each beat that do not depend on a metre, shape (beats, 5)."""
    beats = pulse.beats
    gaps = np.diff(beats, append=2 * beats[-1] - beats[-2])
    at = {s: _sample(heard, beats + s * gaps) for s in _SUBDIVISIONS}
    on, half = at[0.0], at[0.5]
    changes = _changes(heard.chroma, beats, 1)
    between = _changes(heard.chroma, beats + gaps / 2, 1)
    octave = np.log2(60 * SHORT.rate / pulse.period / 110)
    shared = np.array([
        octave,
        octave**2,
        pulse.strength,
        float((on.max(axis=1) < 0.2).mean()),  # noqa: PLR2004 - a fifth of a strong onset is none
        float(np.mean([(at[s].max(axis=1) > 0.2).mean() for s in _SUBDIVISIONS])),  # noqa: PLR2004
        *on.mean(axis=0),
        *half.mean(axis=0),
        float((at[1 / 3] + at[2 / 3]).mean()),
        float((at[0.25] + at[0.75]).mean()),
        float(np.abs(np.diff(on[:, 0])).mean()),
        float(np.abs(np.diff(on[:, 2])).mean()),
        *changes.mean(axis=0),
        float(between.mean()),
    ])  # fmt: skip
    return shared, np.hstack((on, changes))


def _bar_changes(heard: Scene, pulse: Pulse, metre: int) -> Array:
    """Returns how far the harmony of the bar before each beat is from that of the bar after it, shape (beats,)."""
    change: Array = _changes(heard.chroma, pulse.beats, metre).sum(axis=1)
    return change


def _sample(heard: Scene, frames: Array) -> Array:
    """Returns the onset strengths at some frames, shape (frames, 3)."""
    index = np.clip(np.round(frames).astype(np.intp), 0, len(heard.onsets) - 1)
    strength = heard.onsets.at(index).astype(float)
    relative = np.divide(strength, heard.typical, out=np.zeros(strength.shape), where=heard.typical > 0)
    strengths: Array = np.minimum(relative, _STRONGEST)
    return strengths


def _changes(total: Series[np.float64], beats: Array, reach: int) -> Array:
    """Returns how far the harmony of `reach` beats before each beat is from that after it: bass and upper, 0..1, shape (n, 2)."""
    period = float(np.median(np.diff(beats)))
    edges = np.concatenate(
        (beats[0] + period * np.arange(-reach, 0), beats, beats[-1] + period * np.arange(1, reach + 1))
    )
    index = np.clip(np.round(edges / _CHROMA_STEP).astype(np.intp), 0, len(total) - 1)
    changes = np.zeros((len(beats), 2))
    for start in range(0, len(beats), _TOGETHER):
        sums = total.at(index[start : start + _TOGETHER + 2 * reach])
        spans = sums[reach:] - sums[:-reach]
        before, after = spans[:-reach], spans[reach:]
        for column, part in enumerate((slice(0, 12), slice(12, 24))):
            a, b = before[:, part], after[:, part]
            norm = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
            far = np.where(norm > 1e-9, 1 - (a * b).sum(axis=1) / np.maximum(norm, 1e-9), 0)  # noqa: PLR2004
            changes[start : start + _TOGETHER, column] = far
    return changes


def _inside(accents: Array, position: NDArray[np.intp], metre: int) -> list[float]:
    """Returns the features of what happens inside a bar: backbeats and the middle of the bar."""
    if metre == 3:  # noqa: PLR2004
        return [0.0] * 4
    means = np.array([accents[position == p].mean(axis=0) for p in range(metre)])
    middle = means[metre // 2] - means[np.arange(metre) % (metre // 2) != 0].mean(axis=0)
    if metre == 6:  # noqa: PLR2004
        return [0.0, 0.0, float(middle[0]), float(middle[3] + middle[4])]
    backbeat = means[[1, 3]].mean(axis=0) - means[[0, 2]].mean(axis=0)
    return [float(backbeat[2] + backbeat[1]), float(backbeat[0]), float(middle[0]), float(middle[3] + middle[4])]


def _explained(values: Array, metre: int) -> float:
    """Returns the share of variance that the position in the bar explains, less what chance would give."""
    total = values.var()
    if total < 1e-9:  # noqa: PLR2004
        return 0.0
    position = np.arange(len(values)) % metre
    inside = sum(values[position == p].var() * (position == p).mean() for p in range(metre))
    return float(1 - inside / total - (metre - 1) / max(len(values), metre))
