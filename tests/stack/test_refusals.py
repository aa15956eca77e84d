"""Wrong requests through the real gateway: the same typed error over gRPC and REST, and nothing left behind."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import grpc.aio
import pytest

from alchemy.library.v1 import library_service_pb2 as library
from alchemy.library.v1.library_service_pb2_grpc import LibraryServiceStub
from alchemy.processing.v1 import processing_service_pb2 as pb
from alchemy.processing.v1.processing_service_pb2_grpc import ProcessingServiceStub
from alchemy.processing.v1.separation_pb2 import Separation
from alchemy.realtime.v1.realtime_service_pb2 import SubscribeRequest
from alchemy.realtime.v1.realtime_service_pb2_grpc import RealtimeServiceStub
from services.mesh.ids import new_id
from sfa import Mesh
from tests.rpc.failing import failing
from tests.stack.conftest import EXAMPLE, Stack, reason

pytestmark = pytest.mark.stack

NOWHERE = f"tracks/{new_id()}"
Call = Callable[[grpc.aio.Channel], Awaitable[Any]]


@pytest.fixture
async def track(mesh: Mesh) -> str:
    return (await mesh.library.upload(EXAMPLE)).name


@pytest.fixture
async def channel(stack: Stack) -> AsyncIterator[grpc.aio.Channel]:
    async with grpc.aio.insecure_channel(stack.address) as channel:
        yield channel


@pytest.mark.parametrize(
    ("expected", "status", "wanted"),
    [
        ("MODEL_NOT_FOUND", 404, {"model": "models/none"}),
        ("MODEL_NOT_INSTALLED", 400, {"model": "models/htdemucs"}),
        ("STEM_UNKNOWN", 400, {"wanted_stems": ["kazoo"]}),
        ("INVALID_REQUEST", 400, {"complement": True}),
        ("TRACK_NOT_FOUND", 404, {}),
    ],
)
async def test_a_separation_that_cannot_be_made(
    mesh: Mesh,
    http: aiohttp.ClientSession,
    channel: grpc.aio.Channel,
    track: str,
    expected: str,
    status: int,
    wanted: dict[str, Any],
) -> None:
    parent = NOWHERE if expected == "TRACK_NOT_FOUND" else track
    request = pb.CreateSeparationRequest(parent=parent, separation=Separation(**wanted))
    with failing(expected) as failure:
        await ProcessingServiceStub(channel).CreateSeparation(request)
    async with http.post(f"/v1/{parent}/separations", json=wanted) as reply:
        answer = await reply.json()
        assert (reply.status, reason(answer)) == (status, expected)
    assert failure.code is not None
    assert answer["code"] == failure.code.value[0]
    assert [job async for job in mesh.processing.list(track)] == []


READS: list[tuple[str, int, str, Call]] = [
    (
        "TRACK_NOT_FOUND",
        404,
        f"/v1/{NOWHERE}",
        lambda channel: LibraryServiceStub(channel).GetTrack(library.GetTrackRequest(name=NOWHERE)),
    ),
    (
        "ARTIFACT_NOT_FOUND",
        404,
        f"/v1/{NOWHERE}/artifacts/x",
        lambda channel: LibraryServiceStub(channel).GetArtifact(
            library.GetArtifactRequest(name=f"{NOWHERE}/artifacts/x")
        ),
    ),
    (
        "SEPARATION_NOT_FOUND",
        404,
        f"/v1/{NOWHERE}/separations/x",
        lambda channel: ProcessingServiceStub(channel).GetSeparation(
            pb.GetSeparationRequest(name=f"{NOWHERE}/separations/x")
        ),
    ),
    (
        "SEPARATION_NOT_FOUND",
        404,
        f"/v1/{NOWHERE}/separations/x:watch",
        lambda channel: aiter(
            ProcessingServiceStub(channel).WatchSeparation(pb.WatchSeparationRequest(name=f"{NOWHERE}/separations/x"))
        ).__anext__(),
    ),
    (
        "INVALID_REQUEST",
        400,
        "/v1/tracks?page_size=-1",
        lambda channel: LibraryServiceStub(channel).ListTracks(library.ListTracksRequest(page_size=-1)),
    ),
    (
        "PAGE_TOKEN_INVALID",
        400,
        "/v1/tracks?page_token=x",
        lambda channel: LibraryServiceStub(channel).ListTracks(library.ListTracksRequest(page_token="x")),
    ),
    (
        "CURSOR_INVALID",
        400,
        "/v1/events:subscribe?cursor=x",
        lambda channel: aiter(RealtimeServiceStub(channel).Subscribe(SubscribeRequest(cursor="x"))).__anext__(),
    ),
]


@pytest.mark.parametrize(("expected", "status", "path", "call"), READS)
async def test_a_read_that_fails(
    http: aiohttp.ClientSession, channel: grpc.aio.Channel, expected: str, status: int, path: str, call: Call
) -> None:
    with failing(expected):
        await call(channel)
    async with http.get(path) as reply:
        assert (reply.status, reason(await reply.json())) == (status, expected)


async def test_an_upload_above_the_cap_is_refused_before_it_is_sent(http: aiohttp.ClientSession, stack: Stack) -> None:
    before = stack.blobs()
    headers = {"Content-Length": str(3 * 2**30)}
    async with http.post("/v1/tracks:upload", headers=headers, data=b"") as reply:
        assert (reply.status, reason(await reply.json())) == (413, "UPLOAD_TOO_LARGE")
    assert stack.blobs() == before
