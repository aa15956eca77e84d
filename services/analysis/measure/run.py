"""One run: what is asked for is heard in one pass over the sources, then told feature by feature."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from services.analysis.measure.form import VERSION as FORM_VERSION
from services.analysis.measure.form import FormMeasurement
from services.analysis.measure.frontend import Listener, Sources, listen
from services.analysis.measure.rhythm import VERSION as RHYTHM_VERSION
from services.analysis.measure.rhythm import RhythmMeasurement
from services.analysis.results import Feature, Measurements, Shortfall

VERSIONS: Mapping[Feature, str] = {Feature.RHYTHM: RHYTHM_VERSION, Feature.FORM: f"{RHYTHM_VERSION}.{FORM_VERSION}"}
"""Of the algorithm behind each feature; a result of another version is measured anew."""

_HEARING = 0.7
"""The share of a feature's progress that reading takes."""

Report = Callable[[Feature, float], None]


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
    stems = [name for name in sources.openers if name != "mix"]
    # Sections start on downbeats, so form needs the rhythm even if nobody asks for it.
    pulse = RhythmMeasurement(stems) if {Feature.RHYTHM, Feature.FORM} & set(features) else None
    structure = FormMeasurement(stems, pulse) if pulse and Feature.FORM in features else None
    listeners: list[Listener] = [*(pulse.listeners if pulse else ()), *(structure.listeners if structure else ())]

    def heard(share: float) -> None:
        for feature in features:
            report(feature, _HEARING * share)

    duration = listen(sources, listeners, heard)
    results: dict[str, Any] = {}
    shortfalls: list[Shortfall] = []

    def keep(name: str, feature: Feature, result: object) -> None:
        if feature in features:
            if isinstance(result, Shortfall):
                shortfalls.append(result)
            else:
                results[name] = result
            report(feature, 1.0)

    if pulse:
        rhythm = pulse.result()
        keep("rhythm", Feature.RHYTHM, rhythm)
        if structure:
            beats = None if isinstance(rhythm, Shortfall) else rhythm
            keep("form", Feature.FORM, structure.result(beats, duration))
    return Measurements(
        duration=duration,
        shortfalls=tuple(shortfalls),
        versions={feature: VERSIONS[feature] for feature in features},
        **results,
    )
