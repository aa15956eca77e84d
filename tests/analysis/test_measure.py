"""One run over everything that can be asked for."""

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.clicks import click_track
from services.analysis.measure import measure
from services.analysis.results import Feature, Measurements
from services.analysis.versions import VERSIONS
from tests.analysis.sounds import sources_of, speech
from tests.analysis.test_form import RATE, track

FIELDS = ("rhythm", "tonality", "chords", "form", "loudness", "timbre", "melody", "spectrogram")


def everything(**signals: NDArray[np.float64]) -> tuple[Measurements, list[tuple[Feature, float]]]:
    told: list[tuple[Feature, float]] = []
    measurements = measure(sources_of(signals, RATE), list(Feature), lambda *step: told.append(step))
    return measurements, told


def test_everything_is_told_and_every_feature_reports_to_its_end() -> None:
    mix = track([("A", 8), ("B", 8), ("A", 8)])

    measurements, told = everything(mix=mix)

    for name in FIELDS[:-1]:
        assert getattr(measurements, name) is not None, name
    assert measurements.versions == dict(VERSIONS)
    assert measurements.duration == pytest.approx(48, abs=0.01)
    for feature in Feature:
        fractions = [fraction for which, fraction in told if which is feature]
        assert fractions == sorted(fractions)
        assert fractions[-1] == 1.0


def test_only_what_is_asked_for_is_told() -> None:
    mix = track([("A", 8)])

    measurements = measure(sources_of({"mix": mix}, RATE), {Feature.CHORDS}, lambda *_: None)

    assert measurements.chords is not None
    assert [name for name in FIELDS if getattr(measurements, name)] == ["chords"]
    assert measurements.versions == {Feature.CHORDS: VERSIONS[Feature.CHORDS]}


def test_with_stems_each_feature_says_what_it_was_measured_on() -> None:
    drums = click_track(120, 4, seconds=32).samples
    other = track([("C", 8), ("C", 8)])
    voice = speech(32, RATE, 1)

    measurements, _ = everything(mix=drums + other + voice, drums=drums, bass=0 * other, other=other, vocals=voice)

    assert measurements.rhythm is not None
    assert measurements.rhythm.source[0] == "drums"
    assert measurements.chords is not None
    assert measurements.chords.source == ("bass", "other")
    assert measurements.melody is None or measurements.melody.source == ("vocals",)


@pytest.mark.parametrize(
    "samples",
    [
        np.zeros(0),
        np.ones(1),
        np.zeros(RATE * 20),
        np.random.default_rng(0).normal(0, 0.1, RATE * 20),
        click_track(120, 4, seconds=1).samples,
        speech(20, RATE, 0),
        np.full(RATE * 20, 0.5),
    ],
    ids=["empty", "one sample", "silence", "noise", "1 s", "speech", "constant"],
)
def test_each_feature_is_told_or_its_absence_explained(samples: NDArray[np.float64]) -> None:
    measurements, _ = everything(mix=samples)

    missing = {shortfall.feature for shortfall in measurements.shortfalls}
    fields = dict(zip(Feature, FIELDS, strict=True))
    for feature in Feature:
        assert (getattr(measurements, fields[feature]) is None) == (feature in missing), feature
