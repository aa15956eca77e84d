"""Stereo float32 audio in a scratch file, so that memory does not grow with the track.

Plain reads and writes, not a memory map: a full disk is then an OSError here, not a fatal signal somewhere else, and the
pages do not count as the process's memory.
"""

import errno
import math
import os
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from services.mesh.errors import StorageFull
from services.processing.ports import FloatArray

FRAME_BYTES = 8  # two float32
_PIECE_FRAMES = 2**16

# macOS has no such call; there the slower one does.
_sync = getattr(os, "fdatasync", os.fsync)


@dataclass(frozen=True)
class Statistics:
    """What is known of the samples of a file.

    Attributes:
        length: sample frames.
        peak: largest absolute sample.
        mono_sum: sum of the mono mix.
        mono_square_sum: sum of the squares of the mono mix.
    """

    length: int = 0
    peak: float = 0.0
    mono_sum: float = 0.0
    mono_square_sum: float = 0.0


class SampleFile:
    """A stereo track on disk: append it once from start to end, then read it anywhere. Implements `Samples`."""

    def __init__(self, path: Path, known: Statistics | None = None, *, measured: bool = True) -> None:
        """Opens the file.

        Args:
            path: where it is, or will be.
            known: what was written to it before, and is to be kept; samples beyond that are cut off. None = start empty.
            measured: whether mean and deviation will be asked for; without, they are those of silence.
        """
        self._file = path.open("w+b" if known is None else "r+b")
        known = known or Statistics()
        self._file.truncate(known.length * FRAME_BYTES)
        self._file.seek(0, os.SEEK_END)
        self.length = known.length
        self.peak = known.peak
        self._mono = _MonoSums(known.mono_sum, known.mono_square_sum) if measured else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file and leaves it where it is."""
        self._file.close()

    def sync(self) -> None:
        """Makes the samples durable; from any thread. Raises OSError."""
        _sync(self._file.fileno())

    @property
    def statistics(self) -> Statistics:
        """What is known of the samples so far."""
        return Statistics(self.length, self.peak, *self._mono_sums)

    def append(self, block: FloatArray) -> None:
        """Adds samples at the end, shape (2, n). Raises StorageFull."""
        try:
            self._file.write(np.ascontiguousarray(block.T, dtype="<f4").data)
            self._file.flush()
        except OSError as error:
            raise storage_error(error) from error
        if self._mono:
            self._mono.add(block)
        self.length += block.shape[1]
        self.peak = max(self.peak, float(block.max(initial=0.0)), -float(block.min(initial=0.0)))

    @property
    def mono_mean(self) -> float:
        """Mean of the mono mix over the whole track."""
        return self._mono_sums[0] / self.length if self.length else 0.0

    @property
    def mono_std(self) -> float:
        """Standard deviation of the mono mix, sample estimate; 0 below two samples."""
        if self.length < 2:  # noqa: PLR2004 - one sample has no spread
            return 0.0
        total, square_total = self._mono_sums
        variance = (square_total - total**2 / self.length) / (self.length - 1)
        return math.sqrt(max(variance, 0.0))

    @property
    def _mono_sums(self) -> tuple[float, float]:
        return self._mono.sums if self._mono else (0.0, 0.0)

    def read(self, start: int, stop: int) -> FloatArray:
        """Returns samples [start, stop), shape (2, stop - start), with zeros where that is outside the track."""
        inside_start, inside_stop = max(start, 0), min(stop, self.length)
        block = np.zeros((2, stop - start), np.float32)
        if inside_start < inside_stop:
            count = inside_stop - inside_start
            content = os.pread(self._file.fileno(), count * FRAME_BYTES, inside_start * FRAME_BYTES)
            frames = np.frombuffer(content, "<f4").reshape(-1, 2)
            block[:, inside_start - start : inside_start - start + count] = frames.T
        return block


class _MonoSums:
    """Sum of the mono mix, and of its squares, in float64: the same to the last bit whatever blocks it comes in.

    Pieces of a fixed length are added up, each by NumPy, pairwise (Higham, SIAM J. Sci. Comput. 14(4), 1993). A dot product would
    add in an order of BLAS's own, that of its threads; and those wait for each other, which takes a hundred times as long
    where other programs use the processors.
    """

    def __init__(self, total: float, square_total: float) -> None:
        self._total = total
        self._square_total = square_total
        self._piece = np.empty(_PIECE_FRAMES)
        self._filled = 0

    @property
    def sums(self) -> tuple[float, float]:
        """Both, of all that was added."""
        rest = self._piece[: self._filled]
        return self._total + float(rest.sum()), self._square_total + float(np.square(rest).sum())

    def add(self, block: FloatArray) -> None:
        """Adds stereo samples, shape (2, n)."""
        start = 0
        while start < block.shape[1]:
            stop = min(start + _PIECE_FRAMES - self._filled, block.shape[1])
            end = self._filled + stop - start
            mono = self._piece[self._filled : end]
            np.add(block[0, start:stop], block[1, start:stop], out=mono, dtype=np.float64)
            mono *= 0.5
            start, self._filled = stop, end
            if end == _PIECE_FRAMES:
                self._total, self._square_total = self.sums
                self._filled = 0


def storage_error(error: OSError) -> Exception:
    """Translates a failed write: a full disk is the server's typed error, anything else stays what it is."""
    return StorageFull() if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) else error
