"""Keys, tuning and chords of music whose answers are exact."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from services.analysis.keys import pitch_name
from services.analysis.measure.chord_model import lattice
from services.analysis.measure.chords import chord_path, chords
from services.analysis.measure.frontend import listen
from services.analysis.measure.key import Hearing, tonality
from services.analysis.measure.salience import Harmony, HarmonyListener
from services.analysis.results import Chords, Mode, Shortfall, Tonality
from tests.analysis.sounds import sources_of

RATE = 22_050
TRIADS = {Mode.MAJOR: (0, 4, 7), Mode.MINOR: (0, 3, 7)}
SCALES = {Mode.MAJOR: (0, 2, 4, 5, 7, 9, 11, 12), Mode.MINOR: (0, 2, 3, 5, 7, 8, 11, 12)}
# I IV V I, i iv V i: the cadence that defines a key, twice.
CADENCES = {
    Mode.MAJOR: ((0, (0, 4, 7)), (5, (0, 4, 7)), (7, (0, 4, 7)), (0, (0, 4, 7))),
    Mode.MINOR: ((0, (0, 3, 7)), (5, (0, 3, 7)), (7, (0, 4, 7)), (0, (0, 3, 7))),
}


def note(midi: float, seconds: float, a4: float = 440.0) -> NDArray[np.float64]:
    """A plucked note with eight overtones."""
    time = np.arange(int(seconds * RATE)) / RATE
    hz = a4 * 2 ** ((midi - 69) / 12)
    wave = np.sum([np.sin(2 * np.pi * hz * k * time) / k**1.5 for k in range(1, 9)], axis=0)
    fade = np.minimum(1, np.minimum(time, time[::-1]) / 0.01)
    shaped: NDArray[np.float64] = wave * fade * np.exp(-time / 1.5)
    return 0.1 * shaped


def chord(root: int, intervals: Sequence[int], seconds: float, a4: float = 440.0, bass: int = 0) -> NDArray[np.float64]:
    """A chord above middle C and its bass note two octaves below."""
    tones = [60 + (root + interval) % 12 for interval in intervals]
    wave: NDArray[np.float64] = sum(note(tone, seconds, a4) for tone in tones) + note(
        36 + (root + bass) % 12, seconds, a4
    )
    return wave


def heard(samples: NDArray[np.floating], rate: int = RATE) -> Harmony:
    listener = HarmonyListener(("mix",))
    listen(sources_of({"mix": samples}, rate), [listener], lambda _: None)
    return listener.harmony()


def key_of(samples: NDArray[np.floating]) -> Tonality | Shortfall:
    harmony = heard(samples)
    beats = lattice(harmony, [])
    return tonality(harmony, Hearing(beats, chord_path(beats)))


def chords_of(samples: NDArray[np.floating], beats: Sequence[float]) -> Chords:
    harmony = heard(samples)
    grid = lattice(harmony, beats)
    key = tonality(harmony, Hearing(grid, chord_path(grid)))
    result = chords(harmony, grid, key if isinstance(key, Tonality) else None)
    assert isinstance(result, Chords)
    return result


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("tonic", range(12))
def test_a_cadence_names_its_key(tonic: int, mode: Mode) -> None:
    result = key_of(np.concatenate([chord((tonic + d) % 12, i, 1.0) for d, i in CADENCES[mode] * 2]))
    assert isinstance(result, Tonality)
    assert (result.key.tonic, result.key.mode) == (tonic, mode)
    assert result.key.confidence > result.runner_up.confidence
    assert len(result.spans) == 1
    assert result.spans[0].start == 0


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("tonic", range(12))
def test_a_scale_names_its_key(tonic: int, mode: Mode) -> None:
    up = SCALES[mode]
    result = key_of(np.concatenate([note(60 + tonic + step, 0.5) for step in (*up, *up[::-1], *up, *up[::-1])]))
    assert isinstance(result, Tonality)
    assert (result.key.tonic, result.key.mode) == (tonic, mode)


def test_a_loop_of_two_chords_is_less_sure_of_its_key_than_a_cadence() -> None:
    loop = key_of(np.concatenate([chord(9, (0, 3, 7), 1.0), chord(5, (0, 4, 7), 1.0)] * 8))
    cadence = key_of(np.concatenate([chord((9 + d) % 12, i, 1.0) for d, i in CADENCES[Mode.MINOR] * 4]))
    assert isinstance(loop, Tonality)
    assert isinstance(cadence, Tonality)
    assert loop.key.confidence < 0.8
    assert cadence.key.confidence > 0.95


@pytest.mark.parametrize("a4", [415.0, 421.0, 432.0, 440.0, 444.0, 452.0, 466.0])
def test_tuning_is_measured_and_the_key_follows_the_pitch(a4: float) -> None:
    semitones = 12 * np.log2(a4 / 440)
    result = key_of(np.concatenate([chord(d, i, 1.0, a4) for d, i in CADENCES[Mode.MAJOR] * 2]))
    assert isinstance(result, Tonality)
    assert result.tuning_cents == pytest.approx(100 * (semitones - round(semitones)), abs=2)
    assert result.key.tonic == round(semitones) % 12


def test_a_change_of_key_is_found() -> None:
    first = [chord(d, i, 1.0) for d, i in CADENCES[Mode.MAJOR] * 6]
    second = [chord((d + 3) % 12, i, 1.0) for d, i in CADENCES[Mode.MAJOR] * 6]
    result = key_of(np.concatenate(first + second))
    assert isinstance(result, Tonality)
    assert [(span.key.tonic, span.key.mode) for span in result.spans] == [(0, Mode.MAJOR), (3, Mode.MAJOR)]
    assert result.spans[0].end == result.spans[1].start == pytest.approx(24, abs=2)
    assert result.spans[1].end == pytest.approx(48, abs=0.5)


@pytest.mark.parametrize(
    ("quality", "intervals"),
    [("maj", (0, 4, 7)), ("min", (0, 3, 7)), ("7", (0, 4, 7, 10)), ("min7", (0, 3, 7, 10)), ("maj7", (0, 4, 7, 11))],
)
@pytest.mark.parametrize("root", [0, 5, 10])
def test_chords_have_harte_labels(root: int, quality: str, intervals: tuple[int, ...]) -> None:
    seconds = 2.0
    music = np.concatenate([chord(r, i, seconds) for r, i in ((root, intervals), ((root + 5) % 12, (0, 4, 7))) * 3])
    result = chords_of(music, list(np.arange(0.0, 12.0, 0.5)))
    assert [c.label.split(":")[1] for c in result.chords[:4:2]] == [quality] * 2
    assert [c.simple for c in result.chords[:4:2]] == [
        f"{result.chords[0].label.split(':')[0]}:{'min' if 'min' in quality else 'maj'}"
    ] * 2
    assert result.chords[0].label.split(":")[0] in {pitch_name(root), {10: "A#"}.get(root, pitch_name(root))}
    assert result.chords[0].start == 0
    assert all(a.end == b.start for a, b in zip(result.chords, result.chords[1:], strict=False))


def test_a_certain_inversion_is_named() -> None:
    music = np.concatenate([chord(0, (0, 4, 7), 2.0), chord(7, (0, 4, 7), 2.0, bass=4), chord(9, (0, 3, 7), 2.0)])
    result = chords_of(music, list(np.arange(0.0, 6.0, 0.5)))
    assert [c.label for c in result.chords[:3]] == ["C:maj", "G:maj/3", "A:min"]


def test_silence_between_chords_has_no_chord() -> None:
    music = np.concatenate([chord(0, (0, 4, 7), 3.0), np.zeros(3 * RATE), chord(5, (0, 4, 7), 3.0)])
    labels = [c.simple for c in chords_of(music, []).chords]
    assert labels == ["C:maj", "N", "F:maj"]


def speech_like(seconds: float) -> NDArray[np.float64]:
    """A buzz whose pitch glides as a speaker's does, in syllables."""
    rng = np.random.default_rng(1)
    time = np.arange(int(seconds * RATE)) / RATE
    hz = (
        130
        + 35 * np.sin(2 * np.pi * 0.7 * time)
        + 25 * np.sin(2 * np.pi * 2.3 * time + 1)
        + np.cumsum(rng.normal(0, 0.02, time.size))
    )
    buzz = np.sum([np.cos(2 * np.pi * k * np.cumsum(hz) / RATE) / k for k in range(1, 20)], axis=0)
    speech: NDArray[np.float64] = 0.1 * buzz * (np.sin(2 * np.pi * 3.1 * time) > -0.3)
    return speech


