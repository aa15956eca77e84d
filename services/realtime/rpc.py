"""RealtimeService: translate, call, translate back."""

from collections.abc import AsyncIterator
from typing import Any

import grpc.aio

from alchemy.realtime.v1 import realtime_service_pb2 as pb
from alchemy.realtime.v1.realtime_service_pb2_grpc import RealtimeServiceServicer
from services.mesh.identity import owner
from services.realtime.usecases import Events


class RealtimeRpc(RealtimeServiceServicer):
    """Serves RealtimeService."""

    def __init__(self, events: Events) -> None:
        self._events = events

    async def Subscribe(
        self, request: pb.SubscribeRequest, context: grpc.aio.ServicerContext[Any, Any]
    ) -> AsyncIterator[pb.SubscribeResponse]:
        async for event in self._events.follow(owner(context), request.cursor):
            yield pb.SubscribeResponse(event=event)
