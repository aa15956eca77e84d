"""Sample rate, segments, overlap, shifts and preview, from the loop up to files."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from demucs.apply import apply_model
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.mesh.audio.ffmpeg import ffmpeg_path
from services.mesh.errors import AudioEmpty
from services.processing.adapters.demucs import Demucs
from services.processing.adapters.processor import Processor
from services.processing.adapters.runner import Runner
from services.processing.adapters.shifts import Shifted
from services.processing.domain import Encoding, Options, Part
from services.processing.ports import FloatArray, SeparationOutput, SeparationRequest
from tests.audio.conftest import RATE, noise, read_audio, separated, write_wav
from tests.audio.demucs_models import FOUR, tiny_htdemucs
from tests.audio.test_overlap_add import Scaler

PARITY = 1e-5


@pytest.fixture(scope="module")
def runner(models_dir: Path) -> Runner:
    return Runner(models_dir, "cpu", ffmpeg_path())


def run(runner: Runner, song: Path, folder: Path, model: str = "htdemucs", **options: object) -> SeparationOutput:
    request = SeparationRequest(
        id="job",
        model=model,
        source=song,
        sha256="",
        out_dir=folder,
        encoding=Encoding.WAV_FLOAT32,
        options=Options(**options),  # type: ignore[arg-type]  # fields of the options
    )
    return runner.run(request, lambda *_: None, lambda: None)


def bytes_of(output: SeparationOutput) -> list[bytes]:
    return [stem.path.read_bytes() for stem in output.stems]


def tones(rate: int, seconds: float) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """Music-like sound that every rate here can hold: a few tones below 4 kHz."""
    time = np.arange(int(rate * seconds)) / rate
    left = sum(np.sin(2 * np.pi * pitch * time) for pitch in (110.0, 441.0, 1234.5, 3456.7)) / 8
    return np.stack((left, 0.5 * left)).astype(np.float32)


@pytest.mark.parametrize("rate", [11025, 48000, 96000])
def test_stems_line_up_with_a_source_of_any_rate(runner: Runner, tmp_path: Path, rate: int) -> None:
    mix = tones(rate, 1.5)
    output = run(runner, write_wav(tmp_path / "song.wav", mix, rate), tmp_path / "job", "spleeter-2stems")
    stems = [read_audio(stem.path) for stem in output.stems]
    assert {stem.sample_rate_hz for stem in output.stems} == {rate}
    assert {stem.shape for stem in stems} == {mix.shape}
    middle = slice(rate // 10, -rate // 10)  # a tone that begins at once is no band-limited sound
    assert np.abs(sum(stems) - mix)[:, middle].max() < 1e-4
    for stem, samples in zip(output.stems, stems, strict=True):
        assert stem.peak == pytest.approx(np.abs(samples).max(), abs=1e-6)


@pytest.mark.parametrize("rate", [RATE, 48000])
def test_any_size_of_decoded_blocks_gives_the_same_bytes(
    runner: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rate: int
) -> None:
    """A network hears a track normalised by its mean and deviation, so these may not depend on blocks either."""
    song = write_wav(tmp_path / "song.wav", noise(2 * RATE + 1) + np.float32(0.05), rate)
    usual = bytes_of(run(runner, song, tmp_path / "usual"))
    for frames in (61, 4097, 2**20):
        monkeypatch.setattr("services.mesh.audio.decode._BLOCK_FRAMES", frames)
        assert bytes_of(run(runner, song, tmp_path / str(frames))) == usual


@pytest.mark.parametrize(("rate", "expected"), [(22050, 22050), (48000, 48000), (44100, 44100)])
def test_a_rate_that_is_asked_for(runner: Runner, tmp_path: Path, rate: int, expected: int) -> None:
    song = write_wav(tmp_path / "song.wav", noise(RATE), RATE)
    output = run(runner, song, tmp_path / "job", sample_rate_hz=rate)
    assert {(stem.sample_rate_hz, stem.sample_count) for stem in output.stems} == {(rate, expected)}
    again = run(runner, song, tmp_path / "again", sample_rate_hz=rate)
    assert bytes_of(again) == bytes_of(output)


@pytest.mark.parametrize("overlap", [0.0, 0.1, 0.5, 0.75])
def test_overlap_is_that_of_the_reference(tmp_path: Path, overlap: float) -> None:
    network, mix = tiny_htdemucs(1), noise(30_000)
    model = Demucs(tuple(FOUR), [network], (), Processor(torch.device("cpu"))).configured(None, overlap, 1)
    np.testing.assert_allclose(
        separated(model, mix, FOUR, tmp_path), reference(network, mix, overlap=overlap), atol=PARITY, rtol=0
    )


def test_shorter_segments_are_those_of_the_reference(tmp_path: Path) -> None:
    network, mix = tiny_htdemucs(1), noise(30_000)
    whole = Demucs(tuple(FOUR), [network], (), Processor(torch.device("cpu")))
    short = separated(whole.configured(0.2, None, 1), mix, FOUR, tmp_path)
    own = separated(whole, mix, FOUR, tmp_path)  # one view of the networks leaves the other alone
    np.testing.assert_allclose(own, reference(network, mix), atol=PARITY, rtol=0)
    network.segment = Fraction(1, 5)
    np.testing.assert_allclose(short, reference(network, mix), atol=PARITY, rtol=0)
    assert np.abs(short - own).max() > 100 * PARITY


def reference(network: Any, mix: FloatArray, overlap: float = 0.25) -> Any:
    track = torch.from_numpy(mix)
    mono = track.mean(0)
    deviation = mono.std() + 1e-8
    normalised = ((track - mono.mean()) / deviation)[None]
    estimate = apply_model(network, normalised, shifts=0, overlap=overlap)[0]
    return (estimate * deviation + mono.mean()).numpy()


@given(length=st.integers(1, 30_000), shifts=st.integers(1, 3), seed=st.integers(0, 9))
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_grid_covers_the_track(length: int, shifts: int, seed: int, tmp_path: Path) -> None:
    mix = noise(length, seed=length)
    model = Shifted(Scaler(("once", "twice"), 5000, 3700), shifts, seed)
    stems = separated(model, mix, model.stems, tmp_path)
    np.testing.assert_allclose(stems, np.stack((mix, 2 * mix)), rtol=1e-5, atol=1e-7)


def test_the_seed_makes_the_grids(runner: Runner, tmp_path: Path) -> None:
    song = write_wav(tmp_path / "song.wav", noise(RATE))
    runs = {
        name: bytes_of(run(runner, song, tmp_path / name, shifts=shifts, seed=seed))
        for name, shifts, seed in (("none", 0, 0), ("one", 2, 1), ("same", 2, 1), ("other", 2, 5))
    }
    assert runs["one"] == runs["same"]
    assert runs["one"] != runs["none"]
    assert runs["one"] != runs["other"]


def test_a_shifted_network_estimates_the_same_song(runner: Runner, tmp_path: Path) -> None:
    mix = tones(RATE, 12.5)
    song = write_wav(tmp_path / "song.wav", mix)
    plain, shifted = (
        [
            read_audio(stem.path)
            for stem in run(runner, song, tmp_path / str(shifts), "spleeter-2stems", shifts=shifts).stems
        ]
        for shifts in (0, 2)
    )
    assert np.abs(sum(shifted) - mix).max() < 1e-4
    for before, after in zip(plain, shifted, strict=True):
        assert np.sqrt(np.square(before - after).mean()) < 0.2 * np.sqrt(np.square(mix).mean())


@pytest.mark.parametrize("rate", [44100, 48000])
def test_a_preview_is_the_part_as_a_track_of_its_own(runner: Runner, tmp_path: Path, rate: int) -> None:
    mix = noise(3 * rate)
    whole = write_wav(tmp_path / "whole.wav", mix, rate)
    part = write_wav(tmp_path / "part.wav", mix[:, rate // 2 : 2 * rate], rate)
    preview = run(runner, whole, tmp_path / "preview", part=Part(0.5, 1.5))
    assert bytes_of(preview) == bytes_of(run(runner, part, tmp_path / "part"))


def test_a_preview_ends_with_the_track_and_does_not_begin_after_it(runner: Runner, tmp_path: Path) -> None:
    song = write_wav(tmp_path / "song.wav", noise(RATE))
    output = run(runner, song, tmp_path / "end", part=Part(0.75, 9.0))
    assert {stem.sample_count for stem in output.stems} == {RATE - round(0.75 * RATE)}
    with pytest.raises(AudioEmpty):
        run(runner, song, tmp_path / "beyond", part=Part(2.0, 1.0))
