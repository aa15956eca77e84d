"""A mesh of three fake services behind one real gRPC server with the real error interceptor."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc.aio

from alchemy.library.v1 import library_service_pb2 as library
from alchemy.library.v1 import library_service_pb2_grpc as library_grpc
from alchemy.library.v1 import track_pb2
from alchemy.processing.v1 import processing_service_pb2 as processing
from alchemy.processing.v1 import processing_service_pb2_grpc as processing_grpc
from alchemy.processing.v1 import separation_pb2
from alchemy.realtime.v1 import realtime_service_pb2 as realtime
from alchemy.realtime.v1 import realtime_service_pb2_grpc as realtime_grpc
from alchemy.type.v1 import job_pb2
from services.mesh import errors
from services.mesh.drain import Drain
from services.mesh.server import ServiceBundle, serving
from sfa import Mesh, connect

JOB = "tracks/t/separations/s"


def snapshot(
    revision: int, state: job_pb2.JobState, fraction: float = 0.0, **fields: Any
) -> processing.WatchSeparationResponse:
    progress = job_pb2.Progress(stage="separating", fraction=fraction, attempt=1)
    separation = separation_pb2.Separation(name=JOB, revision=revision, state=state, progress=progress, **fields)
    return processing.WatchSeparationResponse(separation=separation)


class Library(library_grpc.LibraryServiceServicer):
    """Keeps uploads in memory. `fail` raises instead of answering; `cut_after` ends a download after so many pieces."""

    def __init__(self) -> None:
        self.tracks: dict[str, bytes] = {}
        self.requests: list[tuple[str, str]] = []
        self.fail: list[BaseException] = []
        self.cut_after: list[int] = []
        self.corrupt = False
        self.refuse_after = 2**40
        self.offsets: list[int] = []

    async def GetTrack(self, request: Any, context: Any) -> library.GetTrackResponse:
        self.metadata = [tuple(pair) for pair in context.invocation_metadata()]
        if self.fail:
            raise self.fail.pop(0)
        return library.GetTrackResponse(track=track_pb2.Track(name=request.name))

    async def DeleteTrack(self, request: Any, context: Any) -> library.DeleteTrackResponse:
        if self.fail:
            raise self.fail.pop(0)
        return library.DeleteTrackResponse()

    async def ListTracks(self, request: Any, context: Any) -> library.ListTracksResponse:
        start = int(request.page_token or 0)
        tracks = [track_pb2.Track(name=f"tracks/{n}") for n in range(start, min(start + 3, 7))]
        return library.ListTracksResponse(tracks=tracks, next_page_token=str(start + 3) if start + 3 < 7 else "")

    async def UploadTrack(self, request_iterator: Any, context: Any) -> library.UploadTrackResponse:
        content, filename, request_id = b"", "", ""
        async for message in request_iterator:
            filename, request_id = filename or message.filename, request_id or message.request_id
            content += message.data.data
            if len(content) > self.refuse_after:
                raise errors.UploadTooLarge(limit_bytes=self.refuse_after)
        self.requests.append((filename, request_id))
        if self.fail:
            raise self.fail.pop(0)
        self.tracks[filename] = content
        return library.UploadTrackResponse(track=track_pb2.Track(name="tracks/new", filename=filename))

    def artifact(self, content: bytes, filename: str = "Song (vocals).wav") -> track_pb2.Artifact:
        self.content = content
        return track_pb2.Artifact(
            name="tracks/t/artifacts/a",
            filename=filename,
            size_bytes=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
        )

    async def DownloadArtifact(self, request: Any, context: Any) -> AsyncIterator[library.DownloadArtifactResponse]:
        self.offsets.append(request.offset)
        limit = self.cut_after.pop(0) if self.cut_after else None
        content = bytes(len(self.content)) if self.corrupt else self.content
        for sent, offset in enumerate(range(request.offset, len(content), 1000)):
            if sent == limit:
                return
            yield library.DownloadArtifactResponse(offset=offset, data=content[offset : offset + 1000])


class Processing(processing_grpc.ProcessingServiceServicer):
    """`scripts` holds what each next watch does: messages to send, and exceptions to raise."""

    def __init__(self) -> None:
        self.scripts: list[list[processing.WatchSeparationResponse | BaseException]] = []
        self.created: list[processing.CreateSeparationRequest] = []
        self.cancelled: list[str] = []
        self.accepting_seconds = 0.0
        self.fail: list[BaseException] = []

    async def CreateSeparation(self, request: Any, context: Any) -> processing.CreateSeparationResponse:
        self.created.append(request)
        await asyncio.sleep(self.accepting_seconds)
        if self.fail:
            raise self.fail.pop(0)
        return processing.CreateSeparationResponse(separation=separation_pb2.Separation(name=JOB))

    async def CancelSeparation(self, request: Any, context: Any) -> processing.CancelSeparationResponse:
        self.cancelled.append(request.name)
        return processing.CancelSeparationResponse(separation=separation_pb2.Separation(name=request.name))

    async def WatchSeparation(self, request: Any, context: Any) -> AsyncIterator[processing.WatchSeparationResponse]:
        for step in self.scripts.pop(0):
            if isinstance(step, BaseException):
                raise step
            yield step


class Realtime(realtime_grpc.RealtimeServiceServicer):
    """`streams` maps a cursor to what a subscription from it sends."""

    def __init__(self) -> None:
        self.streams: dict[str, list[realtime.Event | BaseException]] = {}
        self.cursors: list[str] = []

    async def Subscribe(self, request: Any, context: Any) -> AsyncIterator[realtime.SubscribeResponse]:
        self.cursors.append(request.cursor)
        for step in self.streams.get(request.cursor, []):
            if isinstance(step, BaseException):
                raise step
            yield realtime.SubscribeResponse(event=step)


class FakeMesh:
    """The three services, and where they listen."""

    def __init__(self) -> None:
        self.library = Library()  # type: ignore[abstract]  # what is missing answers UNIMPLEMENTED
        self.processing = Processing()  # type: ignore[abstract]
        self.realtime = Realtime()
        self.port = 0

    @asynccontextmanager
    async def served(self) -> AsyncIterator[None]:
        """Serves until the end of the block; a second time on the port of the first."""

        def register(server: grpc.aio.Server) -> None:
            library_grpc.add_LibraryServiceServicer_to_server(self.library, server)
            processing_grpc.add_ProcessingServiceServicer_to_server(self.processing, server)
            realtime_grpc.add_RealtimeServiceServicer_to_server(self.realtime, server)

        bundle = ServiceBundle(register=register, names=[])
        async with serving(bundle, f"127.0.0.1:{self.port}", Drain(), grace=0) as port:
            self.port = port
            yield

    def connect(self, **options: Any) -> Mesh:
        return connect(f"http://127.0.0.1:{self.port}", **options)
