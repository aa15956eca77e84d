"""The pitch of voices that were made to order."""

import numpy as np
import pytest
from numpy.typing import NDArray

from services.analysis.measure.frontend import listen
from services.analysis.measure.melody import MelodyListener
from services.analysis.results import Melody, Shortfall
from tests.analysis.sounds import sources_of

RATE = 22_050


def melody_of(samples: NDArray[np.floating]) -> Melody | Shortfall:
    listener = MelodyListener(("vocals",))
    listen(sources_of({"vocals": samples}, RATE), [listener], lambda _: None)
    return listener.melody()


def voice(hz: NDArray[np.floating]) -> NDArray[np.float64]:
    """A buzz through two formants, whose pitch is `hz` at each sample."""
    phase = np.cumsum(hz) / RATE
    wave = np.zeros(len(hz))
    for partial in range(1, 30):
        at = hz * partial
        gain = np.exp(-(((at - 600) / 300) ** 2)) + 0.5 * np.exp(-(((at - 1300) / 400) ** 2)) + 0.05
        wave += np.where(at < RATE / 2, gain, 0) * np.sin(2 * np.pi * phase * partial) / np.sqrt(partial)
    return 0.1 * wave


def cents(measured: NDArray[np.floating], true: NDArray[np.floating]) -> NDArray[np.float64]:
    off: NDArray[np.float64] = np.abs(1200 * np.log2(measured / true))
    return off


@pytest.mark.parametrize("hz", [70.0, 110.0, 220.0, 330.0, 523.25, 880.0, 1046.5])
def test_a_steady_voice(hz: float) -> None:
    result = melody_of(voice(np.full(3 * RATE, hz)))
    assert isinstance(result, Melody)
    f0 = result.f0.values[4:-4]
    assert cents(f0, np.full(len(f0), hz)).max() < 10
    assert result.confidence > 0.9
    assert result.source == ("vocals",)


def test_vibrato_and_glides_are_followed() -> None:
    time = np.arange(6 * RATE) / RATE
    hz = 220 * 2 ** (np.interp(time, [0, 3, 6], [0, 1, 0.5]) + 0.03 * np.sin(2 * np.pi * 5.5 * time))
    result = melody_of(voice(hz))
    assert isinstance(result, Melody)
    frames = np.arange(4, len(result.f0.values) - 4)
    true = np.interp(frames * result.f0.step, time, hz)
    voiced = np.isfinite(result.f0.values[frames])
    assert voiced.mean() > 0.97
    assert np.quantile(cents(result.f0.values[frames][voiced], true[voiced]), 0.95) < 30


def test_rests_and_consonants_have_no_pitch() -> None:
    rng = np.random.default_rng(0)
    parts = [voice(np.full(RATE, 200.0)), np.zeros(RATE), voice(np.full(RATE, 300.0)), rng.normal(0, 0.05, RATE)]
    result = melody_of(np.concatenate(parts))
    assert isinstance(result, Melody)
    frame = (np.arange(4) + 0.5) / result.f0.step
    around = [result.f0.values[int(f) - 15 : int(f) + 15] for f in frame]
    assert np.isfinite(around[0]).all()
    assert np.isfinite(around[2]).all()
    assert np.isnan(around[1]).all()
    assert np.isnan(around[3]).mean() > 0.9


def test_a_voice_among_others_is_not_guessed() -> None:
    time = np.arange(5 * RATE) / RATE
    band = sum(voice(np.full(len(time), hz)) for hz in (65.4, 130.8, 196.0, 261.6, 329.6, 415.3))
    result = melody_of(band + voice(220 * 2 ** (0.5 * np.sin(time))) * 0.5)
    assert isinstance(result, Shortfall)
    assert result.reason == "no_voice"


@pytest.mark.parametrize(
    ("samples", "reason"),
    [
        (np.zeros(0), "silent"),
        (np.zeros(3 * RATE), "silent"),
        (np.random.default_rng(0).normal(0, 0.1, 5 * RATE), "no_voice"),
        (np.cumsum(np.random.default_rng(0).normal(0, 0.001, 8 * RATE)), "no_voice"),
        (voice(np.full(RATE // 5, 200.0)), "no_voice"),
    ],
    ids=["empty", "silence", "noise", "rumble", "a fifth of a second"],
)
def test_no_voice_is_a_shortfall(samples: NDArray[np.float64], reason: str) -> None:
    result = melody_of(samples)
    assert isinstance(result, Shortfall)
    assert result.reason == reason
