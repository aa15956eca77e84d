"""The part of ProcessingService that is about installations: translate, call, translate back."""

from collections.abc import AsyncIterator
from typing import Any

import grpc.aio

from alchemy.processing.v1 import processing_service_pb2 as pb
from alchemy.processing.v1.installation_pb2 import Installation
from alchemy.processing.v1.processing_service_pb2_grpc import ProcessingServiceServicer
from alchemy.realtime.v1.realtime_service_pb2 import Event
from services.mesh.drain import Drain
from services.mesh.errors import InvalidRequest, Violation
from services.mesh.events import EventTail
from services.mesh.identity import owner
from services.mesh.jobs.messages import MAX_REQUEST_ID, due, ended, revision
from services.mesh.jobs.owned import Snapshot
from services.mesh.jobs.watch import Watched, watch
from services.mesh.pages import decode_token, encode_token, page_size
from services.processing.installations import Installations
from services.processing.translate import installation_message

Context = grpc.aio.ServicerContext[Any, Any]


class InstallationRpc(ProcessingServiceServicer):
    """Serves InstallModel, RemoveModel and the RPCs of installations."""

    def __init__(self, installations: Installations, tail: EventTail, drain: Drain) -> None:
        self._installations = installations
        self._tail = tail
        self._drain = drain

    async def InstallModel(self, request: pb.InstallModelRequest, context: Context) -> pb.InstallModelResponse:
        if len(request.request_id) > MAX_REQUEST_ID:
            raise InvalidRequest([Violation("request_id", f"must have at most {MAX_REQUEST_ID} characters")])
        snapshot = await self._installations.create(
            owner(context), request.name.removeprefix("models/"), request_id=request.request_id
        )
        return pb.InstallModelResponse(installation=_message(snapshot))

    async def RemoveModel(self, request: pb.RemoveModelRequest, context: Context) -> pb.RemoveModelResponse:
        await self._installations.remove_model(owner(context), request.name.removeprefix("models/"))
        return pb.RemoveModelResponse()

    async def GetInstallation(self, request: pb.GetInstallationRequest, context: Context) -> pb.GetInstallationResponse:
        snapshot = await self._installations.get(owner(context), request.name)
        return pb.GetInstallationResponse(installation=_message(snapshot))

    async def ListInstallations(
        self, request: pb.ListInstallationsRequest, context: Context
    ) -> pb.ListInstallationsResponse:
        size = page_size(request.page_size, default=50)
        query = ["installations", request.parent]
        position = decode_token(request.page_token, query)
        parent = None if request.parent == "models/-" else request.parent
        snapshots = await self._installations.page(
            owner(context), parent, before=position[0] if position else None, size=size + 1
        )
        page, rest = snapshots[:size], snapshots[size:]
        return pb.ListInstallationsResponse(
            installations=[_message(snapshot) for snapshot in page],
            next_page_token=encode_token(query, [page[-1].job.id]) if rest else "",
        )

    async def WatchInstallation(
        self, request: pb.WatchInstallationRequest, context: Context
    ) -> AsyncIterator[pb.WatchInstallationResponse]:
        user = owner(context)

        async def load() -> Installation:
            return _message(await self._installations.get(user, request.name))

        watched = Watched(load=load, revision=revision, unpack=_unpack, ended=ended, due=due)
        async for installation in watch(self._tail, self._drain, user, request.name, watched):
            yield pb.WatchInstallationResponse(installation=installation)

    async def CancelInstallation(
        self, request: pb.CancelInstallationRequest, context: Context
    ) -> pb.CancelInstallationResponse:
        snapshot = await self._installations.cancel(owner(context), request.name)
        return pb.CancelInstallationResponse(installation=_message(snapshot))


def _message(snapshot: Snapshot) -> Installation:
    return installation_message(snapshot.job, snapshot.queue_position)


def _unpack(event: Event) -> Installation | None:
    return event.installation_changed if event.HasField("installation_changed") else None
