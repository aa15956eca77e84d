"""Codes of keys, against the published wheels."""

import pytest

from services.analysis.keys import camelot, key_name, open_key, pitch_name
from services.analysis.results import KeyEstimate, Mode

# Round the circle of fifths from C major and A minor, as printed on the wheels.
MAJORS = ("C", "G", "D", "A", "E", "B", "F#", "Db", "Ab", "Eb", "Bb", "F")
MINORS = ("A", "E", "B", "F#", "C#", "G#", "Eb", "Bb", "F", "C", "G", "D")
PITCHES = {
    "C": 0,
    "C#": 1,
    "Db": 1,
    "D": 2,
    "Eb": 3,
    "E": 4,
    "F": 5,
    "F#": 6,
    "G": 7,
    "G#": 8,
    "Ab": 8,
    "A": 9,
    "Bb": 10,
    "B": 11,
}


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("fifths", range(12))
def test_codes_and_names(fifths: int, mode: Mode) -> None:
    name = (MAJORS if mode is Mode.MAJOR else MINORS)[fifths]
    key = KeyEstimate(tonic=PITCHES[name], mode=mode, confidence=1)
    assert key_name(key) == f"{name} {mode}"
    assert camelot(key) == f"{(fifths + 7) % 12 + 1}{'B' if mode is Mode.MAJOR else 'A'}"
    assert open_key(key) == f"{fifths + 1}{'d' if mode is Mode.MAJOR else 'm'}"


def test_codes_that_everyone_knows() -> None:
    a_minor = KeyEstimate(tonic=9, mode=Mode.MINOR, confidence=1)
    c_major = KeyEstimate(tonic=0, mode=Mode.MAJOR, confidence=1)
    assert (camelot(a_minor), open_key(a_minor)) == ("8A", "1m")
    assert (camelot(c_major), open_key(c_major)) == ("8B", "1d")


def test_a_pitch_without_a_key_is_spelt_flat() -> None:
    assert pitch_name(10) == "Bb"
