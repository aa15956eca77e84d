"""How notes are spelt in a key. Pure; names and codes of keys themselves are in `services.mesh.music`."""

from services.analysis.results import KeyEstimate, Mode

_FLAT = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
_SHARP = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
_SIGNATURES_WITH_SHARPS = frozenset({7, 2, 9, 4, 11})  # G, D, A, E, B major and their relatives
_F_SHARP = 6  # six sharps or six flats: F# major, but Eb minor
_MINOR_TO_RELATIVE_MAJOR = 3


def pitch_name(pitch_class: int, key: KeyEstimate | None = None) -> str:
    """Returns the name of a pitch class (0 = C) as it is spelt in a key; with flats if none is given."""
    sharp = key is not None and (
        _signature(key) in _SIGNATURES_WITH_SHARPS or (key.tonic == _F_SHARP and key.mode is Mode.MAJOR)
    )
    return (_SHARP if sharp else _FLAT)[pitch_class % 12]


def _signature(key: KeyEstimate) -> int:
    """Returns the tonic of the major key that has the same signature."""
    return (key.tonic + (_MINOR_TO_RELATIVE_MAJOR if key.mode is Mode.MINOR else 0)) % 12
