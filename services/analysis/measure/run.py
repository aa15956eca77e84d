"""One run: what is asked for is heard in one pass over the sources, then told feature by feature."""

from collections.abc import Callable, Collection
from typing import Any

from services.analysis.measure.frontend import Listener, Sources, listen
from services.analysis.measure.loudness import LoudnessListener
from services.analysis.measure.rhythm import RhythmMeasurement
from services.analysis.results import Feature, Measurements, Shortfall
from services.analysis.versions import VERSIONS

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
    pulse = RhythmMeasurement(stems) if Feature.RHYTHM in features else None
    loudness = LoudnessListener(sources.channel_count) if Feature.LOUDNESS in features else None
    listeners: list[Listener] = [*(pulse.listeners if pulse else ()), *((loudness,) if loudness else ())]

    def heard(share: float) -> None:
        for feature in features:
            report(feature, _HEARING * share)

    duration = listen(sources, listeners, heard)
    results: dict[str, Any] = {}
    shortfalls: list[Shortfall] = []

    def keep(name: str, feature: Feature, result: object) -> None:
        if isinstance(result, Shortfall):
            shortfalls.append(result)
        else:
            results[name] = result
        report(feature, 1.0)

    if loudness:
        keep("loudness", Feature.LOUDNESS, loudness.loudness())
    if pulse:
        keep("rhythm", Feature.RHYTHM, pulse.result())
    return Measurements(
        duration=duration,
        shortfalls=tuple(shortfalls),
        versions={feature: VERSIONS[feature] for feature in features},
        **results,
    )
