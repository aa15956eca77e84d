"""ProcessingService: translate, call, translate back."""

from collections.abc import AsyncIterator
from typing import Any

import grpc.aio
from google.api.httpbody_pb2 import HttpBody

from alchemy.processing.v1 import processing_service_pb2 as pb
from alchemy.processing.v1.processing_service_pb2_grpc import ProcessingServiceServicer
from alchemy.processing.v1.separation_pb2 import Separation
from alchemy.realtime.v1.realtime_service_pb2 import Event
from services.mesh.drain import Drain
from services.mesh.errors import InvalidRequest, PageTokenInvalid, TrackNotFound, Violation
from services.mesh.events import EventTail
from services.mesh.identity import owner
from services.mesh.ids import is_id
from services.mesh.jobs.messages import MAX_REQUEST_ID, due, ended, revision
from services.mesh.jobs.owned import Snapshot
from services.mesh.jobs.watch import Watched, watch
from services.mesh.pages import decode_token, encode_token, page_size
from services.processing.device_board import DeviceBoard
from services.processing.domain import Encoding, Options
from services.processing.exports import ExportFormat, Exports
from services.processing.installations import Installations
from services.processing.installations_rpc import InstallationRpc
from services.processing.mix_rpc import MixRpc
from services.processing.mixes import Mixes
from services.processing.options import option_faults, options_from
from services.processing.streams import WAV_ENCODINGS, StemStreams
from services.processing.translate import device_message, encoding_from, model_message, separation_message
from services.processing.usecases import Catalogue, Separations

Context = grpc.aio.ServicerContext[Any, Any]


_EXPORT_FORMATS = {
    pb.ExportFormat.EXPORT_FORMAT_ZIP: ExportFormat.ZIP,
    pb.ExportFormat.EXPORT_FORMAT_STEM_MP4: ExportFormat.STEM_MP4,
}


