"""Files addressed by the SHA-256 of their bytes, on a disk that the services of a machine share.

    root/ab/cdef...        the blob abcdef...
    root/incoming/*        being written; never read by anyone else

A blob is durable before it is acknowledged: its bytes and its name are on the disk when `commit` returns. Blobs never
change. Removing needs no lock between processes: whoever writes a blob makes it young again, and `discard` touches no
young ones; so whoever refers to a blob within `GRACE_SECONDS` of writing or renewing it will find it there.
"""

import asyncio
import errno
import hashlib
import os
import shutil
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from services.mesh.errors import StorageFull
from services.mesh.ids import new_id

GRACE_SECONDS = 3600.0

_ABANDONED_SECONDS = 24 * 3600.0
_BUFFER_BYTES = 2**20
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@dataclass(frozen=True)
class Digest:
    """What identifies bytes: their SHA-256 in lower-case hexadecimal, and how many they are."""

    sha256: str
    size_bytes: int


class BlobStore(Protocol):
    """Where bytes live."""

    def writer(self) -> AbstractAsyncContextManager["BlobWriter"]:
        """Opens a new blob for writing; without a commit inside the block, nothing stays of it."""

    async def put_file(self, path: Path) -> Digest:
        """Moves a finished file into the store."""

    def path(self, sha256: str) -> Path:
        """Returns where a blob lies, if it exists."""


class BlobWriter:
    """A blob in the making. Its methods are called one at a time."""

    def __init__(self, store: "LocalBlobStore", path: Path) -> None:
        self.path = path
        self._store = store
        self._buffer = bytearray()
        self._hash = hashlib.sha256()
        self._size = 0
        # A cancelled call goes on in its thread; closing must wait for it.
        self._lock = threading.Lock()
        self._file = path.open("xb", buffering=0)

    async def write(self, data: bytes) -> None:
        """Appends bytes.

        Raises:
            StorageFull: the disk is full.
        """
        self._buffer += data
        if len(self._buffer) >= _BUFFER_BYTES:
            await self._run_flush()

    async def digest(self) -> Digest:
        """Hands everything written so far to the file at `path`, and returns what identifies it.

        Raises:
            StorageFull: the disk is full.
        """
        await self._run_flush()
        return Digest(self._hash.hexdigest(), self._size)

    async def commit(self) -> Digest:
        """Makes the bytes a blob of the store, durably.

        Raises:
            StorageFull: the disk is full.
        """
        digest = await self.digest()
        await asyncio.to_thread(self._commit, digest)
        return digest

    async def _run_flush(self) -> None:
        data, self._buffer = self._buffer, bytearray()
        await asyncio.to_thread(self._flush, data)

    def _flush(self, data: bytearray) -> None:
        with self._lock, _storage_errors():
            view = memoryview(data)
            while view:
                view = view[self._file.write(view) :]
            self._hash.update(data)
            self._size += len(data)

    def _commit(self, digest: Digest) -> None:
        with self._lock, _storage_errors():
            os.fsync(self._file.fileno())
            self._store.install(self.path, digest)

    def close(self) -> None:
        """Closes the file, and removes it unless it was committed."""
        with self._lock:
            self._file.close()
            self.path.unlink(missing_ok=True)


