"""The one decode."""

from collections.abc import Sequence

import librosa
import numpy as np
import pytest
from numpy.typing import NDArray

from services.analysis.measure.frontend import (
    BLOCK_SAMPLES,
    LONG,
    SAMPLE_RATE_HZ,
    SHORT,
    Block,
    Frames,
    Signal,
    listen,
)
from tests.analysis.sounds import sources_of


class Recorder:
    """Keeps everything it hears."""

    def __init__(self, signal: Signal, frames: Sequence[Frames]) -> None:
        self.signal = signal
        self.frames = frames
        self.heard: list[Block] = []

    def hear(self, block: Block) -> None:
        self.heard.append(block)

    @property
    def samples(self) -> NDArray[np.float32]:
        return np.concatenate([block.samples for block in self.heard])

    def spectrum(self, frames: Frames) -> NDArray[np.float32]:
        return np.concatenate([block.spectra[frames] for block in self.heard])


@pytest.fixture
def noise() -> NDArray[np.float64]:
    return np.random.default_rng(5).normal(0, 0.1, int(3.7 * BLOCK_SAMPLES))


def test_frames_are_those_of_one_transform_of_the_whole(noise: NDArray[np.float64]) -> None:
    recorder = Recorder(("mix",), (SHORT, LONG))

    listen(sources_of({"mix": noise}, SAMPLE_RATE_HZ), [recorder], lambda _: None)

    assert np.allclose(recorder.samples, noise, atol=1e-6)
    for frames in (SHORT, LONG):
        whole = np.abs(librosa.stft(noise, n_fft=frames.size, hop_length=frames.hop, pad_mode="constant")).T
        assert recorder.spectrum(frames).shape == whole.shape
        assert np.allclose(recorder.spectrum(frames), whole, atol=1e-3)


def test_the_size_of_decoded_blocks_does_not_matter(noise: NDArray[np.float64]) -> None:
    recorders = [Recorder(("mix",), (SHORT,)) for _ in range(3)]

    for recorder, block in zip(recorders, (441, 2**16, 10**6), strict=True):
        listen(sources_of({"mix": noise}, 44100, block), [recorder], lambda _: None)

    for recorder in recorders[1:]:
        assert np.allclose(recorder.samples, recorders[0].samples, atol=1e-6)
        assert np.allclose(recorder.spectrum(SHORT), recorders[0].spectrum(SHORT), atol=1e-4)


def test_a_signal_of_two_sources_is_their_sum_up_to_the_end_of_the_longer(noise: NDArray[np.float64]) -> None:
    recorder = Recorder(("bass", "other"), ())
    other = noise[: len(noise) // 3]

    seconds = listen(
        sources_of({"mix": noise, "bass": noise, "other": other}, SAMPLE_RATE_HZ), [recorder], lambda _: None
    )

    assert seconds == pytest.approx(len(noise) / SAMPLE_RATE_HZ)
    expected = noise + np.pad(other, (0, len(noise) - len(other)))
    assert np.allclose(recorder.samples, expected, atol=1e-6)


def test_native_samples_come_through_untouched_and_progress_ends_at_one(noise: NDArray[np.float64]) -> None:
    recorder = Recorder(("mix",), ())
    told: list[float] = []

    listen(sources_of({"mix": noise}, 48000), [recorder], told.append)

    native = np.concatenate([block.stereo for block in recorder.heard], axis=1)
    assert np.array_equal(native[0], noise.astype(np.float32))
    assert {block.stereo_rate_hz for block in recorder.heard} == {48000}
    assert told == sorted(told)
    assert told[-1] == pytest.approx(1.0, abs=0.01)


def test_nothing_is_decoded_when_nobody_listens() -> None:
    assert listen(sources_of({"mix": np.zeros(10)}), [], lambda _: None) == 0
