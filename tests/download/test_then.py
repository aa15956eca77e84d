"""What follows a track by itself: started once, whatever was down meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc.aio
import pytest

from alchemy.chain.v1.chain_pb2 import Step, Then
from alchemy.library.v1 import library_service_pb2 as pb
from alchemy.library.v1 import registry_service_pb2 as registry_pb
from alchemy.library.v1.track_pb2 import Source, Track
from alchemy.processing.v1 import processing_service_pb2 as processing_pb
from alchemy.processing.v1.processing_service_pb2_grpc import (
    ProcessingServiceServicer,
    add_ProcessingServiceServicer_to_server,
)
from alchemy.processing.v1.separation_pb2 import Separation
from services.mesh.drain import Drain, stop
from services.mesh.errors import MeshError, ModelNotInstalled, QueueFull
from services.mesh.identity import owner
from services.mesh.ids import new_id
from services.mesh.redis import Client
from services.mesh.server import ServiceBundle, serving
from tests.conftest import Valkey, free_port
from tests.library.conftest import ANN, LibraryUnderTest, running_library
from tests.library.sounds import tone, wav

THEN = Then(separate=Separation(model="models/htdemucs", wanted_stems=["vocals"]))


@dataclass
class Processing(ProcessingServiceServicer):
    """A processing service that remembers what it is asked; it knows request ids again, as the real one does."""

    asked: list[tuple[str, processing_pb.CreateSeparationRequest]] = field(default_factory=list)
    jobs: dict[str, str] = field(default_factory=dict)
    errors: list[MeshError] = field(default_factory=list)

    async def CreateSeparation(
        self, request: processing_pb.CreateSeparationRequest, context: grpc.aio.ServicerContext[Any, Any]
    ) -> processing_pb.CreateSeparationResponse:
        self.asked.append((owner(context), request))
        if self.errors:
            raise self.errors.pop(0)
        name = self.jobs.setdefault(request.request_id, f"{request.parent}/separations/{new_id()}")
        return processing_pb.CreateSeparationResponse(separation=Separation(name=name))

    @asynccontextmanager
    async def served(self, port: int) -> AsyncIterator[None]:
        bundle = ServiceBundle(
            register=lambda server: add_ProcessingServiceServicer_to_server(self, server), names=["test"]
        )
        async with serving(bundle, f"127.0.0.1:{port}", Drain(), 0):
            yield


def made(*errors: MeshError) -> Processing:
    return Processing(errors=list(errors))  # type: ignore[abstract]  # the other RPCs are not asked


@asynccontextmanager
async def library_with(data_dir: Path, valkey: Valkey, port: int) -> AsyncIterator[LibraryUnderTest]:
    async with running_library(data_dir, valkey.url, PROCESSING_TARGET=f"127.0.0.1:{port}") as library:
        running = [asyncio.ensure_future(work()) for work in library.bundle.background]
        try:
            yield library
        finally:
            await stop(*running)


async def upload(library: LibraryUnderTest, then: Then = THEN, request_id: str = "") -> Track:
    async def messages() -> AsyncIterator[pb.UploadTrackRequest]:
        yield pb.UploadTrackRequest(filename="a.wav", then=then, request_id=request_id)
        yield pb.UploadTrackRequest(data={"data": wav(tone(0.1))})

    return (await library.tracks.UploadTrack(messages(), metadata=ANN)).track


async def settled(library: LibraryUnderTest, name: str) -> Track:
    async with asyncio.timeout(30):
        while True:
            track = (await library.tracks.GetTrack(pb.GetTrackRequest(name=name), metadata=ANN)).track
            if all(step.state != Step.STATE_PENDING for step in track.steps):
                return track
            await asyncio.sleep(0.1)


async def test_an_upload_is_separated_without_another_call(
    tmp_path: Path, valkey: Valkey, redis_client: Client
) -> None:
    port, processing = free_port(), made()
    async with processing.served(port), library_with(tmp_path, valkey, port) as library:
        track = await upload(library)
        assert [(step.action, step.state) for step in track.steps] == [("separate", Step.STATE_PENDING)]
        done = await settled(library, track.name)
        assert [(step.state, step.job) for step in done.steps] == [
            (Step.STATE_STARTED, next(iter(processing.jobs.values())))
        ]
        ((user, request),) = processing.asked
        assert (user, request.parent, request.separation) == ("ann", track.name, THEN.separate)
        assert done.revision > track.revision


async def test_it_happens_though_processing_and_library_were_down(
    tmp_path: Path, valkey: Valkey, redis_client: Client
) -> None:
    port, processing = free_port(), made()
    async with library_with(tmp_path, valkey, port) as library:
        track = await upload(library)
        await asyncio.sleep(1.5)
        assert processing.asked == []
    async with processing.served(port), library_with(tmp_path, valkey, port) as library:
        done = await settled(library, track.name)
        assert done.steps[0].state == Step.STATE_STARTED
    assert len(processing.jobs) == 1


async def test_a_full_queue_is_waited_for(tmp_path: Path, valkey: Valkey, redis_client: Client) -> None:
    port, processing = free_port(), made(QueueFull(limit=1, retry_after=1))
    async with processing.served(port), library_with(tmp_path, valkey, port) as library:
        done = await settled(library, (await upload(library)).name)
        assert done.steps[0].state == Step.STATE_STARTED
        assert len(processing.asked) == 2
        assert len({request.request_id for _, request in processing.asked}) == 1


async def test_what_cannot_be_done_says_why(tmp_path: Path, valkey: Valkey, redis_client: Client) -> None:
    port, processing = free_port(), made(ModelNotInstalled("htdemucs", "sfa models install htdemucs"))
    async with processing.served(port), library_with(tmp_path, valkey, port) as library:
        done = await settled(library, (await upload(library)).name)
        assert done.steps[0].state == Step.STATE_FAILED
        assert "sfa models install htdemucs" in done.steps[0].error.message
        await asyncio.sleep(1.5)
        assert len(processing.asked) == 1


async def test_nothing_follows_unless_it_is_asked_for(tmp_path: Path, valkey: Valkey, redis_client: Client) -> None:
    port, processing = free_port(), made()
    async with processing.served(port), library_with(tmp_path, valkey, port) as library:
        assert list((await upload(library, Then())).steps) == []
        # The same upload again is the same track, and follows once.
        first = await upload(library, request_id="r")
        assert (await upload(library, request_id="r")).name == first.name
        await settled(library, first.name)
        assert len(processing.asked) == 1


@pytest.mark.parametrize("repeats", [1, 3])
async def test_an_import_is_safe_to_repeat(tmp_path: Path, valkey: Valkey, redis_client: Client, repeats: int) -> None:
    port, processing = free_port(), made()
    async with processing.served(port), library_with(tmp_path, valkey, port) as library:
        source = Source(uri="https://example.org/a.wav", provider="direct", download=f"downloads/{new_id()}")
        names = set()
        for _ in range(repeats):

            async def messages() -> AsyncIterator[registry_pb.ImportTrackRequest]:
                tags = registry_pb.Tags(title="Known better")
                yield registry_pb.ImportTrackRequest(filename="a.wav", source=source, tags=tags, then=THEN)
                yield registry_pb.ImportTrackRequest(data=wav(tone(0.1)))

            names.add((await library.registry.ImportTrack(messages(), metadata=ANN)).track.name)
        (name,) = names
        done = await settled(library, name)
        assert (done.title, done.source, len(done.steps)) == ("Known better", source, 1)
        # Another download of the same source wishes the same: that is one more step, however often it asks.
        again = registry_pb.FindImportedRequest(download=f"downloads/{new_id()}", uri=source.uri, then=THEN)
        for _ in range(repeats):
            reply = await library.registry.FindImported(again, metadata=ANN)
        assert (reply.track.name, len(reply.track.steps)) == (name, 2)
        await settled(library, name)
        assert len(processing.jobs) == 2
        none = await library.registry.FindImported(
            registry_pb.FindImportedRequest(download="downloads/x"), metadata=ANN
        )
        assert not none.HasField("track")
