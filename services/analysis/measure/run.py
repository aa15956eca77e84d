"""One run: what is asked for is heard in one pass over the sources, then told feature by feature."""

from collections.abc import Callable, Collection
from typing import Any

from services.analysis.measure.form import FormMeasurement
from services.analysis.measure.frontend import Listener, Sources, listen
from services.analysis.measure.harmony import HarmonyMeasurement
from services.analysis.measure.loudness import LoudnessListener
from services.analysis.measure.melody import MelodyListener
from services.analysis.measure.rhythm import RhythmMeasurement
from services.analysis.measure.timbre import TimbreListener
from services.analysis.results import Feature, Measurements, Rhythm, Shortfall
from services.analysis.versions import VERSIONS

_HEARING = 0.7
"""The share of a feature's progress that reading takes."""

Report = Callable[[Feature, float], None]

# Chords change on beats, and sections start on downbeats; a key is told from the chords.
_NEED_RHYTHM = frozenset({Feature.RHYTHM, Feature.KEY, Feature.CHORDS, Feature.FORM})
_NEED_HARMONY = frozenset({Feature.KEY, Feature.CHORDS, Feature.TIMBRE})


def measure(sources: Sources, features: Collection[Feature], report: Report) -> Measurements:
    """Measures a track.

    Args:
        sources: the mix, and stems if there are any.
        features: what to measure.
        report: told which feature is measured, and its share done, 0..1.

    Returns:
        Each feature that was asked for, or a shortfall that says why it cannot be told.

    Raises:
        AudioUndecodable: a source cannot be read to its end.
    """
    ears = _Ears(sources, features)

    def heard(share: float) -> None:
        for feature in features:
            report(feature, _HEARING * share)

    duration = listen(sources, ears.listeners, heard)
    results: dict[str, Any] = {}
    shortfalls: list[Shortfall] = []

    def keep(name: str, feature: Feature, result: object) -> None:
        if feature not in features:
            return  # another feature needed it
        if isinstance(result, Shortfall):
            shortfalls.append(result)
        else:
            results[name] = result
        report(feature, 1.0)

    ears.tell(duration, keep)
    return Measurements(
        duration=duration,
        shortfalls=tuple(shortfalls),
        versions={feature: VERSIONS[feature] for feature in features},
        **results,
    )


class _Ears:
    """Everything that listens in one run.

    Attributes:
        listeners: to be given every block.
    """

    def __init__(self, sources: Sources, features: Collection[Feature]) -> None:
        stems = [name for name in sources.openers if name != "mix"]
        wanted = set(features)
        self._rhythm = RhythmMeasurement(stems) if _NEED_RHYTHM & wanted else None
        self._form = FormMeasurement(stems, self._rhythm) if self._rhythm and Feature.FORM in wanted else None
        self._timbre = TimbreListener() if Feature.TIMBRE in wanted else None
        self._harmony = HarmonyMeasurement(stems, with_mix=self._timbre is not None) if _NEED_HARMONY & wanted else None
        self._loudness = LoudnessListener(sources.channel_count) if Feature.LOUDNESS in wanted else None
        voice = ("vocals",) if "vocals" in stems else ("mix",)
        self._melody = MelodyListener(voice) if Feature.MELODY in wanted else None
        several = [one.listeners for one in (self._rhythm, self._form, self._harmony) if one is not None]
        single = [one for one in (self._timbre, self._loudness, self._melody) if one is not None]
        self.listeners: list[Listener] = [*(listener for some in several for listener in some), *single]

    def tell(self, duration: float, keep: Callable[[str, Feature, object], None]) -> None:
        """Hands out what each has found: the field of `Measurements`, the feature, the result or its shortfall."""
        if self._loudness:
            keep("loudness", Feature.LOUDNESS, self._loudness.loudness())
        rhythm = self._rhythm.result() if self._rhythm else None
        keep("rhythm", Feature.RHYTHM, rhythm)
        beats = rhythm if isinstance(rhythm, Rhythm) else None
        if self._harmony:
            if self._timbre:
                keep("timbre", Feature.TIMBRE, self._timbre.timbre(self._harmony.mix()))
            key, chords = self._harmony.result(beats)
            keep("tonality", Feature.KEY, key)
            keep("chords", Feature.CHORDS, chords)
        if self._form:
            keep("form", Feature.FORM, self._form.result(beats, duration))
        if self._melody:
            keep("melody", Feature.MELODY, self._melody.melody())
