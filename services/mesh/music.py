"""Keys, as musicians and DJ programs write them, and what people correct of a measurement."""

import re
from dataclasses import dataclass

_MAJOR = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_MINOR = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B")
_LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_NAMED = re.compile(r"([A-G])(#|b|♯|♭| ?sharp| ?flat)?[ -]?(m|min|minor|maj|major)?", re.IGNORECASE)
_CAMELOT = re.compile(r"(1[0-2]|[1-9])([AB])", re.IGNORECASE)
_OPEN_KEY = re.compile(r"(1[0-2]|[1-9])([MD])", re.IGNORECASE)

_FIFTH = 7
_OCTAVE = 12
# On the Camelot wheel C major is 8B, on that of Open Key 1d; each fifth up adds one.
_CAMELOT_OF_C = 8
_RELATIVE_MAJOR = 3


@dataclass(frozen=True)
class Key:
    """A key. `tonic` is a pitch class, 0 = C ... 11 = B."""

    tonic: int
    minor: bool

    @property
    def name(self) -> str:
        """For people: "A minor", "Eb major"."""
        return f"{_MINOR[self.tonic]} minor" if self.minor else f"{_MAJOR[self.tonic]} major"

    @property
    def camelot(self) -> str:
        """The code of the Camelot wheel: "8A" for A minor."""
        return f"{self._wheel(_CAMELOT_OF_C)}{'A' if self.minor else 'B'}"

    @property
    def open_key(self) -> str:
        """The code of the Open Key notation: "1m" for A minor."""
        return f"{self._wheel(1)}{'m' if self.minor else 'd'}"

    @property
    def order(self) -> int:
        """Round the Camelot wheel, from 1A = 2, 1B = 3 to 12B = 25."""
        return 2 * self._wheel(_CAMELOT_OF_C) + (not self.minor)

    def _wheel(self, of_c: int) -> int:
        major = self.tonic + _RELATIVE_MAJOR * self.minor
        # Seven is its own inverse modulo twelve: so many fifths lie between C and the major key.
        return (major * _FIFTH + of_c - 1) % _OCTAVE + 1


@dataclass(frozen=True, kw_only=True)
class Corrections:
    """What people corrected; see Corrections in the contract. Times in seconds."""

    bpm: float | None = None
    beat_at: float | None = None
    downbeat_at: float | None = None
    beats_per_bar: int = 0
    key: Key | None = None


KEYS = tuple(Key(tonic, minor) for minor in (False, True) for tonic in range(_OCTAVE))


def parse_key(text: str) -> Key | None:
    """Reads "Am", "F# minor", "Eb", "8A" or "1m"; None if it is no key."""
    if match := _CAMELOT.fullmatch(text):
        return next(key for key in KEYS if key.camelot == match[0].upper())
    if match := _OPEN_KEY.fullmatch(text):
        return next(key for key in KEYS if key.open_key == match[0].lower())
    match = _NAMED.fullmatch(text.strip())
    if not match:
        return None
    accidental = (match[2] or "").strip().lower()
    shift = {"": 0, "#": 1, "♯": 1, "sharp": 1}.get(accidental, -1)
    mode = match[3] or ""
    # "M" alone is how some write major.
    minor = mode.lower().startswith("min") or mode == "m"
    return Key((_LETTERS[match[1].upper()] + shift) % _OCTAVE, minor)