class LocalBlobStore:
    """The store on a local disk."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._incoming = root / "incoming"

    def path(self, sha256: str) -> Path:
        """Returns where a blob lies, if it exists."""
        return self._root / sha256[:2] / sha256[2:]

    async def renew(self, sha256: str) -> int | None:
        """Makes a blob as young as one just written, so that whoever refers to it now will find it there.

        Returns its size in bytes, None if there is no such blob.
        """

        def renew() -> int | None:
            path = self.path(sha256)
            try:
                os.utime(path)
                return path.stat().st_size
            except FileNotFoundError:
                return None

        return await asyncio.to_thread(renew)

    @asynccontextmanager
    async def writer(self) -> AsyncIterator[BlobWriter]:
        """Opens a new blob for writing; without a commit inside the block, nothing stays of it.

        Raises:
            StorageFull: the disk is full.
        """
        opening = asyncio.ensure_future(asyncio.to_thread(self._open))
        try:
            writer = await asyncio.shield(opening)
        except asyncio.CancelledError:
            (await opening).close()
            raise
        try:
            yield writer
        finally:
            await asyncio.shield(asyncio.to_thread(writer.close))

    async def put_file(self, path: Path) -> Digest:
        """Moves a finished file into the store: by renaming on the same file system, by copying from another.

        Raises:
            StorageFull: the disk is full.
        """
        return await asyncio.to_thread(self._put_file, path)

    async def discard(self, sha256: str, *, grace_seconds: float = GRACE_SECONDS) -> bool:
        """Removes a blob unless it was written within the last `grace_seconds`; returns whether it is gone."""
        return await asyncio.to_thread(self._discard, sha256, grace_seconds)

    async def older_than(self, grace_seconds: float = GRACE_SECONDS) -> AsyncIterator[list[str]]:
        """Yields the SHA-256 of all blobs not written within the last `grace_seconds`, one folder at a time."""

        def old(shard: Path) -> list[str]:
            limit = time.time() - grace_seconds
            return [shard.name + path.name for path in shard.iterdir() if _written(path) <= limit]

        for shard in await asyncio.to_thread(lambda: sorted(self._root.glob("[0-9a-f][0-9a-f]"))):
            yield await asyncio.to_thread(old, shard)

    async def sweep_incoming(self) -> int:
        """Removes what writers left that died more than a day ago; returns how many files."""

        def sweep() -> int:
            limit = time.time() - _ABANDONED_SECONDS
            stale = [path for path in self._incoming.glob("*") if _written(path) <= limit]
            for path in stale:
                path.unlink(missing_ok=True)
            return len(stale)

        return await asyncio.to_thread(sweep)

    def install(self, path: Path, digest: Digest) -> None:
        """Renames a file, whose bytes are on the disk already, to the blob that it is; durable on return. Blocks."""
        target = self.path(digest.sha256)
        if not target.parent.exists():
            target.parent.mkdir(exist_ok=True)
            _sync_directory(self._root)
        # Also over an existing blob of the same bytes: this makes it young.
        os.utime(path)
        path.replace(target)
        _sync_directory(target.parent)

    def _open(self) -> BlobWriter:
        with _storage_errors():
            return BlobWriter(self, self._new_incoming())

    def _new_incoming(self) -> Path:
        self._incoming.mkdir(parents=True, exist_ok=True)
        return self._incoming / new_id()

    def _put_file(self, path: Path) -> Digest:
        incoming = self._new_incoming()
        with _storage_errors():
            try:
                try:
                    path.rename(incoming)
                except OSError as error:
                    if error.errno != errno.EXDEV:
                        raise
                    shutil.copyfile(path, incoming)
                with incoming.open("rb+") as file:
                    sha256 = hashlib.file_digest(file, "sha256").hexdigest()
                    os.fsync(file.fileno())
                    digest = Digest(sha256, os.fstat(file.fileno()).st_size)
                self.install(incoming, digest)
            finally:
                incoming.unlink(missing_ok=True)
        path.unlink(missing_ok=True)
        return digest

    def _discard(self, sha256: str, grace_seconds: float) -> bool:
        path = self.path(sha256)
        aside = self._new_incoming()
        try:
            if _written(path) > time.time() - grace_seconds:
                return False
            # Between that look and this rename somebody may have written the blob again; so look again, at what nobody
            # else can replace any more, and put it back.
            path.rename(aside)
        except FileNotFoundError:
            return True
        if _written(aside) > time.time() - grace_seconds:
            aside.rename(path)
            return False
        aside.unlink()
        return True


def _written(path: Path) -> float:
    return path.stat().st_mtime


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _storage_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StorageFull from error
        raise
