"""RealtimeService through a real server and the generated client."""

import asyncio
from typing import Any

import pytest

from alchemy.library.v1.track_pb2 import Track
from alchemy.processing.v1 import processing_service_pb2 as processing
from alchemy.realtime.v1 import realtime_service_pb2 as pb
from alchemy.realtime.v1.realtime_service_pb2 import Event
from services.mesh.events import STREAM
from services.mesh.redis import Client
from services.realtime import usecases
from tests.rpc.conftest import AS_OWNER, AS_STRANGER, OWNER, TRACK, Mesh
from tests.rpc.failing import failing


def subscribe(mesh: Mesh, cursor: str = "", metadata: Any = AS_OWNER) -> Any:
    return mesh.realtime.Subscribe(pb.SubscribeRequest(cursor=cursor), metadata=metadata)


async def next_event(call: Any) -> Event:
    async with asyncio.timeout(5):
        event: Event = (await anext(aiter(call))).event
        return event


async def publish(mesh: Mesh, revision: int, key: str = TRACK, owner: str = OWNER) -> None:
    await mesh.log.publish(owner, key, Event(track_changed=Track(name=key, revision=revision)))


async def test_a_subscriber_sees_their_tracks_and_jobs_and_nobody_elses(mesh: Mesh) -> None:
    ours, theirs = subscribe(mesh), subscribe(mesh, metadata=AS_STRANGER)
    assert (await next_event(ours)).WhichOneof("kind") == "heartbeat"
    assert (await next_event(theirs)).WhichOneof("kind") == "heartbeat"
    await publish(mesh, 1)
    request = processing.CreateSeparationRequest(parent=TRACK)
    created = (await mesh.processing.CreateSeparation(request, metadata=AS_OWNER)).separation
    first, second = await next_event(ours), await next_event(ours)
    assert first.track_changed.name == TRACK
    assert second.separation_changed.name == created.name
    assert second.time.seconds > 0
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await anext(aiter(theirs))
    ours.cancel()
    theirs.cancel()


async def test_a_cut_stream_resumes_without_a_gap(mesh: Mesh) -> None:
    call = subscribe(mesh)
    await next_event(call)
    await publish(mesh, 1)
    cursor = (await next_event(call)).cursor
    call.cancel()
    for revision in (2, 3):
        await publish(mesh, revision, key=f"tracks/{revision}")
        await publish(mesh, revision, key="tracks/foreign", owner="bob")
    again = subscribe(mesh, cursor)
    assert (await next_event(again)).cursor == cursor
    await publish(mesh, 4, key="tracks/4")
    names = [(await next_event(again)).track_changed.name for _ in range(3)]
    assert names == ["tracks/2", "tracks/3", "tracks/4"]
    again.cancel()


async def test_lost_history_is_said(mesh: Mesh, redis_client: Client) -> None:
    call = subscribe(mesh)
    await next_event(call)
    await publish(mesh, 1)
    cursor = (await next_event(call)).cursor
    call.cancel()
    await publish(mesh, 2)
    await redis_client.xtrim(STREAM, maxlen=0, approximate=False)
    again = subscribe(mesh, cursor)
    assert (await next_event(again)).WhichOneof("kind") == "reset"
    await publish(mesh, 3)
    assert (await next_event(again)).track_changed.revision == 3
    again.cancel()


@pytest.mark.parametrize("cursor", ["x", "1", "-"])
async def test_a_made_up_cursor_is_refused(mesh: Mesh, cursor: str) -> None:
    with failing("CURSOR_INVALID"):
        await next_event(subscribe(mesh, cursor))


async def test_heartbeats_carry_a_cursor_that_advances(mesh: Mesh, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usecases, "HEARTBEAT_SECONDS", 0.2)
    call = subscribe(mesh)
    first = await next_event(call)
    await publish(mesh, 1, owner="bob")
    second = await next_event(call)
    assert (first.WhichOneof("kind"), second.WhichOneof("kind")) == ("heartbeat", "heartbeat")
    assert second.cursor != first.cursor
    call.cancel()


async def test_a_drain_ends_subscriptions_with_a_reason(mesh: Mesh) -> None:
    call = subscribe(mesh)
    await next_event(call)
    mesh.drain.start()
    with failing("SERVER_DRAINING"):
        await next_event(call)
