"""How notes are spelt."""

import pytest

from services.analysis.keys import pitch_name
from services.analysis.results import KeyEstimate, Mode


@pytest.mark.parametrize(
    ("tonic", "mode", "pitch", "name"),
    [
        (9, Mode.MINOR, 8, "Ab"),
        (4, Mode.MINOR, 6, "F#"),
        (11, Mode.MAJOR, 3, "D#"),
        (3, Mode.MAJOR, 10, "Bb"),
        (6, Mode.MAJOR, 10, "A#"),
        (3, Mode.MINOR, 6, "Gb"),
    ],
)
def test_pitches_are_spelt_by_the_signature(tonic: int, mode: Mode, pitch: int, name: str) -> None:
    assert pitch_name(pitch, KeyEstimate(tonic=tonic, mode=mode, confidence=1)) == name


def test_a_pitch_without_a_key_is_spelt_flat() -> None:
    assert pitch_name(10) == "Bb"
