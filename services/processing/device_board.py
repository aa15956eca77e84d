"""Which devices there are at this moment: workers say so again and again, and who falls silent is gone.

alchemy:separation:device:{id}      string with expiry: one device (JSON), as its worker told last
alchemy:separation:devices:{queue}  set: ids of devices that take from the queue, some of them silent by now
"""

import asyncio
import contextlib
import dataclasses
import json
from collections.abc import Callable

from services.mesh.errors import DependencyUnavailable
from services.mesh.ids import new_id
from services.mesh.logs import logger
from services.mesh.redis import Client, redis_errors
from services.processing.devices import Device, DeviceState

log = logger(__name__)

_ANNOUNCE_SECONDS = 2.0
_SILENCE_SECONDS = 10


class DeviceBoard:
    """Where the devices that take from one queue are announced, in Redis."""

    def __init__(self, redis: Client, queue: str) -> None:
        self._redis = redis
        self._index = f"alchemy:separation:devices:{queue}"

    async def announce(self, announcer: str, device: Device) -> None:
        """Says how a device is; it holds for ten seconds."""
        with redis_errors():
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.set(_key(announcer), json.dumps(dataclasses.asdict(device)), ex=_SILENCE_SECONDS)
                pipe.sadd(self._index, announcer)
                await pipe.execute()

    async def withdraw(self, announcer: str) -> None:
        """Says that a device is gone."""
        with redis_errors():
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.delete(_key(announcer))
                pipe.srem(self._index, announcer)
                await pipe.execute()

    async def devices(self) -> list[Device]:
        """Returns the devices that were announced within ten seconds, the one that started first first."""
        with redis_errors():
            announcers = [member.decode() for member in await self._redis.smembers(self._index)]
            if not announcers:
                return []
            records = await self._redis.mget([_key(announcer) for announcer in announcers])
            if silent := [one for one, record in zip(announcers, records, strict=True) if record is None]:
                await self._redis.srem(self._index, *silent)
        devices = [_device(record) for record in records if record is not None]
        return sorted(devices, key=lambda device: (device.started_at, device.name))


async def keep_announcing(board: DeviceBoard, look: Callable[[], Device]) -> None:
    """Announces a device every two seconds until it is cancelled; then withdraws it. Outlives outages of Redis."""
    announcer = new_id()
    try:
        while True:
            try:
                await board.announce(announcer, look())
            except DependencyUnavailable:
                log.warning("redis does not answer; the device is not announced")
            await asyncio.sleep(_ANNOUNCE_SECONDS)
    finally:
        with contextlib.suppress(DependencyUnavailable):
            await board.withdraw(announcer)


def _device(record: bytes) -> Device:
    fields = json.loads(record)
    return Device(**{**fields, "state": DeviceState(fields["state"])})


def _key(announcer: str) -> str:
    return f"alchemy:separation:device:{announcer}"
