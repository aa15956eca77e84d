"""Rhythm of a network's beats and downbeats: what follows from them, and where there is nothing to tell."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.clicks import SAMPLE_RATE_HZ, click_track
from services.analysis.adapters.beat_network import LoadedBeatNetwork
from services.analysis.measure import BeatNetwork, measure
from services.analysis.measure.frontend import FloatArray
from services.analysis.results import Feature, Measurements
from services.analysis.versions import VERSIONS, versions
from tests.analysis.beat_models import checkpoint, converted
from tests.analysis.sounds import sources_of

ON_BEATS = {Feature.RHYTHM, Feature.KEY, Feature.CHORDS, Feature.FORM}


class Clicks:
    """A `BeatNetwork` for metronomes: a beat is where sound begins, a downbeat where it is high."""

    version = "clicks 1"

    def __call__(self, frames: FloatArray) -> FloatArray:
        level = frames.sum(axis=1)
        rise = np.diff(level, prepend=level[:1])
        high = frames[:, 70:].sum(axis=1) / np.maximum(level, 1e-6)
        beat = rise / 20 - 5
        return np.stack((beat, np.where(high > 0.3, beat, -9)), axis=1).astype(np.float32)


def measured(network: BeatNetwork, mix: NDArray[np.floating]) -> Measurements:
    return measure(sources_of({"mix": mix}, SAMPLE_RATE_HZ), {Feature.RHYTHM}, lambda *_: None, network)


@pytest.fixture(scope="module")
def untrained(tmp_path_factory: pytest.TempPathFactory) -> BeatNetwork:
    return LoadedBeatNetwork(converted(checkpoint(tmp_path_factory.mktemp("beats") / "tiny.ckpt")))


@pytest.mark.parametrize("metre", [2, 3, 4, 5, 7])
@pytest.mark.parametrize("bpm", [70, 125])
def test_tempo_metre_and_positions_follow_from_the_beats(bpm: float, metre: int) -> None:
    track = click_track(bpm, metre, seconds=40, accent_hz=5000, beat_hz=500)

    rhythm = measured(Clicks(), track.samples).rhythm

    assert rhythm is not None
    times = np.array([beat.time for beat in rhythm.beats])
    assert np.abs(times[:, None] - track.beats).min(axis=1).max() < 0.04
    assert len(times) == pytest.approx(len(track.beats), abs=1)
    assert rhythm.tempo.bpm == pytest.approx(bpm, rel=0.01)
    assert {round(one.bpm / rhythm.tempo.bpm, 2) for one in rhythm.alternatives} == {0.5, 2}
    assert rhythm.metre is not None
    assert (rhythm.metre.beats_per_bar, rhythm.metre.beat_unit) == (metre, 4)
    firsts = np.array([beat.time for beat in rhythm.beats if beat.position == 1])
    assert np.abs(firsts[:, None] - track.downbeats).min(axis=1).max() < 0.04
    assert {beat.position for beat in rhythm.beats} == set(range(1, metre + 1))
    assert rhythm.source == ()
    assert 0 < rhythm.tempo.confidence <= rhythm.confidence <= 1


def test_without_downbeats_there_are_no_bars() -> None:
    rhythm = measured(Clicks(), click_track(100, 4, accent_hz=500, beat_hz=500, accent_gain=0.6).samples).rhythm

    assert rhythm is not None
    assert rhythm.metre is None
    assert {beat.position for beat in rhythm.beats} == {0}


def test_where_there_is_no_rhythm_there_is_a_reason(untrained: BeatNetwork) -> None:
    rng = np.random.default_rng(0)
    cases = {
        "silent": np.zeros(20 * SAMPLE_RATE_HZ),
        "too_short": rng.normal(0, 0.1, SAMPLE_RATE_HZ // 10),
        "no_pulse": rng.normal(0, 0.1, 20 * SAMPLE_RATE_HZ),
    }
    for reason, samples in cases.items():
        told = measured(untrained, samples)
        assert told.rhythm is None, reason
        assert told.shortfalls[0].reason == reason
    for samples in (np.zeros(0), np.ones(1), np.ones(600)):
        assert measured(untrained, samples).rhythm is None


def test_results_name_the_network(tmp_path: Path, untrained: BeatNetwork) -> None:
    told = measured(untrained, np.zeros(SAMPLE_RATE_HZ))
    assert told.versions == {Feature.RHYTHM: f"{VERSIONS[Feature.RHYTHM]} on {untrained.version}"}
    named = versions(untrained.version)
    assert {feature for feature in Feature if named[feature] != VERSIONS[feature]} == ON_BEATS
    assert versions() == VERSIONS
