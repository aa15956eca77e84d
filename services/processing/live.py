"""Stems that can be read while they are made.

The engine appends finished samples of each stem to a file of its run's folder (see `runs`), float32, in order, never to change
again; so the file's size says how far the stem is, and nothing else needs to be told. Beside them lies the decoded mix, which
is complete before the first stem begins and as long as each of them in the end.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path

FRAME_BYTES = 8  # two float32
_FORMAT = "format.json"


@dataclass(frozen=True)
class LiveFormat:
    """What the samples of a run are."""

    sample_rate_hz: int


def announce(run: Path, sample_rate_hz: int) -> None:
    """Says what the samples of a run will be, before the first of them."""
    (run / _FORMAT).write_text(json.dumps({"sample_rate_hz": sample_rate_hz}), encoding="utf-8")


def sample_path(run: Path, name: str) -> Path:
    """Returns where a run keeps the samples of a stem, or of "mix"."""
    return run / f"{name}.f32"


class LiveStem:
    """Reads one stem of a job, wherever the run is that makes it; a run that continues another has the same samples."""

    def __init__(self, folder: Path, stem: str) -> None:
        """Opens nothing yet.

        Args:
            folder: the job's folder.
            stem: the stem, also one that is not begun.
        """
        self._folder = folder
        self._stem = stem
        self._file = -1
        self._inode = 0
        self.format: LiveFormat | None = None
        self.length = 0
        """Sample frames in all; known with the format."""

    def read(self, first: int, most: int) -> bytes:
        """Returns up to `most` sample frames from `first` on, as they lie on disk; nothing if none is finished yet.

        A file that is removed meanwhile, because its job has ended, is still read to its end.
        """
        if data := self._read(first, most):
            return data
        self._follow()
        return self._read(first, most)

    def close(self) -> None:
        """Closes the file."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _read(self, first: int, most: int) -> bytes:
        if self._file < 0:
            return b""
        data = os.pread(self._file, most * FRAME_BYTES, first * FRAME_BYTES)
        return data[: len(data) - len(data) % FRAME_BYTES]

    def _follow(self) -> None:
        """Opens the stem of the newest run that has begun it, if that is another file than the present one."""
        for run in sorted(self._runs(), reverse=True):
            try:
                file = os.open(sample_path(run, self._stem), os.O_RDONLY)
            except FileNotFoundError:
                continue
            found = os.fstat(file)
            if found.st_ino == self._inode or found.st_size == 0 or not self._learn(run):
                os.close(file)
                continue
            self.close()
            self._file, self._inode = file, found.st_ino
            return

    def _learn(self, run: Path) -> bool:
        try:
            fields = json.loads((run / _FORMAT).read_text(encoding="utf-8"))
            self.length = sample_path(run, "mix").stat().st_size // FRAME_BYTES
        except (FileNotFoundError, ValueError):
            return False
        self.format = LiveFormat(**fields)
        return True

    def _runs(self) -> list[Path]:
        try:
            return list(self._folder.iterdir())
        except FileNotFoundError:
            return []
