"""Timbre of signals whose colour is known."""

import numpy as np
import pytest
from numpy.typing import NDArray

from services.analysis.measure.frontend import listen
from services.analysis.measure.salience import HarmonyListener
from services.analysis.measure.timbre import TimbreListener
from services.analysis.results import Shortfall, Timbre
from tests.analysis.sounds import sources_of

RATE = 22_050


def timbre_of(samples: NDArray[np.floating]) -> Timbre | Shortfall:
    timbre, harmony = TimbreListener(), HarmonyListener(("mix",))
    listen(sources_of({"mix": samples}, RATE), [timbre, harmony], lambda _: None)
    return timbre.timbre(harmony.harmony())


def sine(hz: float, seconds: float = 3.0) -> NDArray[np.float64]:
    return 0.5 * np.sin(2 * np.pi * hz * np.arange(int(seconds * RATE)) / RATE)


def test_a_sine_is_where_it_is() -> None:
    result = timbre_of(sine(1760))
    assert isinstance(result, Timbre)
    middle = slice(3, -3)
    assert result.centroid.values[middle] == pytest.approx(1760, rel=0.01)
    assert result.rolloff.values[middle] == pytest.approx(1760, rel=0.02)
    assert result.energy.values[middle] == pytest.approx(20 * np.log10(0.5 / np.sqrt(2)), abs=0.2)
    assert result.flatness.values[middle].max() < 0.01
    assert result.contrast.values[middle].shape[1] == 7
    assert result.contrast.values[middle, 4].min() > 40  # the band of 1600 to 3200 Hz
    assert result.mfcc.values.shape[1] == 13
    assert (result.chroma.values[middle].argmax(axis=1) == 9).all()
    assert result.energy.step == pytest.approx(0.0929, abs=1e-4)
    assert len(result.energy.values) * result.energy.step == pytest.approx(3, abs=0.1)


def test_noise_is_flat_and_brighter_than_a_low_tone() -> None:
    noise = timbre_of(np.random.default_rng(0).normal(0, 0.1, 3 * RATE))
    tone = timbre_of(sine(110))
    assert isinstance(noise, Timbre)
    assert isinstance(tone, Timbre)
    assert np.median(noise.flatness.values) > 0.5
    assert np.median(noise.centroid.values) == pytest.approx(RATE / 4, rel=0.05)
    assert np.median(tone.centroid.values) < 200


def test_pauses_have_an_energy_but_no_colour() -> None:
    result = timbre_of(np.concatenate([sine(440), np.zeros(2 * RATE)]))
    assert isinstance(result, Timbre)
    assert np.isnan(result.centroid.values[-10:]).all()
    assert np.isfinite(result.energy.values).all()


@pytest.mark.parametrize("count", [0, 1, RATE])
def test_silence_is_a_shortfall(count: int) -> None:
    result = timbre_of(np.zeros(count))
    assert isinstance(result, Shortfall)
    assert result.reason == "silent"
