"""Stand-ins for the services behind the gateway: they answer by simple rules and remember what reached them."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
import grpc.aio
from aiohttp import web

from alchemy.library.v1 import library_service_pb2 as library
from alchemy.library.v1 import registry_service_pb2 as registry
from alchemy.library.v1.library_service_pb2_grpc import LibraryServiceServicer, add_LibraryServiceServicer_to_server
from alchemy.library.v1.registry_service_pb2_grpc import RegistryServiceServicer, add_RegistryServiceServicer_to_server
from alchemy.library.v1.track_pb2 import Track
from alchemy.processing.v1 import processing_service_pb2 as processing
from alchemy.processing.v1.processing_service_pb2_grpc import (
    ProcessingServiceServicer,
    add_ProcessingServiceServicer_to_server,
)
from alchemy.processing.v1.separation_pb2 import Model, Separation
from alchemy.realtime.v1 import realtime_service_pb2 as realtime
from alchemy.realtime.v1.realtime_service_pb2_grpc import RealtimeServiceServicer, add_RealtimeServiceServicer_to_server
from alchemy.type.v1.job_pb2 import JobState, Progress
from services.mesh.drain import Drain
from services.mesh.errors import DependencyUnavailable, ServerDraining, TrackNotFound
from services.mesh.server import ServiceBundle, serving

Context = grpc.aio.ServicerContext[Any, Any]

FRACTIONS = (0.0, 0.5, 1.0)
FILE = bytes(range(256)) * 4096  # 1 MiB, served under /media/


@dataclass
class Backend:
    """What the gateway is given: where the stand-ins listen, and what reached them."""

    port: int = 0
    media_port: int = 0
    metadata: list[dict[str, str]] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    watches_ended: asyncio.Event = field(default_factory=asyncio.Event)
    largest_piece: int = 0

    def saw(self, rpc: str, context: Context) -> None:
        """Counts a call and keeps its metadata."""
        self.calls[rpc] += 1
        self.metadata.append({key: str(value) for key, value in context.invocation_metadata() or ()})


class FakeLibrary(LibraryServiceServicer):
    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    async def UploadTrack(
        self, requests: AsyncIterator[library.UploadTrackRequest], context: Context
    ) -> library.UploadTrackResponse:
        self._backend.saw("UploadTrack", context)
        digest, size, filename = hashlib.sha256(), 0, ""
        async for request in requests:
            filename = filename or request.filename
            size += len(request.data.data)
            digest.update(request.data.data)
            self._backend.largest_piece = max(self._backend.largest_piece, len(request.data.data))
        track = Track(name="tracks/new", filename=filename, size_bytes=size, sha256=digest.hexdigest())
        return library.UploadTrackResponse(track=track)

    async def GetTrack(self, request: library.GetTrackRequest, context: Context) -> library.GetTrackResponse:
        self._backend.saw("GetTrack", context)
        if request.name == "tracks/missing":
            raise TrackNotFound(request.name)
        if request.name == "tracks/flaky" and self._backend.calls["GetTrack"] < 3:
            raise DependencyUnavailable("valkey")
        # More than 2^53, which only survives JSON as a string.
        return library.GetTrackResponse(track=Track(name=request.name, size_bytes=2**53 + 1))

    async def ListTracks(self, request: library.ListTracksRequest, context: Context) -> library.ListTracksResponse:
        self._backend.saw("ListTracks", context)
        tracks = [Track(name=f"tracks/{n}", title="x" * 500) for n in range(request.page_size)]
        return library.ListTracksResponse(tracks=tracks)

    async def UpdateTrack(self, request: library.UpdateTrackRequest, context: Context) -> library.UpdateTrackResponse:
        self._backend.saw("UpdateTrack", context)
        assert list(request.update_mask.paths) == ["title", "album_artist"]
        return library.UpdateTrackResponse(track=request.track)

    async def DeleteTrack(self, request: library.DeleteTrackRequest, context: Context) -> library.DeleteTrackResponse:
        self._backend.saw("DeleteTrack", context)
        raise DependencyUnavailable("valkey")

    async def GetArtifact(self, request: library.GetArtifactRequest, context: Context) -> library.GetArtifactResponse:
        self._backend.saw("GetArtifact", context)
        return library.GetArtifactResponse()

    async def ListArtifacts(
        self, request: library.ListArtifactsRequest, context: Context
    ) -> library.ListArtifactsResponse:
        self._backend.saw("ListArtifacts", context)
        return library.ListArtifactsResponse()

    async def DownloadArtifact(
        self, request: library.DownloadArtifactRequest, context: Context
    ) -> AsyncIterator[library.DownloadArtifactResponse]:
        self._backend.saw("DownloadArtifact", context)
        piece = 256 * 1024
        for offset in range(request.offset, len(FILE), piece):
            yield library.DownloadArtifactResponse(offset=offset, data=FILE[offset : offset + piece])


class FakeRegistry(RegistryServiceServicer):
    async def ResolveTrack(
        self, request: registry.ResolveTrackRequest, context: Context
    ) -> registry.ResolveTrackResponse:
        return registry.ResolveTrackResponse()

    async def RegisterStems(
        self, request: registry.RegisterStemsRequest, context: Context
    ) -> registry.RegisterStemsResponse:
        return registry.RegisterStemsResponse()

    async def ImportTrack(
        self, request_iterator: AsyncIterator[registry.ImportTrackRequest], context: Context
    ) -> registry.ImportTrackResponse:
        return registry.ImportTrackResponse()

    async def FindImported(
        self, request: registry.FindImportedRequest, context: Context
    ) -> registry.FindImportedResponse:
        return registry.FindImportedResponse()


class FakeProcessing(ProcessingServiceServicer):
    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    async def ListModels(
        self, request: processing.ListModelsRequest, context: Context
    ) -> processing.ListModelsResponse:
        self._backend.saw("ListModels", context)
        return processing.ListModelsResponse(models=[Model(name="models/spleeter-2stems", stems=["vocals"])])

    async def GetModel(self, request: processing.GetModelRequest, context: Context) -> processing.GetModelResponse:
        self._backend.saw("GetModel", context)
        return processing.GetModelResponse(model=Model(name=request.name))

    async def CreateSeparation(
        self, request: processing.CreateSeparationRequest, context: Context
    ) -> processing.CreateSeparationResponse:
        self._backend.saw("CreateSeparation", context)
        separation = Separation(
            name=f"{request.parent}/separations/{request.request_id}", encoding=request.separation.encoding
        )
        return processing.CreateSeparationResponse(separation=separation)

    async def GetSeparation(
        self, request: processing.GetSeparationRequest, context: Context
    ) -> processing.GetSeparationResponse:
        self._backend.saw("GetSeparation", context)
        return processing.GetSeparationResponse(separation=_snapshot(request.name, 0.5))

    async def ListSeparations(
        self, request: processing.ListSeparationsRequest, context: Context
    ) -> processing.ListSeparationsResponse:
        self._backend.saw("ListSeparations", context)
        return processing.ListSeparationsResponse()

    async def WatchSeparation(
        self, request: processing.WatchSeparationRequest, context: Context
    ) -> AsyncIterator[processing.WatchSeparationResponse]:
        self._backend.saw("WatchSeparation", context)
        if request.name.startswith("tracks/missing/"):
            raise TrackNotFound("tracks/missing")
        try:
            for fraction in FRACTIONS:
                yield processing.WatchSeparationResponse(separation=_snapshot(request.name, fraction))
                if request.name.endswith("/cut"):
                    raise ServerDraining
                if request.name.endswith("/endless"):
                    await asyncio.sleep(3600)
                await asyncio.sleep(0.3)
            if request.name.endswith("/large"):
                big = _snapshot(request.name, 1.0)
                big.device = "x" * 2_000_000
                yield processing.WatchSeparationResponse(separation=big)
        finally:
            self._backend.watches_ended.set()

    async def CancelSeparation(
        self, request: processing.CancelSeparationRequest, context: Context
    ) -> processing.CancelSeparationResponse:
        self._backend.saw("CancelSeparation", context)
        return processing.CancelSeparationResponse(separation=_snapshot(request.name, 0.5))

    async def RetrySeparation(
        self, request: processing.RetrySeparationRequest, context: Context
    ) -> processing.RetrySeparationResponse:
        self._backend.saw("RetrySeparation", context)
        return processing.RetrySeparationResponse(separation=_snapshot(request.name, 0.0))


class FakeRealtime(RealtimeServiceServicer):
    async def Subscribe(
        self, request: realtime.SubscribeRequest, context: Context
    ) -> AsyncIterator[realtime.SubscribeResponse]:
        yield realtime.SubscribeResponse(event=realtime.Event(cursor="1", heartbeat=realtime.Event.Heartbeat()))


def _snapshot(name: str, fraction: float) -> Separation:
    state = JobState.JOB_STATE_SUCCEEDED if fraction == FRACTIONS[-1] else JobState.JOB_STATE_RUNNING
    return Separation(name=name, state=state, progress=Progress(fraction=fraction, stage="separating", attempt=1))


@asynccontextmanager
async def running_backend() -> AsyncIterator[Backend]:
    """Runs all stand-ins on loopback, behind the mesh's real interceptor, health and reflection."""
    backend = Backend()

    def register(server: grpc.aio.Server) -> None:
        add_LibraryServiceServicer_to_server(FakeLibrary(backend), server)
        add_RegistryServiceServicer_to_server(FakeRegistry(), server)  # type: ignore[abstract]  # likewise
        add_ProcessingServiceServicer_to_server(FakeProcessing(backend), server)  # type: ignore[abstract]  # what is missing answers UNIMPLEMENTED
        add_RealtimeServiceServicer_to_server(FakeRealtime(), server)

    names = [
        # These have no stand-in: their calls answer UNIMPLEMENTED, and the gateway finds them healthy.
        "alchemy.analysis.v1.AnalysisService",
        "alchemy.download.v1.DownloadService",
        "alchemy.library.v1.LibraryService",
        "alchemy.processing.v1.ProcessingService",
        "alchemy.realtime.v1.RealtimeService",
        "alchemy.spotify.v1.SpotifyService",
    ]
    bundle = ServiceBundle(register=register, names=names)
    async with serving(bundle, "127.0.0.1:0", Drain(), grace=0) as backend.port, _media() as backend.media_port:
        yield backend


@asynccontextmanager
async def _media() -> AsyncIterator[int]:
    async def file(request: web.Request) -> web.StreamResponse:
        if request.headers.get("Range"):
            part = FILE[request.http_range]
            return web.Response(status=206, body=part, headers={"Content-Range": f"bytes 0-9/{len(FILE)}"})
        return web.Response(body=FILE, headers={"ETag": '"abc"', "Accept-Ranges": "bytes"})

    async def document(request: web.Request) -> web.Response:
        return web.Response(text=request.path)

    app = web.Application()
    app.router.add_get("/media/{id}/{filename}", file)
    app.router.add_get("/openapi.json", document)
    app.router.add_get("/docs", document)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()
