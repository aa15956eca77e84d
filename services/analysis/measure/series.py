"""What is kept of each moment of a track: rows in a file, written while listening and read in slabs. Memory stays flat however long it is.

Slabs are read, not mapped, for what is mapped counts as memory while it is in use.
"""

import tempfile
import weakref
from collections.abc import Iterator
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T", bound=np.generic)

SLAB = 4096
"""Rows that are looked at together."""


class Series(Generic[T]):
    """Rows of the same numbers. Their file has no name, is in the usual folder for such, and is gone with the object."""

    def __init__(self, columns: int, dtype: type[T]) -> None:
        self.columns = columns
        self._dtype: np.dtype[T] = np.dtype(dtype)
        self._row_bytes = columns * self._dtype.itemsize
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - it is open as long as the series is
        weakref.finalize(self, self._file.close)
        self._count = 0

    @classmethod
    def of(cls, rows: NDArray[T]) -> "Series[T]":
        """Returns a series of these rows, shape (n, columns)."""
        series = cls(rows.shape[1], rows.dtype.type)
        series.append(rows)
        return series

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[NDArray[T]]:
        """Yields the rows in order."""
        for _, slab in self.slabs():
            yield from slab

    def __reversed__(self) -> Iterator[NDArray[T]]:
        for _, slab in self.slabs_backwards():
            yield from slab[::-1]

    def append(self, rows: NDArray[T]) -> None:
        """Takes the next rows, shape (n, columns)."""
        self._file.write(np.ascontiguousarray(rows, self._dtype).data.cast("B") if rows.size else b"")
        self._count += len(rows)

    def rows(self, start: int, stop: int) -> NDArray[T]:
        """Returns the rows from start up to stop, of those that there are."""
        start, stop = max(start, 0), min(stop, self._count)
        found = np.empty((max(stop - start, 0), self.columns), self._dtype)
        if found.size:
            position = self._file.seek(start * self._row_bytes)
            while position < stop * self._row_bytes:
                position += self._file.readinto(found.data.cast("B")[position - start * self._row_bytes :])
            self._file.seek(0, 2)
        return found

    def slabs(self, size: int = SLAB) -> Iterator[tuple[int, NDArray[T]]]:
        """Yields the index of a row, and the rows from there on, some at a time."""
        for start in range(0, self._count, size):
            yield start, self.rows(start, start + size)

    def slabs_backwards(self) -> Iterator[tuple[int, NDArray[T]]]:
        """Yields what `slabs` yields, the last slab first."""
        for start in range((self._count - 1) // SLAB * SLAB, -1, -SLAB):
            yield start, self.rows(start, start + SLAB)

    def overlapping(self, margin: int) -> Iterator[tuple[NDArray[T], slice]]:
        """Yields slabs with rows before and after them, for filters that reach no further than `margin`, and where the slab is in there."""
        for start in range(0, self._count, SLAB):
            first = max(0, start - margin)
            inner = slice(start - first, min(start + SLAB, self._count) - first)
            yield self.rows(first, start + SLAB + margin), inner

    def at(self, index: NDArray[np.intp]) -> NDArray[T]:
        """Returns the rows at some indices, in any order, shape (len(index), columns)."""
        found = np.empty((len(index), self.columns), self._dtype)
        order = np.argsort(index, kind="stable")
        ordered = index[order]
        done = 0
        while done < len(order):
            start = int(ordered[done])
            end = int(np.searchsorted(ordered, start + SLAB))
            slab = self.rows(start, int(ordered[end - 1]) + 1)
            found[order[done:end]] = slab[ordered[done:end] - start]
            done = end
        return found

    def sums_at(self, index: NDArray[np.intp]) -> NDArray[np.float64]:
        """Returns the sums of all rows before some indices, 0..len(self) in any order, shape (len(index), columns)."""
        sums = np.zeros((len(index), self.columns))
        order = np.argsort(index, kind="stable")
        ordered = index[order]
        total = np.zeros((1, self.columns))
        for start, slab in self.slabs():
            running = np.cumsum(np.concatenate((total, slab)), axis=0)
            here = slice(*np.searchsorted(ordered, (start, start + len(slab) + 1)))
            sums[order[here]] = running[ordered[here] - start]
            total = running[-1:]
        return sums

    def largest(self) -> float:
        """Returns the largest number of all; 0 if none is larger."""
        return max((float(slab.max()) for _, slab in self.slabs() if slab.size), default=0.0)

    def mapped(self) -> NDArray[T]:
        """Returns all rows as one array, whose parts are read from the file as they are looked at."""
        if not self._count:
            return np.empty((0, self.columns), self._dtype)
        self._file.flush()
        return np.memmap(self._file, self._dtype, "r", shape=(self._count, self.columns))
