"""Rhythm, on signals whose answer is known to the sample."""

import mir_eval
import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.clicks import SAMPLE_RATE_HZ, click_track
from services.analysis.measure import measure
from services.analysis.results import Feature, Rhythm, Shortfall
from tests.analysis.songs import RATE, song
from tests.analysis.sounds import sources_of, speech

SECONDS = 25


def rhythm_of(rate: int = SAMPLE_RATE_HZ, **signals: NDArray[np.floating]) -> Rhythm | Shortfall:
    measurements = measure(sources_of(signals, rate), {Feature.RHYTHM}, lambda *_: None)
    return measurements.rhythm or measurements.shortfalls[0]


def beat_f(known: NDArray[np.float64], told: list[float]) -> float:
    return float(mir_eval.beat.f_measure(known, np.array(told)))


@pytest.mark.parametrize("metre", [3, 4, 6])
@pytest.mark.parametrize("bpm", [40, 52, 71, 90, 120, 147.3, 180, 210, 240])
def test_clicks(bpm: float, metre: int) -> None:
    track = click_track(bpm, metre, seconds=max(SECONDS, 4 * metre * 60 / bpm))

    rhythm = rhythm_of(mix=track.samples)

    assert isinstance(rhythm, Rhythm)
    assert rhythm.tempo.bpm == pytest.approx(bpm, rel=0.005)
    assert beat_f(track.beats, [beat.time for beat in rhythm.beats]) > 0.97
    assert rhythm.metre is not None
    assert (rhythm.metre.beats_per_bar, rhythm.metre.beat_unit) == (metre, 8 if metre == 6 else 4)
    assert beat_f(track.downbeats, [beat.time for beat in rhythm.beats if beat.position == 1]) > 0.97


@pytest.mark.parametrize("bpm", [70, 85, 100, 120, 140, 165])
def test_chords_that_last_two_bars_do_not_halve_the_tempo(bpm: float) -> None:
    rhythm = rhythm_of(RATE, mix=song(20, bpm).mean(axis=1))

    assert isinstance(rhythm, Rhythm)
    assert rhythm.tempo.bpm == pytest.approx(bpm, rel=0.005)
    assert rhythm.metre is not None
    assert rhythm.metre.beats_per_bar == 4


def test_beats_lie_on_their_clicks() -> None:
    track = click_track(97, 4)

    rhythm = rhythm_of(mix=track.samples)

    assert isinstance(rhythm, Rhythm)
    times = np.array([beat.time for beat in rhythm.beats])
    assert np.abs(times[:, None] - track.beats).min(axis=1).max() < 0.008


@pytest.mark.parametrize("swing", [0.5, 0.58, 0.667])
@pytest.mark.parametrize("bpm", [84, 126, 168])
def test_swing_does_not_move_the_beat(bpm: float, swing: float) -> None:
    track = click_track(bpm, 4, swing=swing)

    rhythm = rhythm_of(mix=track.samples)

    assert isinstance(rhythm, Rhythm)
    assert rhythm.tempo.bpm == pytest.approx(bpm, rel=0.005)
    assert beat_f(track.beats, [beat.time for beat in rhythm.beats]) > 0.97


@pytest.mark.parametrize("drift", [0.03, 0.08])
def test_the_tempo_curve_follows_drift(drift: float) -> None:
    track = click_track(110, 4, seconds=60, drift=drift)

    rhythm = rhythm_of(mix=track.samples)

    assert isinstance(rhythm, Rhythm)
    assert beat_f(track.beats, [beat.time for beat in rhythm.beats]) > 0.97
    curve = rhythm.tempo_curve
    times = curve.start + curve.step * np.arange(len(curve.values))
    wanted = 110 / (1 + drift * np.sin(2 * np.pi * times / 40))
    assert np.median(np.abs(curve.values / wanted - 1)) < 0.015


def test_half_and_double_are_among_the_alternatives() -> None:
    rhythm = rhythm_of(mix=click_track(100, 4).samples)

    assert isinstance(rhythm, Rhythm)
    told = [tempo.bpm for tempo in rhythm.alternatives]
    assert any(bpm == pytest.approx(50, rel=0.02) for bpm in told)
    assert any(bpm == pytest.approx(200, rel=0.02) for bpm in told)
    assert all(tempo.confidence <= rhythm.tempo.confidence for tempo in rhythm.alternatives)


