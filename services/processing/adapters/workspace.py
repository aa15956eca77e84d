"""What a run keeps on disk so that a later one can go on: the mix, the stems so far, and a checkpoint of how far they are.

The checkpoint is one small file, replaced by renaming:

    32 bytes        SHA-256 of the rest
    one JSON line   what it belongs to, how many spans are done, length and statistics of each sample file
    the rest        the sums that overlap into the next span, float32

It never says more than what is on the disk already: samples are synced first. Syncing happens on a thread while the network
computes the next span, so it costs next to no time.
"""

import hashlib
import json
import math
import os
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from services.processing import runs
from services.processing.adapters.overlap_add import Position
from services.processing.adapters.samples import FRAME_BYTES, SampleFile, Statistics, storage_error
from services.processing.live import sample_path
from services.processing.ports import FloatArray

_CHECKPOINT = "checkpoint"
_MIX = "mix"
_DIGEST_BYTES = 32
EVERY_SECONDS = 1.0


class CheckpointInvalid(Exception):
    """What an earlier run left cannot be continued."""


class Workspace:
    """The scratch files of one separation.

    Attributes:
        path: the run's folder.
        mix: the decoded track.
        stems: what is finished of each stem.
        position: where an earlier run stopped; None if this one begins with nothing.
        notes: JSON values that go with the samples; saved with each checkpoint.
    """

    def __init__(self, run: runs.Run, key: str, stems: Sequence[str], found: "_Checkpoint | None") -> None:
        self.path = run.path
        self.position = found.position if found else None
        self.notes = found.notes if found else {}
        self._run = run
        self._key = key
        names = _names(stems)
        statistics = found.statistics if found else [None] * len(names)
        self._files = [
            SampleFile(sample_path(run.path, name), known, measured=name == _MIX)
            for name, known in zip(names, statistics, strict=True)
        ]
        self.mix, *self.stems = self._files
        self._scratch: list[SampleFile] = []
        self._syncing = ThreadPoolExecutor(1, "checkpoint")
        self._synced: Future[None] | None = None
        self._saved_at = -math.inf

    @classmethod
    def open(cls, folder: Path, key: str, stems: Sequence[str]) -> Self:
        """Continues what an earlier run left in a job's folder, or begins anew.

        Args:
            folder: the job's folder.
            key: what the samples depend on; runs with another key are of no use, and are removed.
            stems: the names of the stems to write.
        """
        for run in runs.abandoned(folder):
            try:
                return cls(run, key, stems, _read(run.path, key, _names(stems)))
            except (CheckpointInvalid, OSError):
                run.remove()
        return cls(runs.begin(folder), key, stems, None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._syncing.shutdown()
        for file in (*self._files, *self._scratch):
            file.close()
        self._run.close()

    def scratch(self, name: str) -> SampleFile:
        """Makes one more sample file, empty, which no checkpoint speaks of."""
        file = SampleFile(sample_path(self.path, name), measured=False)
        self._scratch.append(file)
        return file

    def save(self, position: Position) -> None:
        """Makes everything up to a position durable, in the background; the next call waits for that.

        Does nothing within a second of the last time: on a fast device, to compute a second again is less than to sync often.

        Raises:
            StorageFull: the disk was full when the last one was written.
        """
        now = time.monotonic()
        if now - self._saved_at < EVERY_SECONDS:
            return
        self._saved_at = now
        if self._synced is not None:
            self._synced.result()
        header = {
            "key": self._key,
            "spans": position.spans,
            "notes": self.notes,
            "files": [asdict(file.statistics) for file in self._files],
            "rows": position.pending.shape[0],
            "overlap": position.weight.size,
        }
        content = b"".join(
            (json.dumps(header).encode(), b"\n", position.pending.tobytes(), position.weight.tobytes()),
        )
        self._synced = self._syncing.submit(self._write, content)

    def _write(self, content: bytes) -> None:
        try:
            for file in self._files:
                file.sync()
            target = self.path / _CHECKPOINT
            new = target.with_suffix(".new")
            with new.open("wb") as file_new:
                file_new.write(hashlib.sha256(content).digest() + content)
                file_new.flush()
                os.fsync(file_new.fileno())
            new.replace(target)
            folder = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as error:
            raise storage_error(error) from error


def _names(stems: Sequence[str]) -> list[str]:
    return [_MIX, *stems]


@dataclass(frozen=True)
class _Checkpoint:
    """What a checkpoint says."""

    position: Position
    notes: dict[str, int]
    statistics: Sequence[Statistics]


def _read(folder: Path, key: str, names: Sequence[str]) -> _Checkpoint:
    """Reads and proves the checkpoint of a run. Raises CheckpointInvalid."""
    try:
        content = (folder / _CHECKPOINT).read_bytes()
    except FileNotFoundError as error:
        raise CheckpointInvalid("there is none") from error
    digest, content = content[:_DIGEST_BYTES], content[_DIGEST_BYTES:]
    if hashlib.sha256(content).digest() != digest:
        raise CheckpointInvalid("its bytes are damaged")
    line, overlap = content.split(b"\n", 1)
    header = json.loads(line)
    if header["key"] != key:
        raise CheckpointInvalid("it belongs to something else")
    statistics = [Statistics(**file) for file in header["files"]]
    for name, known in zip(names, statistics, strict=True):
        if not sample_path(folder, name).stat().st_size >= known.length * FRAME_BYTES:
            raise CheckpointInvalid(f"{name} is shorter than it was")
    values: FloatArray = np.frombuffer(overlap, np.float32)
    width, rows = header["overlap"], header["rows"]
    pending, weight = np.split(values, [rows * 2 * width])
    return _Checkpoint(Position(header["spans"], pending.reshape(rows, 2, width), weight), header["notes"], statistics)
