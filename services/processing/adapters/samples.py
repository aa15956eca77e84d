"""Stereo float32 audio in a scratch file, so that memory does not grow with the track.

Plain reads and writes, not a memory map: a full disk is then an OSError here, not a fatal signal somewhere else, and the
pages do not count as the process's memory.
"""

import errno
import math
import os
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from services.mesh.errors import StorageFull
from services.processing.ports import FloatArray

_FRAME_BYTES = 8  # two float32


class SampleFile:
    """A stereo track on disk: append it once from start to end, then read it anywhere. Implements `Samples`."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w+b")
        self.length = 0
        self.peak = 0.0
        self._sum = 0.0
        self._square_sum = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def append(self, block: FloatArray) -> None:
        """Adds samples at the end, shape (2, n). Raises StorageFull."""
        try:
            self._file.write(np.ascontiguousarray(block.T, dtype="<f4").data)
            self._file.flush()
        except OSError as error:
            raise storage_error(error) from error
        mono = block.mean(axis=0, dtype=np.float64)
        self._sum += float(mono.sum())
        self._square_sum += float(np.dot(mono, mono))
        self.length += block.shape[1]
        self.peak = max(self.peak, float(np.abs(block).max(initial=0.0)))

    @property
    def mono_mean(self) -> float:
        """Mean of the mono mix over the whole track."""
        return self._sum / self.length if self.length else 0.0

    @property
    def mono_std(self) -> float:
        """Standard deviation of the mono mix, sample estimate; 0 below two samples."""
        if self.length < 2:  # noqa: PLR2004 - one sample has no spread
            return 0.0
        variance = (self._square_sum - self._sum**2 / self.length) / (self.length - 1)
        return math.sqrt(max(variance, 0.0))

    def read(self, start: int, stop: int) -> FloatArray:
        """Returns samples [start, stop), shape (2, stop - start), with zeros where that is outside the track."""
        inside_start, inside_stop = max(start, 0), min(stop, self.length)
        block = np.zeros((2, stop - start), np.float32)
        if inside_start < inside_stop:
            count = inside_stop - inside_start
            content = os.pread(self._file.fileno(), count * _FRAME_BYTES, inside_start * _FRAME_BYTES)
            frames = np.frombuffer(content, "<f4").reshape(-1, 2)
            block[:, inside_start - start : inside_start - start + count] = frames.T
        return block


def storage_error(error: OSError) -> Exception:
    """Translates a failed write: a full disk is the server's typed error, anything else stays what it is."""
    return StorageFull() if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) else error
