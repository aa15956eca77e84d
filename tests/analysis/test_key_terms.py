"""What the chords that begin the parts of a song say about its key."""

from collections.abc import Sequence

import numpy as np
import pytest

from services.analysis.measure.chord_model import CHORDS, NO_CHORD, Floats, Lattice
from services.analysis.measure.key_terms import TERMS, key_terms, openings, triads_of
from services.analysis.measure.series import Series

C, D_MINOR, E_MINOR, F, G, A_MINOR = (
    CHORDS.index(chord) for chord in ((0, "maj"), (2, "min"), (4, "min"), (5, "maj"), (7, "maj"), (9, "min"))
)
C_MAJOR_KEY, A_MINOR_KEY, G_MAJOR_KEY = 0, 21, 7


def grid(beats: int) -> Lattice:
    """Beats of a second, of which nothing is known but their chords."""
    alike = np.full((beats, 12), 1 / 12)
    return Lattice(
        edges=np.arange(beats + 1.0),
        bass=alike,
        treble=alike + np.eye(12)[0] * 1e-3,
        sounding=np.ones(beats, bool),
        evidence=Series.of(np.zeros((beats, NO_CHORD + 1))),
    )


def spoken(parts: Sequence[Sequence[int]], *, asked: slice = slice(None)) -> Floats:
    """Returns what the openings of these parts say, one chord a beat."""
    path = np.array([chord for part in parts for chord in part])
    starts = np.cumsum([0, *(len(part) for part in parts[:-1])])
    return openings(grid(len(path)), path, np.arange(len(path))[asked], starts.tolist())


def test_four_chords_that_begin_on_the_minor_triad_are_of_the_minor_key() -> None:
    said = spoken([[A_MINOR, F, C, G]])

    assert said.argmax() == A_MINOR_KEY


def test_the_same_chords_begun_on_the_major_triad_are_of_its_relative() -> None:
    said = spoken([[C, G, A_MINOR, F]])

    assert said.argmax() == C_MAJOR_KEY


def test_a_chorus_that_opens_at_home_outweighs_verses_on_the_sixth_degree() -> None:
    verse, chorus = [A_MINOR, F], [C, G]

    said = spoken([verse, verse, chorus, verse, chorus, chorus])

    assert said.argmax() == C_MAJOR_KEY


def test_a_part_that_comes_again_is_not_a_new_witness_each_time() -> None:
    once, four_times = spoken([[A_MINOR, F]]), spoken([[A_MINOR, F]] * 4)

    assert four_times == pytest.approx(2 * once)


def test_two_parts_that_begin_on_one_chord_and_go_on_otherwise_are_two_witnesses() -> None:
    assert spoken([[C, F, C], [C, G, C]]) == pytest.approx(2 * spoken([[C, F]]))


def test_how_often_a_chord_is_struck_does_not_make_another_part_of_it() -> None:
    assert spoken([[C, C, F], [C, F, F, F]]) == pytest.approx(np.sqrt(2) * spoken([[C, F]]))


def test_what_is_not_a_beginning_says_nothing() -> None:
    in_between = spoken([[C, G, A_MINOR, F]], asked=slice(1, None))
    unknown = openings(grid(2), np.array([C, G]), np.arange(2), [])

    assert not in_between.any()
    assert not unknown.any()


def test_a_part_that_begins_with_silence_begins_with_its_first_chord() -> None:
    assert spoken([[NO_CHORD, C, F]]) == pytest.approx(spoken([[C, F]]))


@pytest.mark.parametrize("up", range(12))
def test_what_is_transposed_says_the_same_of_the_transposed_keys(up: int) -> None:
    parts = [[A_MINOR, F], [C, G]]
    higher = [[CHORDS.index(((CHORDS[c][0] + up) % 12, CHORDS[c][1])) for c in part] for part in parts]

    majors, minors = np.split(spoken(parts), 2)

    assert spoken(higher) == pytest.approx(np.concatenate([np.roll(majors, up), np.roll(minors, up)]))


def test_cadences_tell_a_key_from_that_of_its_dominant() -> None:
    path = np.array([C, F, G, C, D_MINOR, G, C, E_MINOR, A_MINOR, F, G, C])

    cadences = key_terms(grid(len(path)), path, np.arange(len(path)), [])[:, TERMS.index("cadences")]

    assert cadences.argmax() == C_MAJOR_KEY
    assert cadences[C_MAJOR_KEY] == pytest.approx(3 / 11)  # G C three times among eleven changes
    assert cadences[G_MAJOR_KEY] == 0  # F and D minor go on to G; neither is its dominant or subdominant


def test_triads_are_told_once_until_they_change() -> None:
    sevenths = [CHORDS.index((7, "7")), CHORDS.index((9, "min7"))]

    assert triads_of(np.array([C, C, NO_CHORD, C, *sevenths, A_MINOR])) == [0, 7, 21]
