"""One run: what is asked for is heard in one pass over the sources, then told feature by feature."""

from collections.abc import Callable, Collection, Sequence
from typing import Any

from services.analysis.measure.beat_logits import BeatNetwork
from services.analysis.measure.chord_model import lattice
from services.analysis.measure.chords import chord_path, chords
from services.analysis.measure.form import FormMeasurement
from services.analysis.measure.frontend import Listener, Signal, Sources, listen
from services.analysis.measure.key import Hearing, tonality
from services.analysis.measure.loudness import LoudnessListener
from services.analysis.measure.melody import MelodyListener
from services.analysis.measure.network_rhythm import NetworkRhythm
from services.analysis.measure.rhythm import RhythmMeasurement
from services.analysis.measure.salience import Harmony, HarmonyListener
from services.analysis.measure.spectrogram import SpectrogramListener
from services.analysis.measure.timbre import TimbreListener
from services.analysis.results import Feature, Form, Measurements, Rhythm, Shortfall
from services.analysis.versions import versions

_HEARING = 0.7
"""The share of a feature's progress that reading takes."""
_MIX: Signal = ("mix",)

Report = Callable[[Feature, float], None]


def measure(
    sources: Sources, features: Collection[Feature], report: Report, network: BeatNetwork | None = None
) -> Measurements:
    """Measures a track.

    Args:
        sources: the mix, and stems if there are any.
        features: what to measure.
        report: told which feature is measured, and its share done, 0..1.
        network: finds the beats; None = we do.

    Returns:
        Each feature that was asked for, or a shortfall that says why it cannot be told.

    Raises:
        AudioUndecodable: a source cannot be read to its end.
    """
    run = _Run(sources, frozenset(features), network)

    def heard(share: float) -> None:
        for feature in features:
            report(feature, _HEARING * share)

    duration = listen(sources, run.listeners(), heard)
    for feature, result in run.results(duration):
        if feature in features:
            run.keep(feature, result)
            report(feature, 1.0)
    by_feature = versions(network.version if network else "")
    return Measurements(
        duration=duration,
        shortfalls=tuple(run.shortfalls),
        versions={feature: by_feature[feature] for feature in features},
        **run.kept,
    )


class _Run:
    """Who listens to what, and in which order it is told: chords and sections need beats, the key needs both, chords need the key."""

    def __init__(self, sources: Sources, features: frozenset[Feature], network: BeatNetwork | None) -> None:
        stems = [name for name in sources.openers if name != "mix"]
        pitched = tuple(name for name in ("bass", "other") if name in stems) or _MIX
        beats = features & {Feature.RHYTHM, Feature.FORM, Feature.KEY, Feature.CHORDS}
        self.features = features
        self.kept: dict[str, Any] = {}
        self.shortfalls: list[Shortfall] = []
        rhythm = NetworkRhythm(stems, network) if network else RhythmMeasurement(stems)
        self.rhythm = rhythm if beats else None
        # The key listens to how parts begin.
        parts = features & {Feature.FORM, Feature.KEY, Feature.CHORDS}
        self.form = FormMeasurement(stems, self.rhythm) if self.rhythm and parts else None
        self.harmony = HarmonyListener(pitched) if features & {Feature.KEY, Feature.CHORDS} else None
        self.timbre = TimbreListener(_MIX) if Feature.TIMBRE in features else None
        shared = self.harmony if pitched == _MIX else None
        self.of_mix = shared or (HarmonyListener(_MIX) if self.timbre or self.harmony else None)
        self.loudness = LoudnessListener(sources.channel_count) if Feature.LOUDNESS in features else None
        voice = ("vocals",) if "vocals" in stems else _MIX
        self.melody = MelodyListener(voice) if Feature.MELODY in features else None
        self.spectrogram = SpectrogramListener(_MIX) if Feature.SPECTROGRAM in features else None

    def listeners(self) -> list[Listener]:
        """Returns everybody who listens, each once."""
        of_mix = None if self.of_mix is self.harmony else self.of_mix
        alone = (self.harmony, of_mix, self.timbre, self.loudness, self.melody, self.spectrogram)
        grouped = [*(self.rhythm.listeners if self.rhythm else ()), *(self.form.listeners if self.form else ())]
        return [*grouped, *(listener for listener in alone if listener)]

    def results(self, duration: float) -> Sequence[tuple[Feature, object]]:
        """Returns what there is to tell, after listening."""
        told: list[tuple[Feature, object]] = []
        if self.loudness:
            told.append((Feature.LOUDNESS, self.loudness.loudness()))
        rhythm = self.rhythm.result() if self.rhythm else None
        told.append((Feature.RHYTHM, rhythm))
        pulse = rhythm if isinstance(rhythm, Rhythm) else None
        harmony = self.harmony.harmony() if self.harmony else None
        of_mix = self.of_mix.harmony() if self.of_mix and self.of_mix is not self.harmony else harmony
        form = self.form.result(pulse, duration) if self.form else None
        told.append((Feature.FORM, form))
        if harmony:
            parts = [section.start for section in form.sections] if isinstance(form, Form) and pulse else []
            beats = [beat.time for beat in pulse.beats] if pulse else []
            told += _harmonic(harmony, None if of_mix is harmony else of_mix, beats, parts)
        if self.timbre:
            told.append((Feature.TIMBRE, self.timbre.timbre(of_mix)))
        if self.melody:
            told.append((Feature.MELODY, self.melody.melody()))
        if self.spectrogram:
            told.append((Feature.SPECTROGRAM, self.spectrogram.spectrogram()))
        return told

    def keep(self, feature: Feature, result: object) -> None:
        """Puts a result where it belongs."""
        if isinstance(result, Shortfall):
            self.shortfalls.append(result)
        else:
            self.kept[_FIELDS.get(feature, feature.value)] = result


_FIELDS = {Feature.KEY: "tonality"}
"""Of Measurements, where they are not called as the feature is."""


def _harmonic(
    harmony: Harmony, of_mix: Harmony | None, beats: Sequence[float], parts: Sequence[float]
) -> list[tuple[Feature, object]]:
    """Tells the key, and the chords in its light; of stems, the mix helps with the key."""
    heard = _heard(harmony, beats)
    key = tonality(harmony, heard, parts, _heard(of_mix, beats) if of_mix else None)
    named = chords(harmony, heard.lattice, None if isinstance(key, Shortfall) else key)
    return [(Feature.KEY, key), (Feature.CHORDS, named)]


def _heard(harmony: Harmony, beats: Sequence[float]) -> Hearing:
    grid = lattice(harmony, beats)
    return Hearing(grid, chord_path(grid))
