"""Chord labels in Harte's syntax (Harte et al., ISMIR 2005): which notes they stand for."""

import re

_NATURALS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_DEGREES = (0, 2, 4, 5, 7, 9, 11)
_OCTAVE = 12
_QUALITIES = {
    "maj": (0, 4, 7),
    "min": (0, 3, 7),
    "dim": (0, 3, 6),
    "aug": (0, 4, 8),
    "maj7": (0, 4, 7, 11),
    "min7": (0, 3, 7, 10),
    "7": (0, 4, 7, 10),
    "dim7": (0, 3, 6, 9),
    "hdim7": (0, 3, 6, 10),
    "minmaj7": (0, 3, 7, 11),
    "maj6": (0, 4, 7, 9),
    "min6": (0, 3, 7, 9),
    "9": (0, 4, 7, 10, 14),
    "maj9": (0, 4, 7, 11, 14),
    "min9": (0, 3, 7, 10, 14),
    "11": (0, 4, 7, 10, 14, 17),
    "min11": (0, 3, 7, 10, 14, 17),
    "13": (0, 4, 7, 10, 14, 21),
    "maj13": (0, 4, 7, 11, 14, 21),
    "min13": (0, 3, 7, 10, 14, 21),
    "sus2": (0, 2, 7),
    "sus4": (0, 5, 7),
    "sus4(b7)": (0, 5, 7, 10),
    "5": (0, 7),
    "1": (0,),
}
_LABEL = re.compile(r"([A-G])([b#]*)(?::([^(/]*))?(?:\(([^)]*)\))?(?:/([b#]*[0-9]+))?")


def pitch_classes(label: str) -> tuple[int, frozenset[int]]:
    """Returns the bass and all pitch classes of a chord, 0 = C; no classes for "N", "X" and what is no label."""
    match = _LABEL.fullmatch(label)
    if not match:
        return 0, frozenset()
    root = (_NATURALS[match[1]] + match[2].count("#") - match[2].count("b")) % _OCTAVE
    intervals = set(_QUALITIES.get(match[3] or ("" if match[4] else "maj"), (0,) if match[4] else _QUALITIES["maj"]))
    for extra in filter(None, (match[4] or "").split(",")):
        if extra.startswith("*"):
            intervals.discard(_interval(extra[1:]))
        else:
            intervals.add(_interval(extra))
    bass = _interval(match[5]) if match[5] else 0
    classes = frozenset((root + one) % _OCTAVE for one in {*intervals, bass})
    return (root + bass) % _OCTAVE, classes


def _interval(degree: str) -> int:
    """Returns the semitones of a degree of the major scale: "5" is 7, "b7" is 10."""
    number = int(degree.lstrip("b#"))
    octaves, step = divmod(number - 1, len(_DEGREES))
    return _DEGREES[step] + _OCTAVE * octaves + degree.count("#") - degree.count("b")
