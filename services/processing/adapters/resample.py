"""Changes the sample rate of a whole sample file, in constant memory."""

from collections.abc import Iterator

import numpy as np
import soxr

from services.processing.adapters.samples import SampleFile
from services.processing.ports import FloatArray

_BLOCK_FRAMES = 1 << 16


def resample(
    blocks: Iterator[FloatArray], rate_from: int, rate_to: int, into: SampleFile, *, frames: int | None = None
) -> None:
    """Appends blocks of shape (2, n) to a file at another rate.

    Args:
        blocks: the samples, in order.
        rate_from: their rate, in hertz.
        rate_to: the rate of `into`, in hertz.
        into: an empty sample file.
        frames: how many samples `into` is to have, cut or filled up with silence. None = as many as come out, but at least
            one if any went in.
    """
    resampler = soxr.ResampleStream(rate_from, rate_to, 2, dtype="float32", quality="VHQ")
    first: FloatArray | None = None

    def append(block: FloatArray) -> None:
        into.append(block if frames is None else block[:, : frames - into.length])

    for block in blocks:
        first = block[:, :1] if first is None else first
        append(resampler.resample_chunk(np.ascontiguousarray(block.T)).T)
    append(resampler.resample_chunk(np.zeros((0, 2), np.float32), last=True).T)
    if into.length == 0 and first is not None:
        into.append(first)  # less than one sample at the lower rate, but not nothing
    if frames is not None and into.length < frames:
        into.append(np.zeros((2, frames - into.length), np.float32))


def blocks_of(file: SampleFile) -> Iterator[FloatArray]:
    """Yields the samples of a file."""
    for start in range(0, file.length, _BLOCK_FRAMES):
        yield file.read(start, min(start + _BLOCK_FRAMES, file.length))
