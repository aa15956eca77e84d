import pytest

from services.library.music import Music, Summary
from services.mesh.music import KEYS, Corrections, Key, parse_key

# Round the circle of fifths from C major and A minor, as printed on the wheels.
MAJORS = ("C", "G", "D", "A", "E", "B", "F#", "Db", "Ab", "Eb", "Bb", "F")
MINORS = ("A", "E", "B", "F#", "C#", "G#", "Eb", "Bb", "F", "C", "G", "D")


@pytest.mark.parametrize("minor", [False, True])
@pytest.mark.parametrize("fifths", range(12))
def test_keys_are_written_as_on_the_wheels(fifths: int, minor: bool) -> None:
    key = Key((7 * fifths + (9 if minor else 0)) % 12, minor)
    assert key.name == f"{(MINORS if minor else MAJORS)[fifths]} {'minor' if minor else 'major'}"
    assert key.camelot == f"{(fifths + 7) % 12 + 1}{'A' if minor else 'B'}"
    assert key.open_key == f"{fifths + 1}{'m' if minor else 'd'}"


def test_every_key_is_read_back_and_has_a_place_of_its_own() -> None:
    for key in KEYS:
        assert parse_key(key.name) == parse_key(key.camelot) == parse_key(key.open_key) == key
    assert len({key.order for key in KEYS}) == len({key.camelot for key in KEYS}) == 24
    assert parse_key("F#m") == Key(6, minor=True)
    assert parse_key("Bb") == Key(10, minor=False)
    assert parse_key("H") is None


def test_later_analyses_replace_what_they_measure_and_nothing_else() -> None:
    first = Music().with_results(
        "a1", "x", ["rhythm", "key"], Summary(bpm=120, bpm_confidence=0.9, key=Key(0, minor=False))
    )
    second = first.with_results("a2", "y", ["rhythm"], Summary(bpm=60))
    assert (second.measured.bpm, second.measured.key) == (60, Key(0, minor=False))
    assert {name: found.sha256 for name, found in second.features.items()} == {"rhythm": "y", "key": "x"}
    # One that was created earlier comes late, and changes only what nobody else has delivered.
    late = second.with_results("a0", "z", ["rhythm", "loudness"], Summary(bpm=240, integrated_lufs=-9))
    assert (late.measured.bpm, late.measured.integrated_lufs) == (60, -9)
    assert late.revision == 3


def test_corrections_hold_whatever_is_measured_later() -> None:
    corrected = Music(measured=Summary(bpm=70)).with_corrections(Corrections(bpm=140, key=Key(9, minor=True)))
    again = corrected.with_results("a9", "x", ["rhythm", "key"], Summary(bpm=93, key=Key(0, minor=False)))
    assert again.measured.bpm == 93
    assert (again.shown.bpm, again.shown.bpm_confidence, again.shown.key) == (140, 1.0, Key(9, minor=True))
    assert (again.bpm_milli, again.key_order) == (140_000, Key(9, minor=True).order)
    assert Music.from_record(again.to_record()) == again