def test_clicks_without_accents_have_beats_and_no_bars() -> None:
    track = click_track(120, 4, accent_hz=1000, accent_gain=0.6, beat_gain=0.6)

    rhythm = rhythm_of(mix=track.samples)

    assert isinstance(rhythm, Rhythm)
    assert beat_f(track.beats, [beat.time for beat in rhythm.beats]) > 0.97
    assert rhythm.metre is None
    assert {beat.position for beat in rhythm.beats} == {0}


def test_onsets_are_the_clicks() -> None:
    track = click_track(100, 4, swing=0.5)
    known = np.sort(np.concatenate((track.beats, track.beats + 0.3)))

    rhythm = rhythm_of(mix=track.samples)

    assert isinstance(rhythm, Rhythm)
    assert mir_eval.onset.f_measure(known, np.array(rhythm.onsets), window=0.03)[0] > 0.97


def test_drums_are_believed_over_the_mix_and_named() -> None:
    rng = np.random.default_rng(2)
    track = click_track(104, 4)
    mix = track.samples + rng.normal(0, 0.3, len(track.samples))

    rhythm = rhythm_of(mix=mix, drums=track.samples)

    assert isinstance(rhythm, Rhythm)
    assert rhythm.source == ("drums",)
    assert beat_f(track.beats, [beat.time for beat in rhythm.beats]) > 0.97


def test_where_there_are_no_drums_the_mix_is_heard() -> None:
    track = click_track(104, 4, seconds=40)
    half = len(track.samples) // 2
    silent = np.zeros(len(track.samples))
    late = np.concatenate((silent[:half], track.samples[half:]))

    without = rhythm_of(mix=track.samples, drums=silent)
    paused = rhythm_of(mix=track.samples, drums=late)

    assert isinstance(without, Rhythm)
    assert without.source == ()
    for rhythm in (without, paused):
        assert isinstance(rhythm, Rhythm)
        assert beat_f(track.beats, [beat.time for beat in rhythm.beats]) > 0.97


@pytest.mark.parametrize("level", [0.02, 1.0])
def test_level_does_not_matter(level: float) -> None:
    track = click_track(133, 3)

    rhythm = rhythm_of(mix=track.samples * level)

    assert isinstance(rhythm, Rhythm)
    assert rhythm.tempo.bpm == pytest.approx(133, rel=0.005)


def test_what_has_no_rhythm_gets_no_numbers() -> None:
    rng = np.random.default_rng(0)
    count = SECONDS * SAMPLE_RATE_HZ
    tone = 0.3 * np.sin(2 * np.pi * 440 * np.arange(count) / SAMPLE_RATE_HZ)
    cases = {
        "silence": (np.zeros(count), "silent"),
        "dither": (rng.normal(0, 1e-5, count), "silent"),
        "noise": (rng.normal(0, 0.1, count), "no_pulse"),
        "quiet noise": (rng.normal(0, 0.002, count), "no_pulse"),
        "tone": (tone, "no_pulse"),
        "1 s": (click_track(120, 4, seconds=1).samples, "too_short"),
        "nothing": (np.zeros(0), "silent"),
        "one sample": (np.ones(1), "too_short"),
    }
    for name, (samples, reason) in cases.items():
        shortfall = rhythm_of(mix=samples)
        assert isinstance(shortfall, Shortfall), name
        assert shortfall.reason == reason, name


@pytest.mark.parametrize("seed", range(4))
def test_speech_has_no_confident_tempo(seed: int) -> None:
    result = rhythm_of(mix=speech(SECONDS, SAMPLE_RATE_HZ, seed))

    assert isinstance(result, Shortfall) or result.tempo.confidence < 0.3


def test_counting_follows_when_bars_shift() -> None:
    first = click_track(120, 4, seconds=40.3, lead_in=0.3)
    second = click_track(120, 4, seconds=40, lead_in=0.0)
    # The first ends after 80 clicks less one; the second begins with a downbeat where the count would have said "four".
    cut = round((0.3 + 0.5 * 79) * SAMPLE_RATE_HZ)
    samples = np.concatenate((first.samples[:cut], second.samples))
    known = np.concatenate(
        (first.downbeats[first.downbeats < cut / SAMPLE_RATE_HZ], second.downbeats + cut / SAMPLE_RATE_HZ)
    )

    rhythm = rhythm_of(mix=samples)

    assert isinstance(rhythm, Rhythm)
    assert beat_f(known, [beat.time for beat in rhythm.beats if beat.position == 1]) > 0.9