class ProcessingRpc(InstallationRpc, MixRpc, ProcessingServiceServicer):
    """Serves ProcessingService."""

    def __init__(
        self,
        *,
        separations: Separations,
        installations: Installations,
        streams: StemStreams,
        exports: Exports,
        mixes: Mixes,
        devices: DeviceBoard,
        catalogue: Catalogue,
        tail: EventTail,
        drain: Drain,
    ) -> None:
        InstallationRpc.__init__(self, installations, tail, drain)
        MixRpc.__init__(self, mixes)
        self._separations = separations
        self._streams = streams
        self._exports = exports
        self._devices = devices
        self._catalogue = catalogue

    async def ListModels(self, request: pb.ListModelsRequest, context: Context) -> pb.ListModelsResponse:
        size = page_size(request.page_size, default=50)
        position = decode_token(request.page_token, ["models"])
        start = _offset(position)
        entries = self._catalogue.entries()
        page = entries[start : start + size]
        rest = start + size < len(entries)
        return pb.ListModelsResponse(
            models=[model_message(entry) for entry in page],
            next_page_token=encode_token(["models"], [str(start + size)]) if rest else "",
        )

    async def GetModel(self, request: pb.GetModelRequest, context: Context) -> pb.GetModelResponse:
        entry = self._catalogue.entry(request.name.removeprefix("models/"))
        return pb.GetModelResponse(model=model_message(entry))

    async def ListDevices(self, request: pb.ListDevicesRequest, context: Context) -> pb.ListDevicesResponse:
        user = owner(context)
        return pb.ListDevicesResponse(
            devices=[device_message(device, user) for device in await self._devices.devices()],
            waiting_count=await self._separations.waiting_count(),
        )

    async def CreateSeparation(
        self, request: pb.CreateSeparationRequest, context: Context
    ) -> pb.CreateSeparationResponse:
        wanted = request.separation
        encoding, options = _valid_create(request)
        snapshot = await self._separations.create(
            owner(context),
            _track(request.parent),
            model=wanted.model.removeprefix("models/"),
            wanted_stems=wanted.wanted_stems,
            complement=wanted.complement,
            encoding=encoding,
            options=options,
            request_id=request.request_id,
        )
        return pb.CreateSeparationResponse(separation=_message(snapshot))

    async def GetSeparation(self, request: pb.GetSeparationRequest, context: Context) -> pb.GetSeparationResponse:
        snapshot = await self._separations.get(owner(context), request.name)
        return pb.GetSeparationResponse(separation=_message(snapshot))

    async def ListSeparations(self, request: pb.ListSeparationsRequest, context: Context) -> pb.ListSeparationsResponse:
        size = page_size(request.page_size, default=50)
        query = ["separations", request.parent]
        position = decode_token(request.page_token, query)
        parent = None if request.parent == "tracks/-" else _track(request.parent)
        snapshots = await self._separations.page(
            owner(context), parent, before=position[0] if position else None, size=size + 1
        )
        page, rest = snapshots[:size], snapshots[size:]
        return pb.ListSeparationsResponse(
            separations=[_message(snapshot) for snapshot in page],
            next_page_token=encode_token(query, [page[-1].job.id]) if rest else "",
        )

    async def WatchSeparation(
        self, request: pb.WatchSeparationRequest, context: Context
    ) -> AsyncIterator[pb.WatchSeparationResponse]:
        user = owner(context)

        async def load() -> Separation:
            return _message(await self._separations.get(user, request.name))

        watched = Watched(load=load, revision=revision, unpack=_unpack, ended=ended, due=due)
        async for separation in watch(self._tail, self._drain, user, request.name, watched):
            yield pb.WatchSeparationResponse(separation=separation)

    async def StreamStem(self, request: pb.StreamStemRequest, context: Context) -> AsyncIterator[pb.StreamStemResponse]:
        encoding = encoding_from(request.encoding)
        if encoding not in WAV_ENCODINGS:
            raise InvalidRequest([Violation("encoding", "must be one of the AUDIO_ENCODING_WAV_... values")])
        async for piece in self._streams.stream(owner(context), request.name, request.stem, encoding):
            yield pb.StreamStemResponse(data=HttpBody(content_type="audio/wav", data=piece))

    async def ExportSeparation(
        self, request: pb.ExportSeparationRequest, context: Context
    ) -> AsyncIterator[pb.ExportSeparationResponse]:
        form = _EXPORT_FORMATS.get(request.format)
        if form is None:
            raise InvalidRequest([Violation("format", "must be a format that this server knows")])
        export = await self._exports.export(owner(context), request.name, form)
        async for piece in export.pieces:
            data = HttpBody(content_type=export.media_type, data=piece)
            yield pb.ExportSeparationResponse(data=data, filename=export.filename)

    async def CancelSeparation(
        self, request: pb.CancelSeparationRequest, context: Context
    ) -> pb.CancelSeparationResponse:
        snapshot = await self._separations.cancel(owner(context), request.name)
        return pb.CancelSeparationResponse(separation=_message(snapshot))

    async def RetrySeparation(self, request: pb.RetrySeparationRequest, context: Context) -> pb.RetrySeparationResponse:
        snapshot = await self._separations.retry(owner(context), request.name)
        return pb.RetrySeparationResponse(separation=_message(snapshot))


def _offset(position: list[str] | None) -> int:
    if position is None:
        return 0
    if not position[0].isdigit():
        raise PageTokenInvalid
    return int(position[0])


def _message(snapshot: Snapshot) -> Separation:
    return separation_message(snapshot.job, snapshot.queue_position)


def _track(name: str) -> str:
    parts = name.split("/")
    if len(parts) != 2 or parts[0] != "tracks" or not is_id(parts[1]):  # noqa: PLR2004 (collection and id)
        raise TrackNotFound(name)
    return name


def _valid_create(request: pb.CreateSeparationRequest) -> tuple[Encoding, Options]:
    """Returns the wanted encoding and options. Raises InvalidRequest with every fault that needs no look-up."""
    faults = option_faults(request.separation)
    encoding = encoding_from(request.separation.encoding)
    if encoding is None:
        faults.append(Violation("separation.encoding", "is not an AudioEncoding that this server knows"))
    if len(request.request_id) > MAX_REQUEST_ID:
        faults.append(Violation("request_id", f"must have at most {MAX_REQUEST_ID} characters"))
    if faults or encoding is None:
        raise InvalidRequest(faults)
    return encoding, options_from(request.separation)


def _unpack(event: Event) -> Separation | None:
    return event.separation_changed if event.HasField("separation_changed") else None
