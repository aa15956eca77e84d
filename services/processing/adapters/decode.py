"""Brings any audio file into a scratch file, stereo, at a model's sample rate, in constant memory."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import soxr

from services.mesh.audio.decode import StereoStream, open_stereo
from services.mesh.errors import AudioEmpty, AudioNotFinite
from services.processing.adapters.samples import SampleFile
from services.processing.ports import FloatArray


def decode(source: Path, sample_rate: int, into: SampleFile, on_block: Callable[[], None], *, ffmpeg: str) -> None:
    """Appends a file's first audio stream to `into`.

    Args:
        source: the file, in any format that the mesh accepts.
        sample_rate: what `into` is to hold, in hertz.
        into: an empty sample file.
        on_block: called now and then; may raise to stop.
        ffmpeg: the program, from `ffmpeg_path`.

    Raises:
        AudioUndecodable: no decoder reads the file.
        AudioEmpty: the audio has no samples.
        AudioNotFinite: a sample is NaN or infinite.
        StorageFull: the scratch disk is full.
    """
    with open_stereo(source, ffmpeg=ffmpeg) as stream:
        if stream.sample_rate_hz == sample_rate:
            for block in _checked(stream, on_block):
                into.append(block)
        else:
            _resample(stream, sample_rate, into, on_block)
    if into.length == 0:
        raise AudioEmpty


def _resample(stream: StereoStream, sample_rate: int, into: SampleFile, on_block: Callable[[], None]) -> None:
    resampler = soxr.ResampleStream(stream.sample_rate_hz, sample_rate, 2, dtype="float32", quality="VHQ")
    first: FloatArray | None = None
    for block in _checked(stream, on_block):
        first = block[:, :1] if first is None else first
        into.append(resampler.resample_chunk(block.T).T)
    into.append(resampler.resample_chunk(np.zeros((0, 2), np.float32), last=True).T)
    if into.length == 0 and first is not None:
        into.append(first)  # less than one sample at the lower rate, but not nothing


def _checked(stream: StereoStream, on_block: Callable[[], None]) -> Iterator[FloatArray]:
    """Yields blocks whose samples are all numbers."""
    frames = 0
    for block in stream.blocks():
        on_block()
        finite = np.isfinite(block).all(axis=0)
        if not finite.all():
            raise AudioNotFinite(first_bad_second=(frames + int(np.argmin(finite))) / stream.sample_rate_hz)
        frames += block.shape[1]
        yield block
