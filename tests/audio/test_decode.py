"""Decoding to stereo at a model's rate: layouts, rates, formats, and files that are no audio."""

import random
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from services.mesh.audio import au
from services.mesh.audio.decode import open_stereo
from services.mesh.audio.ffmpeg import ChildLimits, command, ffmpeg_path, quick_command
from services.mesh.errors import AudioEmpty, AudioNotFinite, AudioUndecodable
from services.processing.adapters.decode import decode
from services.processing.adapters.samples import SampleFile
from services.processing.ports import FloatArray
from tests.audio.conftest import RATE, mutants, noise, write_wav

FFMPEG = ffmpeg_path()
SMALL_PACKETS = ["mp3", "flac", "ogg", "m4a", "opus"]


@pytest.fixture
def decoded(tmp_path: Path) -> Callable[[Path], FloatArray]:
    def decoded(path: Path) -> FloatArray:
        with SampleFile(tmp_path / "decoded.f32") as file:
            decode(path, RATE, file, lambda: None, ffmpeg=FFMPEG)
            return file.read(0, file.length)

    return decoded


def sine(frequency: float, rate: int, seconds: float = 1.0, level: float = 0.5) -> FloatArray:
    wave = level * np.sin(2 * np.pi * frequency * np.arange(int(rate * seconds)) / rate)
    return np.stack((wave, -wave)).astype(np.float32)


def test_float_stereo_at_the_same_rate_is_exact(tmp_path: Path, decoded: Callable[[Path], FloatArray]) -> None:
    mix = noise(100_001, level=0.6)  # peaks beyond full scale, which float may have
    np.testing.assert_array_equal(decoded(write_wav(tmp_path / "mix.wav", mix)), mix)


def test_24_bits_are_exact(tmp_path: Path, decoded: Callable[[Path], FloatArray]) -> None:
    integers = np.random.default_rng(0).integers(-(2**23), 2**23, (2, 5000), dtype=np.int32)
    soundfile.write(tmp_path / "mix.wav", (integers << 8).T, RATE, "PCM_24")
    np.testing.assert_array_equal(decoded(tmp_path / "mix.wav"), (integers / 2**23).astype(np.float32))


def test_mono_becomes_two_equal_channels_of_the_same_level(
    tmp_path: Path, decoded: Callable[[Path], FloatArray]
) -> None:
    mono = noise(5000)[:1]
    np.testing.assert_array_equal(decoded(write_wav(tmp_path / "mono.wav", mono)), np.repeat(mono, 2, axis=0))


def test_surround_is_mixed_down_with_every_channel(tmp_path: Path, decoded: Callable[[Path], FloatArray]) -> None:
    for channel, expected in ((0, (1, 0)), (1, (0, 1)), (2, (0.707, 0.707)), (4, (0.707, 0)), (5, (0, 0.707))):
        surround = np.zeros((6, 5000), np.float32)  # left, right, centre, low frequencies, two rear channels
        surround[channel] = 0.5
        stereo = decoded(write_wav(tmp_path / "surround.wav", surround))
        np.testing.assert_allclose(stereo[:, 2500], np.multiply(expected, 0.5), atol=1e-3)


