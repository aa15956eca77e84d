"""DownloadService: translate, call, translate back."""

from collections.abc import AsyncIterator
from typing import Any

import grpc.aio

from alchemy.download.v1 import download_service_pb2 as pb
from alchemy.download.v1.download_pb2 import Download
from alchemy.download.v1.download_service_pb2_grpc import DownloadServiceServicer
from alchemy.realtime.v1.realtime_service_pb2 import Event
from services.download.translate import download_message, provider_message, song_from
from services.download.usecases import Downloads, Wish
from services.mesh.drain import Drain
from services.mesh.errors import InvalidRequest, MeshError, Violation
from services.mesh.events import EventTail
from services.mesh.identity import owner
from services.mesh.jobs.messages import MAX_REQUEST_ID, due, ended, revision
from services.mesh.jobs.owned import Snapshot
from services.mesh.jobs.watch import Watched, watch
from services.mesh.pages import decode_token, encode_token, page_size

Context = grpc.aio.ServicerContext[Any, Any]

_MAX_TEXT = 500
_MAX_BATCH = 1000
_MAX_ARTISTS = 100
_TEXTS = ("title", "artist", "album", "album_artist")


class DownloadRpc(DownloadServiceServicer):
    """Serves DownloadService."""

    def __init__(self, downloads: Downloads, tail: EventTail, drain: Drain) -> None:
        self._downloads = downloads
        self._tail = tail
        self._drain = drain

    async def CreateDownload(self, request: pb.CreateDownloadRequest, context: Context) -> pb.CreateDownloadResponse:
        snapshot = await self._downloads.create(owner(context), _wish(request))
        return pb.CreateDownloadResponse(download=_message(snapshot))

    async def BatchCreateDownloads(
        self, request: pb.BatchCreateDownloadsRequest, context: Context
    ) -> pb.BatchCreateDownloadsResponse:
        user = owner(context)
        if not 1 <= len(request.requests) <= _MAX_BATCH:
            raise InvalidRequest([Violation("requests", f"must be 1 to {_MAX_BATCH}, not {len(request.requests)}")])
        response = pb.BatchCreateDownloadsResponse()
        for one in request.requests:
            try:
                snapshot = await self._downloads.create(user, _wish(one))
            except MeshError as error:
                response.results.add(error=error.to_status())
            else:
                response.results.add(download=_message(snapshot))
        return response

    async def GetDownload(self, request: pb.GetDownloadRequest, context: Context) -> pb.GetDownloadResponse:
        snapshot = await self._downloads.get(owner(context), request.name)
        return pb.GetDownloadResponse(download=_message(snapshot))

    async def ListDownloads(self, request: pb.ListDownloadsRequest, context: Context) -> pb.ListDownloadsResponse:
        size = page_size(request.page_size, default=50)
        position = decode_token(request.page_token, ["downloads"])
        snapshots = await self._downloads.page(
            owner(context), None, before=position[0] if position else None, size=size + 1
        )
        page, rest = snapshots[:size], snapshots[size:]
        return pb.ListDownloadsResponse(
            downloads=[_message(snapshot) for snapshot in page],
            next_page_token=encode_token(["downloads"], [page[-1].job.id]) if rest else "",
        )

    async def WatchDownload(
        self, request: pb.WatchDownloadRequest, context: Context
    ) -> AsyncIterator[pb.WatchDownloadResponse]:
        user = owner(context)

        async def load() -> Download:
            return _message(await self._downloads.get(user, request.name))

        watched = Watched(load=load, revision=revision, unpack=_unpack, ended=ended, due=due)
        async for download in watch(self._tail, self._drain, user, request.name, watched):
            yield pb.WatchDownloadResponse(download=download)

    async def CancelDownload(self, request: pb.CancelDownloadRequest, context: Context) -> pb.CancelDownloadResponse:
        snapshot = await self._downloads.cancel(owner(context), request.name)
        return pb.CancelDownloadResponse(download=_message(snapshot))

    async def RetryDownload(self, request: pb.RetryDownloadRequest, context: Context) -> pb.RetryDownloadResponse:
        snapshot = await self._downloads.retry(owner(context), request.name)
        return pb.RetryDownloadResponse(download=_message(snapshot))

    async def DeleteDownload(self, request: pb.DeleteDownloadRequest, context: Context) -> pb.DeleteDownloadResponse:
        await self._downloads.delete(owner(context), request.name)
        return pb.DeleteDownloadResponse()

    async def ListProviders(self, request: pb.ListProvidersRequest, context: Context) -> pb.ListProvidersResponse:
        found = await self._downloads.providers()
        return pb.ListProvidersResponse(providers=[provider_message(status, health) for status, health in found])


def _message(snapshot: Snapshot) -> Download:
    return download_message(snapshot.job, snapshot.queue_position)


def _wish(request: pb.CreateDownloadRequest) -> Wish:
    """Returns what is asked for. Raises InvalidRequest with every fault that needs no look-up."""
    wanted = request.download
    faults = [
        Violation(f"download.song.{field}", f"must be at most {_MAX_TEXT} characters")
        for field in _TEXTS
        if len(getattr(wanted.song, field)) > _MAX_TEXT
    ]
    if len(wanted.song.artists) > _MAX_ARTISTS or any(len(artist) > _MAX_TEXT for artist in wanted.song.artists):
        limits = f"must be at most {_MAX_ARTISTS} names of at most {_MAX_TEXT} characters"
        faults.append(Violation("download.song.artists", limits))
    if not wanted.link.strip():
        faults.append(Violation("download.link", "must not be empty"))
    if len(request.request_id) > MAX_REQUEST_ID:
        faults.append(Violation("request_id", f"must have at most {MAX_REQUEST_ID} characters"))
    if faults:
        raise InvalidRequest(faults)
    return Wish(
        link=wanted.link,
        song=song_from(wanted.song),
        allow_duplicate=wanted.allow_duplicate,
        then=wanted.then.SerializeToString(deterministic=True),
        request_id=request.request_id,
    )


def _unpack(event: Event) -> Download | None:
    return event.download_changed if event.HasField("download_changed") else None
