"""The blob store: durable before acknowledged, nothing left of what failed, nothing removed that is in use."""

import asyncio
import errno
import hashlib
import os
import time
from pathlib import Path
from typing import Any

import pytest

from services.mesh.blobs import Digest, LocalBlobStore
from services.mesh.errors import StorageFull

BYTES = b"music" * 1000
SHA256 = hashlib.sha256(BYTES).hexdigest()


@pytest.fixture
def store(tmp_path: Path) -> LocalBlobStore:
    return LocalBlobStore(tmp_path / "blobs")


def files(tmp_path: Path) -> list[Path]:
    return [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()]


async def put(store: LocalBlobStore, data: bytes = BYTES) -> Digest:
    async with store.writer() as writer:
        for start in range(0, len(data), 1000):
            await writer.write(data[start : start + 1000])
        return await writer.commit()


async def test_bytes_are_found_by_their_hash(store: LocalBlobStore, tmp_path: Path) -> None:
    assert await put(store) == Digest(SHA256, len(BYTES))
    path = store.path(SHA256)
    assert path == tmp_path / "blobs" / SHA256[:2] / SHA256[2:]
    assert path.read_bytes() == BYTES
    assert await store.renew(SHA256) == len(BYTES)
    assert await store.renew("00" * 32) is None


async def test_equal_bytes_are_one_file(store: LocalBlobStore, tmp_path: Path) -> None:
    await asyncio.gather(*(put(store) for _ in range(10)))
    assert files(tmp_path) == [store.path(SHA256)]


async def test_empty_bytes(store: LocalBlobStore) -> None:
    assert (await put(store, b"")).size_bytes == 0


async def test_nothing_stays_without_a_commit(store: LocalBlobStore, tmp_path: Path) -> None:
    async with store.writer() as writer:
        await writer.write(BYTES)
        digest = await writer.digest()
        assert writer.path.read_bytes() == BYTES
        assert digest.sha256 == SHA256
    assert files(tmp_path) == []


async def test_nothing_stays_of_a_cancelled_writer(store: LocalBlobStore, tmp_path: Path) -> None:
    async def write() -> None:
        async with store.writer() as writer:
            while True:
                await writer.write(bytes(2**20))

    for delay in (0.0, 0.001, 0.01, 0.05):
        task = asyncio.ensure_future(write())
        await asyncio.sleep(delay)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert files(tmp_path) == []


async def test_a_crash_before_the_rename_leaves_no_blob(
    store: LocalBlobStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def note_fsync(descriptor: int) -> None:
        order.append("directory" if os.path.isdir(f"/dev/fd/{descriptor}") else "file")  # noqa: PTH112 (by descriptor)
        fsync(descriptor)

    def note_replace(path: Path, target: Path) -> Path:
        order.append("rename")
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", note_fsync)
    monkeypatch.setattr(Path, "replace", note_replace)
    await put(store)
    # The bytes are on the disk before the name is, and the name before anybody is told.
    assert order[0] == "file"
    assert order[-2:] == ["rename", "directory"]

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", crash)
    with pytest.raises(KeyboardInterrupt):
        store.install(_file(tmp_path, b"other"), Digest(hashlib.sha256(b"other").hexdigest(), 5))
    assert files(tmp_path) == [store.path(SHA256)]


def _file(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "finished"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
async def test_a_full_disk(store: LocalBlobStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    async with store.writer() as writer:

        class Full:
            def write(self, _data: Any) -> int:
                raise OSError(number, "full")

            def close(self) -> None:
                return

        writer._file.close()
        monkeypatch.setattr(writer, "_file", Full())
        with pytest.raises(StorageFull):
            await writer.write(bytes(2**20))
    assert files(tmp_path) == []


async def test_a_short_write_is_finished(store: LocalBlobStore, monkeypatch: pytest.MonkeyPatch) -> None:
    async with store.writer() as writer:
        file = writer._file

        class Slow:
            def write(self, data: memoryview) -> int:
                return file.write(data[:7])

            def __getattr__(self, name: str) -> Any:
                return getattr(file, name)

        monkeypatch.setattr(writer, "_file", Slow())
        await writer.write(BYTES)
        await writer.commit()
    assert store.path(SHA256).read_bytes() == BYTES


async def test_a_finished_file_moves_in(store: LocalBlobStore, tmp_path: Path) -> None:
    source = _file(tmp_path, BYTES)
    assert await store.put_file(source) == Digest(SHA256, len(BYTES))
    assert not source.exists()
    assert store.path(SHA256).read_bytes() == BYTES


async def test_a_finished_file_of_another_file_system_is_copied(
    store: LocalBlobStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def other_device(*_: object) -> None:
        raise OSError(errno.EXDEV, "other device")

    monkeypatch.setattr(Path, "rename", other_device)
    source = _file(tmp_path, BYTES)
    assert await store.put_file(source) == Digest(SHA256, len(BYTES))
    assert not source.exists()
    assert files(tmp_path) == [store.path(SHA256)]


async def test_young_blobs_are_not_removed(store: LocalBlobStore) -> None:
    await put(store)
    assert not await store.discard(SHA256)
    assert [shard async for shard in store.older_than()] == [[]]
    assert await store.discard(SHA256, grace_seconds=-1)
    assert await store.renew(SHA256) is None
    assert await store.discard(SHA256)


async def test_a_renewed_blob_is_young(store: LocalBlobStore) -> None:
    await put(store)
    os.utime(store.path(SHA256), (0, time.time() - 7200))
    assert await store.renew(SHA256) == len(BYTES)
    assert not await store.discard(SHA256)


async def test_writing_bytes_again_makes_them_young(store: LocalBlobStore) -> None:
    await put(store)
    os.utime(store.path(SHA256), (0, time.time() - 7200))
    assert [sha async for shard in store.older_than() for sha in shard] == [SHA256]
    await put(store)
    assert not await store.discard(SHA256)


async def test_a_blob_written_while_it_is_being_removed_stays(
    store: LocalBlobStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    await put(store)
    os.utime(store.path(SHA256), (0, time.time() - 7200))
    rename = Path.rename

    def written_just_before(path: Path, target: Path) -> Path:
        if path == store.path(SHA256):
            store.install(_file(tmp_path, BYTES), Digest(SHA256, len(BYTES)))
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", written_just_before)
    assert not await store.discard(SHA256)
    assert store.path(SHA256).read_bytes() == BYTES


async def test_what_died_writers_left_is_swept(store: LocalBlobStore, tmp_path: Path) -> None:
    incoming = tmp_path / "blobs" / "incoming"
    incoming.mkdir(parents=True)
    old, young = incoming / "old", incoming / "young"
    for path in (old, young):
        path.write_bytes(b"x")
    os.utime(old, (0, time.time() - 25 * 3600))
    assert await store.sweep_incoming() == 1
    assert not old.exists()
    assert young.exists()
