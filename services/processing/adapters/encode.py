"""Writes finished stems: WAVE and FLAC here, lossy files by ffmpeg."""

import contextlib
import errno
import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from services.mesh.audio.waveform import Waveform
from services.mesh.errors import StorageFull
from services.processing.adapters import wav
from services.processing.adapters.samples import storage_error
from services.processing.domain import Encoding
from services.processing.ports import FloatArray

# What ffmpeg writes, by the codec's name. Without the flag, Ogg files would get a random serial number.
_FFMPEG_OUTPUT: Mapping[str, tuple[str, ...]] = {
    "mp3": ("-c:a", "libmp3lame", "-b:a", "320k", "-f", "mp3"),
    "aac": ("-c:a", "aac", "-b:a", "256k", "-movflags", "+faststart", "-f", "ipod"),
    "vorbis": ("-c:a", "libvorbis", "-q:a", "8", "-f", "ogg"),
    "opus": ("-c:a", "libopus", "-b:a", "192k", "-f", "opus"),
}
_REPEATABLE = ("-fflags", "+bitexact")
_CHANNELS = 2
_PROBE_BYTES = 1 << 20
LEAST_WALL_SECONDS = 120.0
"""What ffmpeg may take for a file, beside the time that it takes to play: it is many times as fast, so it hangs then."""


@dataclass(frozen=True)
class Format:
    """What an encoding is. `bits` is 0 for lossy codecs, 32 means float."""

    codec: str
    bits: int
    suffix: str
    media_type: str

    @property
    def clips(self) -> bool:
        """Whether samples beyond full scale cannot be written."""
        return self.bits != 32  # noqa: PLR2004 - float


FORMATS: Mapping[Encoding, Format] = {
    Encoding.WAV_PCM16: Format("pcm_s16le", 16, ".wav", "audio/wav"),
    Encoding.WAV_PCM24: Format("pcm_s24le", 24, ".wav", "audio/wav"),
    Encoding.WAV_FLOAT32: Format("pcm_f32le", 32, ".wav", "audio/wav"),
    Encoding.FLAC_PCM16: Format("flac", 16, ".flac", "audio/flac"),
    Encoding.FLAC_PCM24: Format("flac", 24, ".flac", "audio/flac"),
    Encoding.MP3: Format("mp3", 0, ".mp3", "audio/mpeg"),
    Encoding.M4A_AAC: Format("aac", 0, ".m4a", "audio/mp4"),
    Encoding.OGG_VORBIS: Format("vorbis", 0, ".ogg", "audio/ogg"),
    Encoding.OGG_OPUS: Format("opus", 0, ".opus", "audio/ogg"),
}


def joint_gain(peaks: Iterator[float], output: Format) -> float:
    """Returns the factor that keeps the loudest stem within full scale.

    All stems get the same factor, so that they still add up to the mix, only quieter. Scaling or clipping each stem by
    itself would change their balance. It is 1.0 for float files and whenever nothing clips.
    """
    peak = max(peaks, default=0.0)
    return 1.0 / peak if output.clips and peak > 1.0 else 1.0


def encode(
    path: Path, encoding: Encoding, *, sample_rate: int, frames: int, blocks: Iterator[FloatArray], ffmpeg: str
) -> None:
    """Writes one file from blocks of shape (2, n), `frames` samples in all; `ffmpeg` writes lossy ones. Raises StorageFull.

    An iterator that raises leaves an incomplete file, which the caller's folder takes with it.
    """
    output = FORMATS[encoding]
    try:
        if output.codec == "flac":
            _encode_flac(path, output.bits, sample_rate, blocks)
        elif output.codec in _FFMPEG_OUTPUT:
            _encode_lossy(path, output.codec, sample_rate, frames, blocks, ffmpeg)
        else:
            with path.open("wb") as file:
                file.write(wav.header(sample_rate=sample_rate, channels=_CHANNELS, bits=output.bits, frames=frames))
                for block in blocks:
                    file.write(wav.data(block, output.bits))
    except OSError as error:
        raise storage_error(error) from error


def write_outline(path: Path, waveform: Waveform) -> None:
    """Writes the outline of a stem. Raises StorageFull."""
    try:
        path.write_bytes(waveform.to_bytes())
    except OSError as error:
        raise storage_error(error) from error


def _encode_flac(path: Path, bits: int, sample_rate: int, blocks: Iterator[FloatArray]) -> None:
    subtype = f"PCM_{bits}"
    try:
        with soundfile.SoundFile(path, "w", sample_rate, _CHANNELS, subtype, format="FLAC") as file:
            for block in blocks:
                # libsndfile takes the highest bits of a 32-bit integer as the sample.
                file.write(np.ascontiguousarray(wav.quantized(block, bits).T) << (32 - bits))
    except soundfile.LibsndfileError:
        with path.open("ab") as file:
            file.write(
                bytes(_PROBE_BYTES)
            )  # libsndfile does not say why a write failed; this one does, if it fails too
        raise


def _encode_lossy(  # noqa: PLR0917 - all that `encode` knows
    path: Path, codec: str, sample_rate: int, frames: int, blocks: Iterator[FloatArray], ffmpeg: str
) -> None:
    command = [
        *(ffmpeg, "-hide_banner", "-v", "error", "-y", "-protocol_whitelist", "file,pipe"),
        *("-f", "f32le", "-ar", str(sample_rate), "-ac", str(_CHANNELS), "-i", "pipe:0"),
        *(*_REPEATABLE, *_FFMPEG_OUTPUT[codec], f"file:{path}"),
    ]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        seconds = LEAST_WALL_SECONDS + frames / sample_rate
        deadline = threading.Timer(seconds, process.kill)
        deadline.start()
        try:
            try:
                for block in blocks:
                    process.stdin.write(block.T.astype("<f4").tobytes())
                process.stdin.close()
            except BrokenPipeError:
                # Its exit status says what happened. What is left in the pipe's buffer cannot be flushed, now or on the way out.
                with contextlib.suppress(BrokenPipeError):
                    process.stdin.close()
            message = process.stderr.read().decode(errors="replace")
            status = process.wait()
        except BaseException:
            process.kill()
            raise
        finally:
            deadline.cancel()
        if status == -signal.SIGKILL:
            raise RuntimeError(f"ffmpeg wrote no {codec} within {seconds:.0f} s")
        if status != 0:
            if os.strerror(errno.ENOSPC) in message:
                raise StorageFull
            raise RuntimeError(f"ffmpeg failed to write {codec}: {message}")
