"""Work in the background: every change of a track reaches the event stream, and bytes without use are removed."""

import asyncio
import hashlib
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from alchemy.library.v1 import library_service_pb2 as pb
from alchemy.library.v1.track_pb2 import Track
from services.library.adapters import events as relay
from services.mesh import redis
from services.mesh.blobs import LocalBlobStore
from services.mesh.drain import Drain
from services.mesh.events import EventLog, Published
from services.mesh.redis import Client
from services.mesh.server import run_background
from tests.conftest import Valkey
from tests.library.conftest import ANN, LibraryUnderTest, running_library


@asynccontextmanager
async def background(library: LibraryUnderTest) -> AsyncIterator[None]:
    drain = Drain()
    running = asyncio.ensure_future(run_background(library.bundle.background, drain))
    try:
        yield
    finally:
        drain.start()
        await running


async def published(client: Client, count: int) -> list[Published]:
    """Waits for so many events, and returns all there are."""
    log = EventLog(client)
    async with asyncio.timeout(10):
        while True:
            events = [event async for event in log.history("0-0", "+")]
            if len(events) >= count:
                return events
            await asyncio.sleep(0.02)


async def test_each_change_is_published(library: LibraryUnderTest, redis_client: Client) -> None:
    async with background(library):
        track = await library.upload()
        [added] = await published(redis_client, 1)
        assert (added.owner, added.key) == ("ann", track.name)
        assert added.event.track_changed == track
        wanted = pb.UpdateTrackRequest(track=Track(name=track.name, title="New"))
        changed = (await library.tracks.UpdateTrack(wanted, metadata=ANN)).track
        assert (await published(redis_client, 2))[1].event.track_changed == changed
        await library.tracks.DeleteTrack(pb.DeleteTrackRequest(name=track.name), metadata=ANN)
        removed = (await published(redis_client, 3))[2]
        assert (removed.key, removed.event.track_deleted) == (track.name, track.name)


async def test_changes_wait_for_redis(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "_RETRY_SECONDS", 0.05)
    (tmp_path / "valkey").mkdir()
    server = Valkey(tmp_path / "valkey")
    async with running_library(tmp_path / "data", server.url) as library:
        # Redis is not there: the library works all the same.
        track = await library.upload()
        await library.tracks.DeleteTrack(pb.DeleteTrackRequest(name=track.name), metadata=ANN)
        kept = await library.upload()
        server.start()
        try:
            async with background(library), redis.connect(server.url) as client:
                events = await published(client, 2)
            assert [event.key for event in events] == [track.name, kept.name]
            assert events[0].event.track_deleted == track.name
            assert events[1].event.track_changed == kept
        finally:
            server.kill()


async def test_changes_survive_the_process(tmp_path: Path, valkey: Valkey, redis_client: Client) -> None:
    async with running_library(tmp_path, valkey.url) as library:
        track = await library.upload()
    async with running_library(tmp_path, valkey.url) as library, background(library):
        [event] = await published(redis_client, 1)
        assert event.event.track_changed == track


async def test_bytes_that_nothing_refers_to_are_removed(library: LibraryUnderTest) -> None:
    track = await library.upload()
    blobs = LocalBlobStore(library.data_dir / "blobs")
    for data in (b"left by a worker that died", b"just written"):
        async with blobs.writer() as writer:
            await writer.write(data)
            await writer.commit()
    orphan, young = (
        blobs.path(hashlib.sha256(data).hexdigest()) for data in (b"left by a worker that died", b"just written")
    )
    for path in (orphan, blobs.path(track.sha256)):
        os.utime(path, (0, time.time() - 7200))
    async with background(library), asyncio.timeout(5):
        while orphan.exists():
            await asyncio.sleep(0.02)
    assert young.exists()
    assert blobs.path(track.sha256).exists()
