"""One run over everything that can be asked for."""

import io
import shutil
import subprocess

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from benchmarks.clicks import click_track
from services.analysis.codec import findings_from
from services.analysis.measure import measure
from services.analysis.results import Feature, Measurements
from services.analysis.versions import VERSIONS
from tests.analysis.made import file_of, findings
from tests.analysis.sounds import sources_of, speech
from tests.analysis.test_form import RATE, track
from tests.analysis.test_harmony import chord

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
        np.random.default_rng(2).normal(0, 0.1, RATE // 5),
        chord(0, (0, 4, 7), 2.5),
    ],
    ids=["empty", "one sample", "silence", "noise", "1 s", "speech", "constant", "0.2 s", "2.5 s"],
)
def test_each_feature_is_told_or_its_absence_explained(samples: NDArray[np.float64]) -> None:
    measurements, _ = everything(mix=samples)

    missing = {shortfall.feature for shortfall in measurements.shortfalls}
    fields = dict(zip(Feature, FIELDS, strict=True))
    for feature in Feature:
        assert (getattr(measurements, fields[feature]) is None) == (feature in missing), feature
    kept = file_of("", findings(measurements))
    assert file_of("", findings_from(kept)) == kept


@pytest.mark.parametrize(
    "samples",
    [
        np.random.default_rng(1).normal(0, 0.1, RATE * 40),
        np.cumsum(np.random.default_rng(1).normal(0, 0.001, RATE * 40)),
        speech(40, RATE, 3),
    ],
    ids=["white noise", "rumble", "speech"],
)
def test_what_is_no_music_gets_no_confident_numbers(samples: NDArray[np.float64]) -> None:
    measured, _ = everything(mix=samples)

    _not_music(measured)


def test_a_speaker_gets_no_confident_numbers() -> None:
    if not (program := shutil.which("espeak-ng")):
        pytest.skip("needs espeak-ng, a speech synthesizer: apt-get install espeak-ng")
    text = (
        "It was the best of times, it was the worst of times. We had everything before us, we had nothing before us. "
        * 4
    )
    spoken = subprocess.run([program, "--stdout", text], check=True, capture_output=True).stdout
    # The length in the header of a stream is unknown, so the samples are what follows it.
    samples = soundfile.read(io.BytesIO(spoken[44:]), format="RAW", samplerate=RATE, channels=1, subtype="PCM_16")[0]
    measured, _ = everything(mix=samples)
    _not_music(measured)
    assert {"no_pulse", "no_voice"} <= {shortfall.reason for shortfall in measured.shortfalls}


def _not_music(measured: Measurements) -> None:
    assert measured.rhythm is None or measured.rhythm.tempo.confidence < 0.3
    assert measured.tonality is None or measured.tonality.key.confidence < 0.2
    if measured.chords is not None:
        sure = [chord.end - chord.start for chord in measured.chords.chords if chord.label != "N"]
        assert sum(sure) < 0.05 * measured.duration
    if measured.rhythm is None and measured.form is not None:
        assert not measured.form.cues
        assert not measured.form.loops
        assert {section.label for section in measured.form.sections} == {"section"}
        assert max(section.confidence for section in measured.form.sections) <= 0.3


def test_a_voice_alone_has_a_melody_and_no_chords() -> None:
    rng = np.random.default_rng(2)
    held = [(220 * 2 ** (rng.choice([0, 2, 4, 5, 7, 9]) / 12), rng.uniform(0.5, 1.1)) for _ in range(30)]
    hz = np.concatenate([np.full(int(seconds * RATE), pitch) for pitch, seconds in held])
    hz *= 2 ** (0.03 * np.sin(2 * np.pi * 5.5 * np.arange(hz.size) / RATE))
    phase = 2 * np.pi * np.cumsum(hz) / RATE
    voice = 0.1 * sum(np.sin(k * phase) / k**1.5 for k in range(1, 8))

    measured, _ = everything(mix=voice)

    assert measured.melody is not None
    assert measured.melody.confidence > 0.8
    assert measured.chords is None or {chord.label for chord in measured.chords.chords} == {"N"}
    assert measured.rhythm is None or measured.rhythm.tempo.confidence < 0.3
