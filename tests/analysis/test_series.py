"""Rows in a file."""

import numpy as np
import pytest

from services.analysis.measure.series import SLAB, Series

ROWS = np.random.default_rng(4).normal(0, 1, (2 * SLAB + 37, 3))


@pytest.fixture
def series() -> Series[np.float64]:
    series = Series(3, np.float64)
    for piece in np.array_split(ROWS, 29):
        series.append(piece)
    return series


def test_rows_come_back_as_they_were(series: Series[np.float64]) -> None:
    assert len(series) == len(ROWS)
    assert np.array_equal(np.array(list(series)), ROWS)
    assert np.array_equal(np.array(list(reversed(series))), ROWS[::-1])
    assert np.array_equal(series.rows(SLAB - 5, SLAB + 5), ROWS[SLAB - 5 : SLAB + 5])
    assert np.array_equal(series.rows(-5, 10**9), ROWS)
    assert np.array_equal(series.mapped(), ROWS)


def test_rows_are_added_after_some_were_read(series: Series[np.float64]) -> None:
    series.rows(10, 20)
    series.append(ROWS[:1])

    assert np.array_equal(series.rows(len(ROWS) - 1, len(ROWS) + 1), np.concatenate([ROWS[-1:], ROWS[:1]]))


def test_any_rows_in_any_order(series: Series[np.float64]) -> None:
    index = np.random.default_rng(5).integers(0, len(ROWS), 500)
    assert np.array_equal(series.at(index), ROWS[index])


def test_sums_are_those_of_one_running_sum(series: Series[np.float64]) -> None:
    index = np.array([len(ROWS), 0, SLAB, SLAB + 1, 7, SLAB - 1, 7])
    whole = np.concatenate([np.zeros((1, 3)), np.cumsum(ROWS, axis=0)])
    assert np.array_equal(series.sums_at(index), whole[index])


def test_slabs_with_a_margin_have_what_lies_around_them(series: Series[np.float64]) -> None:
    inner = [rows[inside] for rows, inside in series.overlapping(10)]
    first, middle, last = (len(rows) for rows, _ in series.overlapping(10))

    assert np.array_equal(np.concatenate(inner), ROWS)
    assert (first, middle, last) == (SLAB + 10, SLAB + 20, 37 + 10)


def test_one_without_rows_is_empty() -> None:
    empty = Series(3, np.float32)

    assert len(empty.mapped()) == len(list(empty)) == len(list(reversed(empty))) == empty.largest() == 0
    assert not empty.sums_at(np.array([0])).any()
    assert empty.at(np.zeros(0, np.intp)).shape == (0, 3)
