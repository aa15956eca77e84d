"""What a key is made of: how salient its pitch classes are, and how usual its chords. Keys are 12 majors, then 12 minors.

The profiles are the probe-tone ratings of Krumhansl and Kessler (1982). The shares of the chords are rounded from what corpora
of popular music agree on (de Clercq and Temperley, "A corpus analysis of rock harmony", Popular Music 2011; Burgoyne et al.,
"An expert ground-truth set", ISMIR 2011): they order the chords, and nothing hangs on their digits.
"""

from functools import cache

import numpy as np

from services.analysis.measure.chord_model import CHORDS, SIMPLE, Floats

_OCTAVE = 12
_Shares = dict[str, dict[int, float]]
_MAJOR_PROFILE = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
_MINOR_PROFILE = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)

PROFILES: Floats = np.array(
    [np.roll(profile, tonic) for profile in (_MAJOR_PROFILE, _MINOR_PROFILE) for tonic in range(_OCTAVE)]
)
"""Salience of the pitch classes, shape (24, 12)."""

# Percent of the time, by semitones above the tonic.
_IN_MAJOR: _Shares = {
    "maj": {0: 30, 7: 20, 5: 18, 10: 3, 2: 1.5, 4: 1, 8: 1, 3: 1},
    "min": {9: 13, 2: 8, 4: 5, 5: 1},
    "dim": {11: 1},
}
_IN_MINOR: _Shares = {
    "maj": {8: 15, 10: 15, 3: 10, 7: 8, 5: 2, 1: 1, 0: 1},
    "min": {0: 30, 5: 11, 7: 6},
    "dim": {2: 1.5, 11: 0.5},
}
_ELSEWHERE = 0.3
# Of each triad, how much has a seventh of this kind: the dominant's says much about the key.
_SEVENTHS_IN_MAJOR: _Shares = {"7": {7: 1.0, 0: 0.15, 5: 0.15, 10: 0.2}, "maj7": {0: 0.5, 5: 0.5}}
_SEVENTHS_IN_MINOR: _Shares = {"7": {7: 1.0, 10: 0.5, 5: 0.15, 0: 0.15}, "maj7": {3: 0.5, 8: 0.5}}
_OTHER_SEVENTH = 0.1
_MINOR_SEVENTH = 0.5
# Percent of the parts of songs that begin on this triad. Set by hand: mostly at home, else on what stands in for it or leads to it.
_OPENING_MAJOR: _Shares = {"maj": {0: 55, 5: 12, 7: 6, 10: 1}, "min": {9: 15, 2: 6, 4: 2}}
_OPENING_MINOR: _Shares = {"maj": {8: 12, 10: 6, 3: 5, 7: 2}, "min": {0: 62, 5: 6, 7: 3}}
_OPENING_ELSEWHERE = 0.25


@cache
def usual_chords() -> Floats:
    """Returns the log-probability of each of CHORDS in each key, shape (24, len(CHORDS))."""
    shares = np.zeros((2 * _OCTAVE, len(CHORDS)))
    modes: tuple[tuple[_Shares, _Shares], ...] = ((_IN_MAJOR, _SEVENTHS_IN_MAJOR), (_IN_MINOR, _SEVENTHS_IN_MINOR))
    for key in range(2 * _OCTAVE):
        triads, sevenths = modes[key // _OCTAVE]
        for state, (root, quality) in enumerate(CHORDS):
            degree = (root - key) % _OCTAVE
            kind = quality if quality == "dim" else SIMPLE[quality]
            share = triads[kind].get(degree, _ELSEWHERE)
            if quality == "min7":
                share *= _MINOR_SEVENTH
            elif quality in sevenths:
                share *= sevenths[quality].get(degree, _OTHER_SEVENTH)
            shares[key, state] = share
    usual: Floats = np.log(shares / shares.sum(axis=1, keepdims=True))
    return usual


@cache
def usual_openings() -> Floats:
    """Returns the log-probability of each triad to begin a part of a song in each key, shape (24, 24)."""
    shares = np.zeros((2 * _OCTAVE, 2 * _OCTAVE))
    for key in range(2 * _OCTAVE):
        triads = (_OPENING_MAJOR, _OPENING_MINOR)[key // _OCTAVE]
        for triad in range(2 * _OCTAVE):
            kind = ("maj", "min")[triad // _OCTAVE]
            shares[key, triad] = triads[kind].get((triad - key) % _OCTAVE, _OPENING_ELSEWHERE)
    usual: Floats = np.log(shares / shares.sum(axis=1, keepdims=True))
    return usual
