"""Brings any audio file into a scratch file, stereo, at a model's sample rate, in constant memory."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from services.mesh.audio.decode import StereoStream, open_stereo
from services.mesh.errors import AudioEmpty, AudioNotFinite
from services.processing.adapters.resample import resample
from services.processing.adapters.samples import SampleFile
from services.processing.domain import Part
from services.processing.ports import FloatArray


@dataclass(frozen=True)
class Decoded:
    """What was decoded.

    Attributes:
        sample_rate_hz: the file's own rate.
        frames: samples at that rate.
    """

    sample_rate_hz: int
    frames: int


def decode(
    source: Path,
    sample_rate: int,
    into: SampleFile,
    on_block: Callable[[], None],
    *,
    part: Part | None = None,
    ffmpeg: str,
) -> Decoded:
    """Appends a file's first audio stream to `into`.

    Args:
        source: the file, in any format that the mesh accepts.
        sample_rate: what `into` is to hold, in hertz.
        into: an empty sample file.
        on_block: called now and then; may raise to stop.
        part: what to keep of the file; None = all.
        ffmpeg: the program, from `ffmpeg_path`.

    Raises:
        AudioUndecodable: no decoder reads the file.
        AudioEmpty: the audio, or the part of it, has no samples.
        AudioNotFinite: a sample is NaN or infinite.
        StorageFull: the scratch disk is full.
    """
    frames = 0

    def counted(blocks: Iterator[FloatArray]) -> Iterator[FloatArray]:
        nonlocal frames
        for block in blocks:
            frames += block.shape[1]
            yield block

    with open_stereo(source, ffmpeg=ffmpeg) as stream:
        rate = stream.sample_rate_hz
        blocks = _checked(stream, on_block)
        blocks = counted(blocks if part is None else _within(blocks, part.frames(rate)))
        if rate == sample_rate:
            for block in blocks:
                into.append(block)
        else:
            resample(blocks, rate, sample_rate, into)
    if into.length == 0:
        raise AudioEmpty
    return Decoded(rate, frames)


def _within(blocks: Iterator[FloatArray], wanted: range) -> Iterator[FloatArray]:
    """Yields what of the blocks lies in a range of samples, and reads no further."""
    position = 0
    for block in blocks:
        inside = block[:, max(wanted.start - position, 0) : wanted.stop - position]
        position += block.shape[1]
        if inside.shape[1]:
            yield inside
        if position >= wanted.stop:
            return


def _checked(stream: StereoStream, on_block: Callable[[], None]) -> Iterator[FloatArray]:
    """Yields blocks whose samples are all numbers."""
    frames = 0
    for block in stream.blocks():
        on_block()
        if not np.isfinite(block).all():
            first = int(np.argmin(np.isfinite(block).all(axis=0)))
            raise AudioNotFinite(first_bad_second=(frames + first) / stream.sample_rate_hz)
        frames += block.shape[1]
        yield block
