"""Audio files made for tests: plain wav by hand, everything else by ffmpeg."""

import struct
import subprocess
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from services.mesh.audio.ffmpeg import ffmpeg_path

FFMPEG = ffmpeg_path()


def tone(seconds: float = 1.0, *, rate: int = 44100, channels: int = 2, level: float = 0.5) -> NDArray[np.float32]:
    """A sine of 440 Hz, shape (frames, channels)."""
    wave = level * np.sin(2 * np.pi * 440 * np.arange(round(seconds * rate)) / rate)
    return np.repeat(wave[:, None], channels, axis=1).astype(np.float32)


def wav(frames: NDArray[np.float32], *, rate: int = 44100, bits: int = 16, claimed_bytes: int | None = None) -> bytes:
    """A wav file; bits 32 = float. `claimed_bytes` is what the header says of the data, where that is a lie."""
    if bits == 32:
        data = frames.astype("<f4").tobytes()
    else:
        scaled = np.round(frames.astype(np.float64) * (2 ** (bits - 1) - 1)).astype("<i4")
        data = scaled.view(np.uint8).reshape(*frames.shape, 4)[..., : bits // 8].tobytes()
    channels = frames.shape[1]
    frame_bytes = channels * bits // 8
    form = struct.pack("<HHIIHH", 3 if bits == 32 else 1, channels, rate, rate * frame_bytes, frame_bytes, bits)
    size = len(data) if claimed_bytes is None else claimed_bytes
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", size) + data
    return b"RIFF" + struct.pack("<I", min(len(body), 2**32 - 1)) + body


def encoded(tmp_path: Path, suffix: str, *options: str, seconds: float = 2.0, video: bool = False) -> bytes:
    """A file that ffmpeg makes of a tone, of the kind that `suffix` and `options` say."""
    source, target = tmp_path / "source.wav", tmp_path / f"encoded{suffix}"
    source.write_bytes(wav(tone(seconds)))
    picture = ["-f", "lavfi", "-i", f"testsrc=size=64x48:rate=10:duration={seconds}"] if video else []
    argv = [FFMPEG, "-v", "error", "-y", "-i", str(source), *picture, *options, str(target)]
    subprocess.run(argv, check=True)
    return target.read_bytes()


def tagged(tmp_path: Path, suffix: str, cover: bytes | None = None, **tags: str) -> bytes:
    """A file with tags and, if given, a cover image."""
    options = [part for key, value in tags.items() for part in ("-metadata", f"{key}={value}")]
    if cover is not None:
        image = tmp_path / "cover"
        image.write_bytes(cover)
        disposition = ["-c:v", "copy", "-disposition:v", "attached_pic"]
        return encoded(tmp_path, suffix, "-i", str(image), "-map", "0:a", "-map", "1:v", *disposition, *options)
    return encoded(tmp_path, suffix, *options)


def jpeg(tmp_path: Path) -> bytes:
    """A small picture."""
    target = tmp_path / "red.jpg"
    argv = [FFMPEG, "-v", "error", "-y", "-f", "lavfi", "-i", "color=red:size=32x32", "-frames:v", "1", str(target)]
    subprocess.run(argv, check=True)
    return target.read_bytes()
