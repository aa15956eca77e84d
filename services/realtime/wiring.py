"""The composition root of the realtime service."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from alchemy.realtime.v1.realtime_service_pb2_grpc import add_RealtimeServiceServicer_to_server
from services.mesh import redis
from services.mesh.drain import Drain
from services.mesh.events import EventLog, EventTail
from services.mesh.server import ServiceBundle
from services.realtime.rpc import RealtimeRpc
from services.realtime.settings import Settings
from services.realtime.usecases import Events

SERVICE = "alchemy.realtime.v1.RealtimeService"


@asynccontextmanager
async def build(settings: Settings, drain: Drain) -> AsyncIterator[ServiceBundle]:
    """Connects the service's parts; closes them in reverse."""
    async with redis.connect(settings.redis_url) as client:
        tail = EventTail(client)
        rpc = RealtimeRpc(Events(EventLog(client), tail, drain))
        yield ServiceBundle(
            register=lambda server: add_RealtimeServiceServicer_to_server(rpc, server),
            names=[SERVICE],
            background=[tail.run],
        )