@pytest.mark.parametrize(
    ("samples", "reason"),
    [
        (np.zeros(0), "silent"),
        (np.zeros(10 * RATE), "silent"),
        (chord(0, (0, 4, 7), 1.0), "too_short"),
        (np.random.default_rng(0).normal(0, 0.1, 10 * RATE), "no_pitch"),
        (np.cumsum(np.random.default_rng(0).normal(0, 0.001, 10 * RATE)), "no_pitch"),
        (speech_like(10), "no_pitch"),
    ],
    ids=["empty", "silence", "1 s", "white noise", "brown noise", "speech"],
)
def test_what_cannot_be_told_is_not_made_up(samples: NDArray[np.float64], reason: str) -> None:
    harmony = heard(samples)
    grid = lattice(harmony, [])
    result = tonality(harmony, Hearing(grid, chord_path(grid)))
    assert isinstance(result, Shortfall)
    assert result.reason == reason
    named = chords(harmony, grid, None)
    assert isinstance(named, Chords if reason == "too_short" else Shortfall)


def test_one_sample_is_no_reason_to_fail() -> None:
    harmony = heard(np.full(1, 0.5))
    grid = lattice(harmony, [0.0])
    assert isinstance(tonality(harmony, Hearing(grid, chord_path(grid))), Shortfall)
    assert isinstance(chords(harmony, grid, None), Shortfall)


def test_stems_are_named_as_the_source() -> None:
    listener = HarmonyListener(("bass", "other"))
    music = np.concatenate([chord(d, i, 1.0) for d, i in CADENCES[Mode.MINOR] * 2])
    listen(sources_of({"bass": music, "other": music}, RATE), [listener], lambda _: None)
    harmony = listener.harmony()
    grid = lattice(harmony, [])
    result = tonality(harmony, Hearing(grid, chord_path(grid)))
    assert isinstance(result, Tonality)
    assert result.source == ("bass", "other")
