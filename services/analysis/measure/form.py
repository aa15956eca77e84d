"""How a track is built: sections, places to start from, and stretches to loop.

What a section is called follows from where it stands, how loud it is, and whether it comes again; that is a convention of popular
music, not a measurement, and the confidence says how clear the case is.
"""

from collections.abc import Collection, Sequence
from itertools import pairwise
from string import ascii_uppercase

import numpy as np

from services.analysis.measure.bar_features import Bars, LevelListener, TimbreListener, bar_edges, bars
from services.analysis.measure.frontend import Listener
from services.analysis.measure.loops import loops
from services.analysis.measure.pulse import Array
from services.analysis.measure.rhythm import RhythmMeasurement
from services.analysis.measure.segments import Parts, parts
from services.analysis.results import Cue, Feature, Form, Rhythm, Section, Shortfall

_SHORTEST_SECONDS = 16.0
_SILENCE_DB = -60.0
_QUIETER_DB, _DROP_DB = 1.5, 2.5
_UNCLEAR = 0.3
_LOW_BAND = 1  # the column of Bars.level where kick and bass are


class FormMeasurement:
    """Listens for form, and tells it. It hears pulse and harmony through the measurement of rhythm, which must listen too.

    Attributes:
        listeners: to be given every block.
    """

    def __init__(self, stems: Collection[str], rhythm: RhythmMeasurement) -> None:
        self._rhythm = rhythm
        self._timbre = TimbreListener(("mix",))
        self._levels = {name: LevelListener((name,)) for name in sorted(stems)}
        self.listeners: tuple[Listener, ...] = (self._timbre, *self._levels.values())

    def result(self, rhythm: Rhythm | None, duration: float) -> Form | Shortfall:
        """Returns the form, or why there is none to tell.

        Args:
            rhythm: where bars start; None if there is no pulse.
            duration: seconds.
        """
        downbeats = [beat.time for beat in rhythm.beats if beat.position == 1] if rhythm else []
        if duration < _SHORTEST_SECONDS:
            return _short("too_short", "A form needs more than a few bars.")
        heard = bars(
            bar_edges(downbeats, duration),
            self._timbre.bands,
            self._rhythm.pitches.chroma,
            self._rhythm.flux,
            {name: listener.power for name, listener in self._levels.items()},
        )
        if heard.level.max() < _SILENCE_DB:
            return _short("silent", "There is nothing to hear.")
        found = parts(heard)
        names = _labels(heard, found) if downbeats else _unnamed(found)
        sections = _sections(heard, found, names, duration)
        return Form(
            source=tuple(self._levels),
            sections=sections,
            cues=_cues(heard, found, sections) if downbeats else (),
            loops=loops(heard) if downbeats else (),
        )


def _sections(heard: Bars, found: Parts, names: tuple[list[str], list[float]], duration: float) -> tuple[Section, ...]:
    """Returns the parts, which cover the track.

    Args:
        heard: the bars.
        found: the parts of them.
        names: what each is called, and how clear that is.
        duration: seconds.
    """
    labels, certain = names
    edges = heard.edges[list(found.edges)]
    edges[0], edges[-1] = 0.0, duration
    return tuple(
        Section(
            start=float(start),
            end=float(end),
            group=_letter(group),
            label=label,
            confidence=float(np.clip(contrast * sure, 0, 1)),
        )
        for start, end, group, label, contrast, sure in zip(
            edges[:-1], edges[1:], found.groups, labels, found.contrasts, certain, strict=True
        )
    )


def _unnamed(found: Parts) -> tuple[list[str], list[float]]:
    """Names no part: without bars, as in speech or noise, parts differ in sound, and nothing says that they are those of a song."""
    return ["section"] * len(found.groups), [_UNCLEAR] * len(found.groups)


def _labels(heard: Bars, found: Parts) -> tuple[list[str], list[float]]:
    """Returns what each part is called, and how clear that is."""
    count = len(found.groups)
    loud, low = (_by_part(heard.level[:, column], found) for column in (0, _LOW_BAND))
    usual, usual_low = float(np.median(loud)), float(np.median(low))
    if count < 3:  # noqa: PLR2004 - two parts tell no form
        return _unnamed(found)
    inner = range(1, count - 1)
    repeated = {g for g in found.groups if found.groups.count(g) > 1}
    by_group = {g: float(np.mean([loud[i] for i in range(count) if found.groups[i] == g])) for g in repeated}
    chorus = max(by_group, key=lambda g: by_group[g]) if by_group else None
    labels, certain = ["section"] * count, [0.4] * count
    for i in inner:
        group = found.groups[i]
        if low[i] < usual_low - 2 * _QUIETER_DB and loud[i] < usual - _QUIETER_DB:
            labels[i], certain[i] = "breakdown", 0.7
        elif group == chorus and len(by_group) > 1:
            margin = by_group[group] - float(np.median(list(by_group.values())))
            labels[i], certain[i] = "chorus", float(np.clip(0.5 + margin / 6, 0.5, 0.9))
        elif group in repeated and len(by_group) > 1:
            labels[i], certain[i] = "verse", 0.5
        elif group not in repeated and i > count // 2:
            labels[i], certain[i] = "bridge", 0.5
    for i, label in ((0, "intro"), (count - 1, "outro")):
        if loud[i] < max(loud) - _QUIETER_DB or low[i] < usual_low - _QUIETER_DB:
            labels[i], certain[i] = label, 0.8
    return labels, certain


def _cues(heard: Bars, found: Parts, sections: Sequence[Section]) -> tuple[Cue, ...]:
    """Returns where to start: on the downbeats that open parts."""
    low = _by_part(heard.level[:, _LOW_BAND], found)
    steps = np.diff(low)
    starts = heard.edges[list(found.edges)]
    audible = np.flatnonzero(heard.level[:, 0] > max(_SILENCE_DB, heard.level[:, 0].max() - 30))
    cues = [Cue(time=float(heard.edges[audible[0]]), kind="intro", confidence=0.9)]
    rises = np.flatnonzero(steps > _DROP_DB)
    if len(rises):
        best = int(rises[np.argmax(steps[rises])])
        cues.append(_cue(starts[best + 1], "drop", steps[best]))
    cues += [
        _cue(section.start, "breakdown", -steps[i - 1])
        for i, section in enumerate(sections)
        if section.label == "breakdown"
    ]
    if sections[-1].label == "outro":
        cues.append(Cue(time=float(starts[-2]), kind="outro", confidence=sections[-1].confidence))
    return tuple(sorted(cues, key=lambda cue: cue.time))


def _cue(time: float, kind: str, step: float) -> Cue:
    """A cue that is the surer the larger the step of the low band is, in dB."""
    return Cue(time=float(time), kind=kind, confidence=float(np.clip(step / 10, 0.1, 1.0)))


def _by_part(values: Array, found: Parts) -> Array:
    return np.array([values[a:b].mean() for a, b in pairwise(found.edges)])


def _letter(group: int) -> str:
    """A ... Z, then AA, AB, ... ."""
    first, second = divmod(group, len(ascii_uppercase))
    return (ascii_uppercase[first - 1] if first else "") + ascii_uppercase[second]


def _short(reason: str, message: str) -> Shortfall:
    return Shortfall(feature=Feature.FORM, reason=reason, message=message)
