"""Spectrograms of sounds whose place and level are known, and stretches of them."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from services.analysis.codec import findings_from
from services.analysis.measure.frontend import listen
from services.analysis.measure.spectrogram import SpectrogramListener
from services.analysis.results import Measurements, Shortfall
from services.analysis.spectrogram import Spectrogram, tile
from tests.analysis.made import file_of, findings
from tests.analysis.sounds import sources_of

RATE = 22_050


def spectrogram_of(samples: NDArray[np.floating], block: int = 2**16) -> Spectrogram | Shortfall:
    listener = SpectrogramListener()
    listen(sources_of({"mix": samples}, RATE, block), [listener], lambda _: None)
    return listener.spectrogram()


def heard(samples: NDArray[np.floating]) -> Spectrogram:
    found = spectrogram_of(samples)
    assert isinstance(found, Spectrogram)
    return found


def decibels(levels: NDArray[np.uint8]) -> NDArray[np.float64]:
    return (levels.astype(float) - 255) * 0.4


def sine(hz: float, seconds: float = 2.0, amplitude: float = 1.0) -> NDArray[np.float64]:
    return amplitude * np.sin(2 * np.pi * hz * np.arange(int(seconds * RATE)) / RATE)


@pytest.mark.parametrize("band", [3, 20, 60, 100, 125])
@pytest.mark.parametrize("amplitude", [1.0, 0.01])
def test_a_tone_is_in_its_band_at_its_level(band: int, amplitude: float) -> None:
    bands = heard(sine(1000)).band_hz
    found = heard(sine(float(bands[band]), amplitude=amplitude))
    middle = found.levels[3:-3]
    assert (middle.argmax(axis=1) == band).all()
    # The lowest bands are hardly wider than the line of a tone.
    expected = 20 * np.log10(amplitude) - 3.0
    assert decibels(middle[:, band]) == pytest.approx(expected, abs=3.0 if band < 10 else 1.0)


def test_bands_go_from_bass_to_treble() -> None:
    bands = heard(sine(1000)).band_hz
    assert len(bands) == 128
    assert 30 < bands[0] < 60
    assert 10_000 < bands[-1] < RATE / 2
    assert all(low < high for low, high in pairwise(bands))


def test_a_burst_is_where_it_is() -> None:
    samples = np.zeros(20 * RATE)
    samples[round(7.5 * RATE) : round(7.6 * RATE)] = sine(2000, 0.1)
    found = heard(samples)
    loudest = int(found.levels.max(axis=1).argmax())
    assert found.start + loudest * found.step == pytest.approx(7.55, abs=0.06)
    assert len(found.levels) * found.step == pytest.approx(20, abs=0.1)
    assert not found.levels[:100].any()


def test_blocks_make_no_difference() -> None:
    samples = np.random.default_rng(1).normal(0, 0.1, 5 * RATE)
    whole, pieces = spectrogram_of(samples), spectrogram_of(samples, block=777)
    assert isinstance(whole, Spectrogram)
    assert isinstance(pieces, Spectrogram)
    assert np.array_equal(whole.levels, pieces.levels)


@pytest.mark.parametrize("count", [0, 1, 3 * RATE])
def test_silence_is_a_shortfall(count: int) -> None:
    found = spectrogram_of(np.zeros(count))
    assert isinstance(found, Shortfall)
    assert found.reason == "silent"


def test_the_file_keeps_it() -> None:
    found = heard(sine(440))
    measured = Measurements(duration=2.0, spectrogram=found)
    kept = findings_from(file_of("tracks/t/analyses/a", findings(measured))).measurements.spectrogram
    assert kept is not None
    assert np.array_equal(kept.levels, found.levels)
    assert (kept.start, kept.step) == (found.start, found.step)
    assert np.array_equal(kept.band_hz, found.band_hz)


WHOLE = Spectrogram(
    start=0.5,
    step=1.0,
    band_hz=np.array([100.0, 200.0], np.float32),
    levels=np.random.default_rng(3).integers(0, 256, (1000, 2), np.uint8),
)


def test_a_stretch_has_the_steps_that_touch_it() -> None:
    found = tile(WHOLE, 10.2, 13.0, 100)
    assert (found.start, found.step) == (10.5, 1.0)
    assert np.array_equal(found.levels, WHOLE.levels[10:13])


def test_merged_steps_keep_the_loudest() -> None:
    found = tile(WHOLE, 0, float("inf"), 250)
    assert (found.start, found.step) == (2.0, 4.0)
    assert np.array_equal(found.levels, WHOLE.levels.reshape(250, 4, 2).max(axis=1))


@pytest.mark.parametrize("start", [1000.0, 5000.0, 1e300])
def test_beyond_the_end_is_nothing(start: float) -> None:
    assert len(tile(WHOLE, start, float("inf"), 10).levels) == 0


@given(
    start=st.floats(0, 1100),
    length=st.floats(0.001, 1100),
    most=st.integers(1, 2000),
)
def test_any_stretch_is_covered_by_few_enough_steps_that_fit_the_whole(start: float, length: float, most: int) -> None:
    found = tile(WHOLE, start, start + length, most)
    count = len(found.levels)
    assert count <= most
    merged = round(found.step / WHOLE.step)
    assert merged & (merged - 1) == 0
    if start < 1000:
        assert count
        left = found.start - found.step / 2
        assert left % found.step == 0
        assert left <= start
        assert left + count * found.step >= min(start + length, 1000)
        # The same step from a tile of the whole has the same levels.
        padded = np.concatenate([WHOLE.levels, np.zeros((-1000 % merged, 2), np.uint8)])
        everywhere = padded.reshape(-1, merged, 2).max(axis=1)
        first = round(left / found.step)
        assert np.array_equal(found.levels, everywhere[first : first + count])
