"""What speaks for and against each reading of the rhythm: a pulse, a metre, and where its bars start.

Half or double tempo, three or four to the bar, one beat or another as the first: these are one question, because harmony changes
at bar lines, kick and snare alternate on beats, and bars last about two seconds. So every combination is described by the same
few numbers, and `weigh` compares them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.ndimage
from numpy.typing import NDArray

from services.analysis.measure.frontend import SHORT, FloatArray
from services.analysis.measure.pitches import GRID
from services.analysis.measure.pulse import FASTEST_BPM, SLOWEST_BPM, Array, Pulse

METRES = (4, 3, 6)
"""Beats per bar: 4/4, 3/4, and 6/8, whose beats are its eighths."""
_SUBDIVISIONS = (0.0, 0.5, 1 / 3, 2 / 3, 0.25, 0.75)
_REACH = 3  # frames beside a beat that count as on it
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
        low, mid, high: onset strength around each frame, about 1 at the strong ones, shape (n,).
        chroma: running sum over frames of the bass and upper chroma, shape (frames of GRID + 1, 24).
    """

    low: Array
    mid: Array
    high: Array
    chroma: Array


@dataclass(frozen=True)
class Reading:
    """One reading.

    Attributes:
        pulse: its beats.
        metre: beats per bar.
        first: index of the first downbeat.
        features: in the order of FEATURES.
        accents: what speaks for a downbeat at each beat, in the order of the first six BAR_FEATURES, shape (beats, 6).
    """

    pulse: Pulse
    metre: int
    first: int
    features: Array
    accents: Array


def scene(flux: FloatArray, chroma: FloatArray) -> Scene:
    """Prepares the features of a track.

    Args:
        flux: of the onsets, shape (n, 6).
        chroma: of `pitches`, shape (m, 24).
    """
    groups = [flux[:, :1], flux[:, 1:4], flux[:, 4:]]
    low, mid, high = (_relative(group.sum(axis=1).astype(float)) for group in groups)
    # Only what stands out of a frame counts; the rest is noise and drums.
    parts = [np.maximum(part - np.median(part, axis=1, keepdims=True), 0) for part in (chroma[:, :12], chroma[:, 12:])]
    return Scene(low, mid, high, np.vstack((np.zeros(24), np.cumsum(np.hstack(parts), axis=0, dtype=float))))


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


def _relative(curve: Array) -> Array:
    """Widens onsets to what counts as on the beat, 1 for a typical strong one."""
    typical = scipy.ndimage.maximum_filter1d(curve, int(SHORT.rate))
    wide: Array = scipy.ndimage.maximum_filter1d(curve, 2 * _REACH + 1)
    scale = float(np.mean(typical))
    return np.minimum(wide / scale, 3) if scale > 1e-4 else np.zeros(len(curve))  # noqa: PLR2004 - silence


def _readings_of(heard: Scene, pulse: Pulse) -> list[Reading]:
    """Describes the metres and downbeats that a pulse allows."""
    beats = pulse.beats
    if len(beats) < _FEWEST_BARS * min(METRES):
        return []
    shared, accents, bar_changes = _evidence(heard, pulse)
    seconds = pulse.period / SHORT.rate
    found = []
    for metre in METRES:
        if len(beats) < _FEWEST_BARS * metre:
            continue
        explained = [_explained(accents[:, i], metre) for i in (0, 2, 3)]
        length = np.log2(metre * seconds / 2)
        constant = [*explained, length, length**2, float(metre == 3), float(metre == 6)]  # noqa: PLR2004
        columns = np.column_stack((accents, bar_changes[metre]))
        for first in range(metre):
            position = (np.arange(len(beats)) - first) % metre
            downbeat = columns[position == 0].mean(axis=0) - columns[position != 0].mean(axis=0)
            bar = [*downbeat, *_inside(accents, position, metre), *constant]
            found.append(Reading(pulse, metre, first, np.concatenate((shared, bar)), columns))
    return found


def _evidence(heard: Scene, pulse: Pulse) -> tuple[Array, Array, dict[int, Array]]:
    """Returns TEMPO_FEATURES, the accents of each beat, and by metre how far harmony differs before and after each beat."""
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
    accents = np.hstack((on, changes))
    return shared, accents, {m: _changes(heard.chroma, beats, m).sum(axis=1) for m in METRES}


def _sample(heard: Scene, frames: Array) -> Array:
    """Returns the onset strengths at some frames, shape (frames, 3)."""
    index = np.clip(np.round(frames).astype(int), 0, len(heard.low) - 1)
    return np.column_stack((heard.low[index], heard.mid[index], heard.high[index]))


def _changes(total: Array, beats: Array, reach: int) -> Array:
    """Returns how far the harmony of `reach` beats before each beat is from that after it: bass and upper, 0..1, shape (n, 2)."""
    period = float(np.median(np.diff(beats)))
    edges = np.concatenate(
        (beats[0] + period * np.arange(-reach, 0), beats, beats[-1] + period * np.arange(1, reach + 1))
    )
    index = np.clip(np.round(edges / _CHROMA_STEP).astype(int), 0, len(total) - 1)
    sums = total[index]
    spans = sums[reach:] - sums[:-reach]
    before, after = spans[: len(beats)], spans[reach : reach + len(beats)]
    columns = []
    for part in (slice(0, 12), slice(12, 24)):
        a, b = before[:, part], after[:, part]
        norm = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
        columns.append(np.where(norm > 1e-9, 1 - (a * b).sum(axis=1) / np.maximum(norm, 1e-9), 0))  # noqa: PLR2004
    return np.column_stack(columns)


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
