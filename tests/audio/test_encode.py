"""Writing stems."""

import io
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from services.mesh.audio.ffmpeg import ffmpeg_path
from services.mesh.errors import StorageFull
from services.processing.adapters import encode as encode_module
from services.processing.adapters import wav
from services.processing.adapters.encode import FORMATS, encode, joint_gain
from services.processing.domain import Encoding, stem_rate
from services.processing.ports import FloatArray
from tests.audio.conftest import RATE, noise, read_audio

FFMPEG = ffmpeg_path()


def write(path: Path, encoding: Encoding, samples: FloatArray, rate: int = 0) -> Path:
    rate = rate or stem_rate(encoding, RATE)
    blocks = (samples[:, start : start + 1000] for start in range(0, samples.shape[1], 1000))
    encode(path, encoding, sample_rate=rate, frames=samples.shape[1], blocks=blocks, ffmpeg=FFMPEG)
    return path


@pytest.mark.parametrize("length", [1, 999, 12_345])
@pytest.mark.parametrize("encoding", [encoding for encoding in Encoding if FORMATS[encoding].bits])
def test_what_is_written_is_what_is_read(tmp_path: Path, encoding: Encoding, length: int) -> None:
    output = FORMATS[encoding]
    mix = noise(length)
    path = write(tmp_path / f"stem{output.suffix}", encoding, mix)
    info = soundfile.info(path)
    assert (info.samplerate, info.channels, info.frames) == (RATE, 2, length)
    assert info.subtype == ("FLOAT" if output.bits == 32 else f"PCM_{output.bits}")
    step = 0.0 if output.bits == 32 else 2.0 ** (1 - output.bits)
    assert np.abs(read_audio(path) - mix).max() <= step / 2


def test_full_scale_does_not_wrap_around(tmp_path: Path) -> None:
    mix = np.array([[1.0, -1.0, 0.99999], [1.0, -1.0, -0.99999]], np.float32)
    for encoding in (Encoding.WAV_PCM16, Encoding.FLAC_PCM24):
        path = write(tmp_path / "stem", encoding, mix)
        assert np.abs(read_audio(path) - mix).max() < 1e-4


@pytest.mark.parametrize("encoding", list(Encoding))
def test_the_same_samples_give_the_same_bytes(tmp_path: Path, encoding: Encoding) -> None:
    mix = noise(5000)
    assert write(tmp_path / "a", encoding, mix).read_bytes() == write(tmp_path / "b", encoding, mix).read_bytes()


LOSSY = [encoding for encoding in Encoding if not FORMATS[encoding].bits]


@pytest.mark.parametrize(
    ("encoding", "codec", "kilobits"),
    [
        (Encoding.MP3, "mp3", 320),
        (Encoding.M4A_AAC, "aac", 256),
        (Encoding.OGG_VORBIS, "vorbis", 256),
        (Encoding.OGG_OPUS, "opus", 192),
    ],
)
def test_a_lossy_file_has_its_codec_and_bitrate(tmp_path: Path, encoding: Encoding, codec: str, kilobits: int) -> None:
    path = write(tmp_path / f"stem{FORMATS[encoding].suffix}", encoding, noise(10 * 48_000), rate=48_000)
    assert path.stat().st_size == pytest.approx(10 * kilobits * 1000 / 8, rel=0.2)
    told = subprocess.run([FFMPEG, "-hide_banner", "-i", str(path)], capture_output=True, text=True, check=False).stderr
    assert f"Audio: {codec}" in told


@pytest.mark.parametrize("encoding", LOSSY)
def test_a_lossy_file_is_as_long_as_the_stem_at_every_rate_it_knows(tmp_path: Path, encoding: Encoding) -> None:
    for asked in (8_000, 16_000, 44_100, 48_000, 96_000):
        rate = stem_rate(encoding, asked)
        frames = rate + 123
        path = write(tmp_path / f"stem{FORMATS[encoding].suffix}", encoding, noise(frames), rate=rate)
        command = [FFMPEG, "-v", "error", "-i", str(path), "-ar", str(rate), "-f", "f32le", "-"]
        decoded = np.frombuffer(subprocess.run(command, capture_output=True, check=True).stdout, "<f4")
        assert decoded.size // 2 == frames


def test_files_over_4_gib_are_rf64() -> None:
    frames = 1 << 30
    start = io.BytesIO(wav.header(sample_rate=RATE, channels=2, bits=16, frames=frames) + bytes(1 << 16))
    with soundfile.SoundFile(start) as file:
        assert file.format == "RF64"
    small = wav.header(sample_rate=RATE, channels=2, bits=16, frames=frames // 2)
    assert small[:4] == b"RIFF"


def test_the_gain_is_joint_and_only_where_it_is_needed() -> None:
    loud = [0.5, 1.25, 0.9]
    assert joint_gain(iter(loud), FORMATS[Encoding.WAV_PCM16]) == 1 / 1.25
    assert joint_gain(iter(loud), FORMATS[Encoding.MP3]) == 1 / 1.25
    assert joint_gain(iter(loud), FORMATS[Encoding.WAV_FLOAT32]) == 1.0
    assert joint_gain(iter([0.5, 1.0]), FORMATS[Encoding.FLAC_PCM16]) == 1.0
    assert joint_gain(iter([]), FORMATS[Encoding.FLAC_PCM16]) == 1.0


@pytest.mark.parametrize("encoding", list(Encoding))
def test_a_full_disk_is_a_typed_error(encoding: Encoding) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    with pytest.raises(StorageFull):
        write(Path("/dev/full"), encoding, noise(1_000_000))


@pytest.mark.parametrize("encoding", list(Encoding))
def test_stopping_in_the_middle_passes_through(tmp_path: Path, encoding: Encoding) -> None:
    def blocks() -> Iterator[FloatArray]:
        yield noise(1000)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        encode(
            tmp_path / "stem",
            encoding,
            sample_rate=stem_rate(encoding, RATE),
            frames=2000,
            blocks=blocks(),
            ffmpeg=FFMPEG,
        )


@pytest.mark.parametrize("takes_samples", [True, False])
def test_an_encoder_that_hangs_is_ended(tmp_path: Path, takes_samples: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "ffmpeg"
    program.write_text(f"#!/bin/sh\n{'cat > /dev/null' if takes_samples else ':'}\nexec sleep 60\n")
    program.chmod(0o755)
    monkeypatch.setattr(encode_module, "LEAST_WALL_SECONDS", 0.3)
    blocks = iter([noise(RATE)])  # more than a pipe holds
    started = time.monotonic()
    with pytest.raises(RuntimeError, match="within"):
        encode(tmp_path / "a.mp3", Encoding.MP3, sample_rate=RATE, frames=1, blocks=blocks, ffmpeg=str(program))
    assert time.monotonic() - started < 10