@pytest.mark.parametrize("rate", [8000, 22050, 48000, 96000, 192_000])
def test_other_rates_are_resampled(tmp_path: Path, decoded: Callable[[Path], FloatArray], rate: int) -> None:
    stereo = decoded(write_wav(tmp_path / "sine.wav", sine(1000, rate), rate))
    assert stereo.shape == (2, RATE)
    middle = slice(RATE // 4, 3 * RATE // 4)
    assert np.abs(stereo - sine(1000, RATE))[:, middle].max() < 1e-4


@pytest.mark.parametrize("rate", [8000, 44100, 192_000])
def test_one_sample_is_audio(tmp_path: Path, decoded: Callable[[Path], FloatArray], rate: int) -> None:
    stereo = decoded(write_wav(tmp_path / "click.wav", np.full((2, 1), 0.5, np.float32), rate))
    assert stereo.shape[1] >= 1
    assert np.isfinite(stereo).all()


@pytest.mark.parametrize("suffix", [".flac", ".mp3", ".ogg", ".opus", ".m4a", ".aiff", ".webm", ".mkv"])
def test_formats(tmp_path: Path, decoded: Callable[[Path], FloatArray], suffix: str) -> None:
    wav = write_wav(tmp_path / "sine.wav", sine(1000, 48000, seconds=2), 48000)
    song = tmp_path / f"näme with spaces{suffix}"
    subprocess.run([FFMPEG, "-v", "error", "-i", wav, "-b:a", "256k", song], check=True)
    stereo = decoded(song)
    assert stereo.shape[1] == pytest.approx(2 * RATE, abs=5000)  # AAC and Opus pad
    assert np.sqrt((stereo[:, RATE // 2 : RATE] ** 2).mean()) == pytest.approx(0.5 / np.sqrt(2), rel=0.05)


def plainly(path: Path) -> FloatArray:
    """Both channels of what ffmpeg's ordinary way makes of a stereo file."""
    run = subprocess.run(command(FFMPEG, path, au.output(), ChildLimits()), capture_output=True, check=True)
    header = au.header(run.stdout[: au.FIXED_BYTES])
    assert header.channel_count == 2
    return np.frombuffer(run.stdout[header.size :], au.SAMPLE).astype(np.float32).reshape(-1, 2).T


@pytest.fixture(scope="module")
def songs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Twenty seconds, in formats whose packets are small."""
    folder = tmp_path_factory.mktemp("songs")
    wav = write_wav(folder / "noise.wav", noise(20 * RATE))
    found = {}
    for suffix in SMALL_PACKETS:
        options = ("-movflags", "+faststart") if suffix == "m4a" else ()
        song = folder / f"song.{suffix}"
        subprocess.run([FFMPEG, "-v", "error", "-i", wav, *options, song], check=True)
        found[suffix] = song.read_bytes()
    return found


def quick_is_enough(path: Path) -> bool:
    with path.open("rb") as file:
        run = subprocess.run(
            quick_command(FFMPEG, au.output(), ChildLimits()), stdin=file, capture_output=True, check=False
        )
    return run.returncode == 0 and not run.stderr


def blocks_of_stream(path: Path) -> list[FloatArray]:
    with open_stereo(path, ffmpeg=FFMPEG) as stream:
        return list(stream.blocks())


@pytest.mark.parametrize("suffix", SMALL_PACKETS)
def test_the_quick_way_gives_the_same_samples(tmp_path: Path, songs: dict[str, bytes], suffix: str) -> None:
    (tmp_path / "song").write_bytes(songs[suffix])
    assert quick_is_enough(tmp_path / "song")
    np.testing.assert_array_equal(np.hstack(blocks_of_stream(tmp_path / "song")), plainly(tmp_path / "song"))


def test_what_the_quick_way_stumbles_over_is_read_by_the_other(
    tmp_path: Path, songs: dict[str, bytes], decoded: Callable[[Path], FloatArray]
) -> None:
    slower = tmp_path / "slower.mp3"
    slow = write_wav(tmp_path / "slow.wav", noise(3 * 22050), 22050)
    subprocess.run([FFMPEG, "-v", "error", "-i", slow, slower], check=True)
    both = tmp_path / "both.mp3"  # as a recorder of streams makes them
    both.write_bytes(songs["mp3"] + slower.read_bytes())
    assert not quick_is_enough(both)
    expected = plainly(both)
    assert expected.shape[1] > 22 * RATE
    blocks = blocks_of_stream(both)
    np.testing.assert_array_equal(np.hstack(blocks), expected)
    assert len({block.shape for block in blocks[:-1]}) == 1
    np.testing.assert_array_equal(decoded(both), expected)


@pytest.mark.parametrize("seed", range(20))
def test_damage_gives_the_same_samples_either_way(tmp_path: Path, songs: dict[str, bytes], seed: int) -> None:
    whole = songs[("mp3", "flac", "ogg", "m4a")[seed % 4]]
    third = len(whole) // 3  # so that blocks were handed on before anything is found
    (damaged,) = mutants(whole[third:], 1, random.Random(seed))
    song = tmp_path / "song"
    song.write_bytes(whole[:third] + damaged)
    try:
        expected = plainly(song)
    except subprocess.CalledProcessError:
        with pytest.raises(AudioUndecodable):
            blocks_of_stream(song)
    else:
        np.testing.assert_array_equal(np.hstack(blocks_of_stream(song)), expected)


def test_an_ffmpeg_that_does_not_know_the_quick_way_decodes_all_the_same(tmp_path: Path) -> None:
    old = tmp_path / "ffmpeg"
    old.write_text(f'#!/bin/sh\ncase "$*" in *amovie*) echo "No such filter" >&2; exit 1;; esac\nexec {FFMPEG} "$@"\n')
    old.chmod(0o755)
    mix = noise(RATE)
    with open_stereo(write_wav(tmp_path / "mix.wav", mix), ffmpeg=str(old)) as stream:
        np.testing.assert_array_equal(np.hstack(list(stream.blocks())), mix)


def test_a_file_that_is_gone_is_told(tmp_path: Path, decoded: Callable[[Path], FloatArray]) -> None:
    with pytest.raises(AudioUndecodable, match="cannot be opened"):
        decoded(tmp_path / "gone.mp3")


def test_a_name_is_never_a_protocol(
    tmp_path: Path, decoded: Callable[[Path], FloatArray], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_wav(tmp_path / "concat:a|b.wav", noise(100))
    assert decoded(Path("concat:a|b.wav")).shape == (2, 100)


def test_a_playlist_cannot_reach_other_files(tmp_path: Path, decoded: Callable[[Path], FloatArray]) -> None:
    playlist = tmp_path / "list.mp3"
    playlist.write_text("#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n")
    with pytest.raises(AudioUndecodable):
        decoded(playlist)


@pytest.mark.parametrize("content", [b"", b"hello\n" * 1000, b"RIFF\x00\x00\x00\x00WAVE"])
def test_what_is_no_audio_is_refused(tmp_path: Path, decoded: Callable[[Path], FloatArray], content: bytes) -> None:
    (tmp_path / "song.mp3").write_bytes(content)
    with pytest.raises((AudioUndecodable, AudioEmpty)):
        decoded(tmp_path / "song.mp3")


def test_audio_without_samples_is_empty(tmp_path: Path, decoded: Callable[[Path], FloatArray]) -> None:
    with pytest.raises((AudioEmpty, AudioUndecodable)):
        decoded(write_wav(tmp_path / "none.wav", np.zeros((2, 0), np.float32)))


def test_samples_that_are_no_numbers_are_refused(tmp_path: Path, decoded: Callable[[Path], FloatArray]) -> None:
    mix = noise(3 * RATE)
    mix[1, 2 * RATE] = np.nan
    with pytest.raises(AudioNotFinite) as refused:
        decoded(write_wav(tmp_path / "nan.wav", mix))
    assert float(refused.value.metadata["first_bad_second"]) == pytest.approx(2.0, abs=0.001)


def test_statistics_are_those_of_the_whole_track(tmp_path: Path, sample_file: SampleFile) -> None:
    mix = noise(100_000) + np.float32(0.1)
    decode(write_wav(tmp_path / "mix.wav", mix), RATE, sample_file, lambda: None, ffmpeg=FFMPEG)
    mono = mix.astype(np.float64).mean(axis=0)
    assert sample_file.mono_mean == pytest.approx(mono.mean(), rel=1e-6)
    assert sample_file.mono_std == pytest.approx(mono.std(ddof=1), rel=1e-6)
    assert sample_file.peak == np.abs(mix).max()


@settings(deadline=None, max_examples=50)
@given(st.lists(st.integers(1, 40_000), min_size=1, max_size=10))
def test_statistics_do_not_depend_on_blocks(cuts: list[int]) -> None:
    mix = noise(sum(cuts)) + np.float32(0.1)
    found = []
    for blocks in ([mix], np.split(mix, np.cumsum(cuts)[:-1], axis=1)):
        with tempfile.TemporaryDirectory() as folder, SampleFile(Path(folder, "mix")) as file:
            for block in blocks:
                file.append(block)
            found.append(file.statistics)
    assert found[0] == found[1]


def test_reading_outside_the_track_gives_zeros(sample_file: SampleFile) -> None:
    mix = noise(10)
    sample_file.append(mix[:, :4])
    sample_file.append(mix[:, 4:])
    np.testing.assert_array_equal(sample_file.read(-3, 13), np.pad(mix, ((0, 0), (3, 3))))
    np.testing.assert_array_equal(sample_file.read(2, 7), mix[:, 2:7])
    assert not sample_file.read(20, 25).any()
