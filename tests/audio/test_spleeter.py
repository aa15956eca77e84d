"""Spleeter with its real weights."""

from pathlib import Path

import numpy as np
import pytest
import torch

from services.mesh.audio.ffmpeg import ffmpeg_path
from services.processing.adapters.decode import decode
from services.processing.adapters.processor import Processor
from services.processing.adapters.samples import SampleFile
from services.processing.adapters.spleeter import Spleeter, load_spleeter
from services.processing.adapters.weights import ModelStore
from services.processing.ports import FloatArray
from tests.audio.conftest import RATE, noise, separated

SUM_TOLERANCE = 1e-5  # stems and mix are float32 near full scale; 1e-4 is what the product promises
REFERENCE_TOLERANCE = 1e-5
SILENT_PEAK = 2e-3  # -54 dB below full scale; measured 7.5e-4, while the mix peaks at 0.96 there
BLOCK = 512 * 1024


@pytest.fixture(scope="module")
def spleeter(models_dir: Path) -> Spleeter:
    return load_spleeter(ModelStore(models_dir).open("spleeter-2stems"), Processor(torch.device("cpu")))


@pytest.fixture(scope="module")
def song(example_song: Path, tmp_path_factory: pytest.TempPathFactory) -> FloatArray:
    with SampleFile(tmp_path_factory.mktemp("song") / "song.f32") as file:
        decode(example_song, RATE, file, lambda: None, ffmpeg=ffmpeg_path())
        return file.read(0, file.length)


@pytest.fixture(scope="module")
def song_stems(spleeter: Spleeter, song: FloatArray, tmp_path_factory: pytest.TempPathFactory) -> FloatArray:
    return separated(spleeter, song, spleeter.stems, tmp_path_factory.mktemp("stems"))


def test_stems_sum_to_the_mix(song: FloatArray, song_stems: FloatArray) -> None:
    assert np.abs(song_stems.sum(axis=0) - song).max() < SUM_TOLERANCE


def test_vocals_are_silent_where_nobody_sings(song: FloatArray, song_stems: FloatArray) -> None:
    vocals, _ = song_stems[..., : 2 * RATE]
    assert np.abs(song[:, : 2 * RATE]).max() > 0.5
    assert np.abs(vocals).max() < SILENT_PEAK


def test_stems_are_different_sounds(song: FloatArray, song_stems: FloatArray) -> None:
    vocals, accompaniment = song_stems
    assert abs(np.corrcoef(vocals.ravel(), accompaniment.ravel())[0, 1]) < 0.1
    loudness = np.sqrt((song_stems**2).mean(axis=(1, 2)))
    assert (loudness > 0.05).all()


@pytest.mark.parametrize("length", [1, 2, 1023, 1024, 1025, 4096, BLOCK - 1, BLOCK, BLOCK + 2048, 2 * BLOCK + 1])
def test_any_length_sums_to_the_mix(spleeter: Spleeter, length: int, tmp_path: Path) -> None:
    mix = noise(length, seed=length)
    stems = separated(spleeter, mix, spleeter.stems, tmp_path)
    assert stems.shape == (2, 2, length)
    assert np.abs(stems.sum(axis=0) - mix).max() < SUM_TOLERANCE


def test_block_by_block_equals_the_whole_track(spleeter: Spleeter, song: FloatArray, tmp_path: Path) -> None:
    mix = np.tile(song, 3)[:, : 2 * BLOCK + 12345]
    stems = separated(spleeter, mix, spleeter.stems, tmp_path)
    expected = reference(spleeter, torch.from_numpy(mix)).numpy()
    assert np.abs(stems - expected).max() < REFERENCE_TOLERANCE


def test_silence_stays_silent(spleeter: Spleeter, tmp_path: Path) -> None:
    stems = separated(spleeter, np.zeros((2, 100_000), np.float32), spleeter.stems, tmp_path)
    assert not stems.any()


def test_one_stem_is_the_same_alone(
    spleeter: Spleeter, song: FloatArray, song_stems: FloatArray, tmp_path: Path
) -> None:
    (accompaniment,) = separated(spleeter, song, ("accompaniment",), tmp_path)
    np.testing.assert_array_equal(accompaniment, song_stems[1])


@torch.inference_mode()
def reference(model: Spleeter, mix: torch.Tensor) -> torch.Tensor:
    """The published recipe on the whole track at once."""
    window = torch.hann_window(4096)
    spectrum = torch.stft(mix, 4096, 1024, window=window, center=True, pad_mode="constant", return_complex=True)
    frames = spectrum.shape[-1]
    magnitudes = torch.nn.functional.pad(spectrum.abs()[:, :1024], (0, -frames % 512))
    blocks = torch.stack(torch.split(magnitudes, 512, dim=2)).transpose(2, 3)
    powers = [network(blocks).square() for network in model._networks]
    stems = []
    for power in powers:
        mask = ((power + 0.5e-10) / (sum(powers) + 1e-10)).transpose(2, 3)
        mask = torch.cat(list(mask), dim=-1)[..., :frames]
        mask = torch.cat((mask, mask.mean(dim=1, keepdim=True).expand(-1, 1025, -1)), dim=1)
        stems.append(torch.istft(spectrum * mask, 4096, 1024, window=window, length=mix.shape[1]))
    return torch.stack(stems)
