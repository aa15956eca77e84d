"""Decodes any audio file to stereo at a model's sample rate, into a scratch file, in constant memory."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import soxr

from services.mesh.audio.ffmpeg import ffmpeg_path
from services.mesh.errors import AudioEmpty, AudioNotFinite, AudioUndecodable
from services.processing.adapters.samples import SampleFile
from services.processing.ports import FloatArray

_BLOCK_FRAMES = 1 << 16
_SAMPLE_BYTES = 4
_HEADER_BYTES = 24  # an AU header: magic, data offset, data size, encoding, sample rate, channels; big-endian
_STEREO = 2


def decode(source: Path, sample_rate: int, into: SampleFile, on_block: Callable[[], None]) -> None:
    """Appends a file's first audio stream to `into`: mono is doubled, more than two channels are mixed down.

    Args:
        source: the file, in any format that ffmpeg reads.
        sample_rate: what `into` is to hold, in hertz.
        into: an empty sample file.
        on_block: called now and then; may raise to stop.

    Raises:
        AudioUndecodable: ffmpeg finds no audio in the file.
        AudioEmpty: the audio has no samples.
        AudioNotFinite: a sample is NaN or infinite.
        StorageFull: the scratch disk is full.
    """
    channels = _channels(source)
    # ffmpeg's downmix to stereo halves the power of mono, which nobody means, so only real downmixes are left to it.
    with _ffmpeg(source, () if channels <= _STEREO else ("-ac", str(_STEREO))) as stream:
        resampler = None
        if stream.sample_rate != sample_rate:
            resampler = soxr.ResampleStream(stream.sample_rate, sample_rate, _STEREO, dtype="float32", quality="VHQ")
        frames = 0
        first: FloatArray | None = None
        for block in stream.blocks():
            on_block()
            if not np.isfinite(block).all():
                bad = int(np.argmin(np.isfinite(block).all(axis=0)))
                raise AudioNotFinite(first_bad_second=(frames + bad) / stream.sample_rate)
            frames += block.shape[1]
            first = block[:, :1] if first is None else first
            into.append(block if resampler is None else resampler.resample_chunk(block.T).T)
        if first is None:
            raise AudioEmpty
        if resampler is not None:
            into.append(resampler.resample_chunk(np.zeros((0, _STEREO), np.float32), last=True).T)
        if into.length == 0:
            into.append(first)  # less than one sample at the lower rate, but not nothing


def _channels(source: Path) -> int:
    with _ffmpeg(source, ()) as stream:
        return stream.channels


@dataclass(frozen=True)
class _Stream:
    """Decoded audio as ffmpeg writes it."""

    pipe: BinaryIO
    sample_rate: int
    channels: int

    def blocks(self) -> Iterator[FloatArray]:
        """Yields stereo blocks, shape (2, n)."""
        size = _BLOCK_FRAMES * self.channels * _SAMPLE_BYTES
        while content := self.pipe.read(size):
            whole = len(content) - len(content) % (self.channels * _SAMPLE_BYTES)
            frames = np.frombuffer(content[:whole], ">f4").reshape(-1, self.channels).astype(np.float32)
            yield np.repeat(frames, _STEREO, axis=1).T if self.channels == 1 else frames.T


@contextmanager
def _ffmpeg(source: Path, options: tuple[str, ...]) -> Iterator[_Stream]:
    """Runs ffmpeg and yields its output; raises AudioUndecodable when it has none."""
    command = [
        *(ffmpeg_path(), "-hide_banner", "-nostdin", "-v", "error", "-protocol_whitelist", "file,pipe"),
        *("-i", f"file:{source}", "-map", "0:a:0", *options, "-c:a", "pcm_f32be", "-f", "au", "pipe:1"),
    ]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            header = process.stdout.read(_HEADER_BYTES)
            if len(header) < _HEADER_BYTES:
                detail = process.stderr.read().decode(errors="replace").strip().splitlines()
                raise AudioUndecodable(detail[-1] if detail else "no audio stream")
            offset, _, _, rate, channels = (int.from_bytes(header[at : at + 4], "big") for at in range(4, 24, 4))
            process.stdout.read(offset - _HEADER_BYTES)
            yield _Stream(process.stdout, rate, channels)  # type: ignore[arg-type]
        finally:
            process.kill()
