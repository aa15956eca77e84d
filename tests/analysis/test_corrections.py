"""What people corrected holds, whatever is measured."""

from dataclasses import replace

import numpy as np
import pytest

from services.analysis.corrections import Change, changed, corrected_rhythm, corrected_tonality
from services.analysis.results import Rhythm
from services.mesh.errors import ResultsMissing
from services.mesh.music import Corrections, Key
from tests.analysis.made import A_MINOR, BPM, C_MAJOR, DURATION, FIRST_BEAT, measurements, rhythm

PERIOD = 60 / BPM


def shown(corrections: Corrections, measured: Rhythm | None = None) -> Rhythm:
    result = corrected_rhythm(measured or rhythm(), corrections, DURATION)
    assert result is not None
    return result


def times(one: Rhythm) -> list[float]:
    return [beat.time for beat in one.beats]


def after(*changes: Change, measured: Rhythm | None = None) -> Corrections:
    corrections = Corrections()
    for change in changes:
        corrections = changed("tracks/t", corrections, change, measured or rhythm(), DURATION)
    return corrections


def downbeats(one: Rhythm) -> list[float]:
    return [beat.time for beat in one.beats if beat.position == 1]


def test_nothing_corrected_is_what_was_measured() -> None:
    measured = rhythm()
    assert corrected_rhythm(measured, Corrections(), DURATION) is measured
    assert corrected_rhythm(None, Corrections(), DURATION) is None


def test_twice_the_tempo_puts_beats_between_and_keeps_those_that_are_there() -> None:
    twice = shown(after(Change(tempo_factor=2)))
    assert twice.tempo.bpm == 2 * BPM
    assert twice.tempo.confidence == 1
    assert np.allclose(np.diff(times(twice)), PERIOD / 2)
    assert set(np.round(times(rhythm()), 6)) <= set(np.round(times(twice), 6))
    assert downbeats(rhythm())[0] in downbeats(twice)
    assert np.diff(downbeats(twice))[0] == pytest.approx(4 * PERIOD / 2)
    assert np.allclose(twice.tempo_curve.values, 2 * BPM)


def test_half_the_tempo_keeps_downbeats() -> None:
    half = shown(after(Change(tempo_factor=0.5)))
    assert half.tempo.bpm == BPM / 2
    assert np.allclose(np.diff(times(half)), 2 * PERIOD)
    assert downbeats(half)[0] == pytest.approx(downbeats(rhythm())[0])
    assert downbeats(half)[1] - downbeats(half)[0] == pytest.approx(4 * 2 * PERIOD)


def test_there_and_back_is_where_it_was() -> None:
    back = shown(after(Change(tempo_factor=2), Change(tempo_factor=0.5)))
    assert times(back) == pytest.approx(times(rhythm()))
    assert [beat.position for beat in back.beats] == [beat.position for beat in rhythm().beats]


def test_a_tempo_beyond_multiples_makes_an_even_grid() -> None:
    even = shown(Corrections(bpm=87.0))
    assert np.allclose(np.diff(times(even)), 60 / 87)
    assert times(even)[0] < 60 / 87
    assert DURATION - times(even)[-1] < 60 / 87


def test_a_correction_holds_when_a_later_run_measures_it_right() -> None:
    corrections = after(Change(tempo_factor=2))
    measured_right = shown(Corrections(bpm=200))
    measured_right = replace(measured_right, tempo=replace(measured_right.tempo, confidence=0.9))
    again = shown(corrections, measured_right)
    assert again.tempo.bpm == 200
    assert times(again) == times(measured_right)


def test_a_shift_moves_beats_and_bars_for_good() -> None:
    corrections = after(Change(shift=0.1))
    moved = shown(corrections)
    assert times(moved)[:3] == pytest.approx([FIRST_BEAT + 0.1 + i * PERIOD for i in range(3)])
    assert [beat.position for beat in moved.beats[:4]] == [3, 4, 1, 2]
    # A later run measures the grid elsewhere: the beats are where the person put them.
    wrong = replace(rhythm(), beats=tuple(replace(beat, time=beat.time + 0.05) for beat in rhythm().beats))
    assert times(shown(corrections, wrong))[:3] == pytest.approx(times(moved)[:3])


def test_a_shift_by_more_than_half_a_beat_takes_the_bars_along() -> None:
    moved = shown(after(Change(shift=0.5)))
    assert downbeats(moved)[0] == pytest.approx(downbeats(rhythm())[0] + 0.5)


def test_two_shifts_add_up() -> None:
    moved = shown(after(Change(shift=0.1), Change(shift=-0.15)))
    assert downbeats(moved)[0] == pytest.approx(downbeats(rhythm())[0] - 0.05)


def test_a_downbeat_is_where_somebody_says() -> None:
    here = shown(after(Change(downbeat_at=FIRST_BEAT + 1.05 * PERIOD)))
    assert [beat.position for beat in here.beats[:6]] == [4, 1, 2, 3, 4, 1]
    assert times(here) == times(rhythm())


def test_a_metre_counts_anew_from_the_downbeat() -> None:
    waltz = shown(after(Change(beats_per_bar=3)))
    assert waltz.metre is not None
    assert waltz.metre.beats_per_bar == 3
    assert [beat.position for beat in waltz.beats[:7]] == [2, 3, 1, 2, 3, 1, 2]


def test_a_tempo_can_be_known_where_none_was_measured() -> None:
    by_hand = corrected_rhythm(None, Corrections(bpm=120, downbeat_at=0.25), DURATION)
    assert by_hand is not None
    assert times(by_hand)[:3] == pytest.approx([0.25, 0.75, 1.25])
    assert by_hand.beats[0].position == 1
    with pytest.raises(ResultsMissing):
        changed("tracks/t", Corrections(), Change(tempo_factor=2), None, DURATION)
    with pytest.raises(ResultsMissing):
        changed("tracks/t", Corrections(), Change(shift=0.1), None, DURATION)


def test_what_is_reset_is_as_measured() -> None:
    corrections = after(
        Change(tempo_factor=2, downbeat_at=1.0, key=Key(0, minor=False)), Change(reset=frozenset({"bpm"}))
    )
    assert corrections.bpm is None
    assert corrections.downbeat_at == 1.0
    assert corrections.key == Key(0, minor=False)


def test_a_key_by_hand_leaves_the_measured_one_as_runner_up() -> None:
    measured = measurements().tonality
    corrected = corrected_tonality(measured, Corrections(key=Key(4, minor=True)))
    assert corrected is not None
    assert measured is not None
    assert (corrected.key.tonic, corrected.key.confidence) == (4, 1)
    assert corrected.runner_up == A_MINOR
    assert [span.key.tonic for span in corrected.spans] == [4]
    confirmed = corrected_tonality(measured, Corrections(key=Key(9, minor=True)))
    assert confirmed is not None
    assert confirmed.runner_up == C_MAJOR
