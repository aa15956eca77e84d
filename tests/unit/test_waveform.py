"""Outlines of audio: the same whatever the pieces in which it came, and true at every level."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.mesh.audio.waveform import Outline, Waveform, read_waveform

FULL_SCALE = 32767


def outlined(samples: np.ndarray, rate: int = 44100, pieces: int = 1) -> Waveform:
    """The waveform of samples of shape (channels, frames)."""
    outline = Outline(rate, len(samples))
    for piece in np.array_split(samples.T.ravel(), pieces):
        outline.add(piece.astype(np.float32))
    return outline.finish()


def noise(channels: int, frames: int) -> np.ndarray:
    return np.random.default_rng(frames).uniform(-0.9, 0.9, (channels, frames)).astype(np.float32)


@given(channels=st.integers(1, 3), frames=st.integers(0, 3000), pieces=st.integers(1, 40))
def test_pieces_make_no_difference_and_the_file_reads_back(channels: int, frames: int, pieces: int) -> None:
    samples = noise(channels, frames)
    whole, cut = outlined(samples), outlined(samples, pieces=pieces)
    assert whole.to_bytes() == cut.to_bytes()
    back = read_waveform(whole.to_bytes())
    assert (back.frames, back.sample_rate_hz) == (frames, 44100)
    assert back.to_bytes() == whole.to_bytes()


def test_every_level_says_what_the_samples_say() -> None:
    samples = noise(2, 2_345_678)
    waveform = outlined(samples, pieces=7)
    sizes = [level.frames_per_bucket for level in waveform.levels]
    assert sizes == [4096, 1024, 256]
    for level in waveform.levels:
        starts = range(0, samples.shape[1], level.frames_per_bucket)
        assert len(level.values) == len(starts)
        for index in (0, 1, len(starts) // 2, len(starts) - 2, len(starts) - 1):
            bucket = samples[:, starts[index] : starts[index] + level.frames_per_bucket].astype(np.float64)
            rms = np.sqrt((bucket**2).mean())
            expected = np.array([bucket.min(), bucket.max(), rms]) * FULL_SCALE
            # The RMS of coarse levels is made of rounded ones.
            assert np.abs(level.values[index] - expected).max() <= 60 if index == len(starts) - 1 else 1


def test_the_first_bytes_draw_all_of_it() -> None:
    data = outlined(noise(1, 5_000_000)).to_bytes()
    waveform = read_waveform(data)
    coarsest = waveform.levels[0]
    assert len(coarsest.values) <= 2048
    assert coarsest.values.tobytes() in data[: 24 + 16 * len(waveform.levels) + coarsest.values.nbytes]


def test_a_bucket_of_high_rates_lasts_as_long() -> None:
    assert outlined(noise(1, 100), rate=192_000).levels[-1].frames_per_bucket == 1024


def test_what_lies_beyond_full_scale_is_clamped() -> None:
    level = outlined(np.array([[-3.0, 3.0]])).levels[0]
    assert level.values.tolist() == [[-FULL_SCALE, FULL_SCALE, FULL_SCALE]]


@pytest.mark.parametrize("cut", [0, 10, 30, 45])
def test_what_is_cut_is_refused(cut: int) -> None:
    with pytest.raises(ValueError, match=r"waveform|buffer|offset"):
        read_waveform(outlined(noise(1, 1000)).to_bytes()[:cut])
