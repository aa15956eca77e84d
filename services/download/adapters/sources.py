"""Who fetches what, of all workers, in Redis.

alchemy:download:wish:{owner}:{fingerprint}    string with expiry: the download made last for this wish
alchemy:download:fetching:{owner}:{hash}       string with expiry: the worker that fetches this source
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.mesh.drain import stop
from services.mesh.errors import DependencyUnavailable
from services.mesh.ids import new_id
from services.mesh.redis import Client, redis_errors

_DAY_SECONDS = 24 * 3600
_LEASE_MS = 6_000
_EXTEND_SECONDS = 2.0
_LOOK_SECONDS = 0.25

_HOLD = """
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
"""
_RELEASE = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end"


class RedisSources:
    """Keeps two workers from fetching the same thing for one user."""

    def __init__(self, redis: Client) -> None:
        self._redis = redis
        self._hold_script = redis.register_script(_HOLD)
        self._release_script = redis.register_script(_RELEASE)

    async def under_way(self, owner: str, fingerprint: str) -> str | None:
        """Returns the name of the download that was made last for the same wish."""
        with redis_errors():
            name = await self._redis.get(_wish(owner, fingerprint))
        return None if name is None else name.decode()

    async def remember(self, owner: str, fingerprint: str, name: str) -> None:
        """Keeps that name for a day."""
        with redis_errors():
            await self._redis.set(_wish(owner, fingerprint), name, ex=_DAY_SECONDS)

    @asynccontextmanager
    async def held(self, owner: str, uri: str) -> AsyncIterator[None]:
        """Waits until nobody else fetches the source for the owner, and keeps others waiting during the block."""
        key = f"alchemy:download:fetching:{owner}:{hashlib.sha256(uri.encode()).hexdigest()[:32]}"
        holder = new_id()
        while not await self._hold(key, holder):  # noqa: ASYNC110 (the other may be another process)
            await asyncio.sleep(_LOOK_SECONDS)
        extending = asyncio.ensure_future(self._extend(key, holder))
        try:
            yield
        finally:
            await stop(extending)
            try:
                with redis_errors():
                    await self._release_script(keys=[key], args=[holder])
            except DependencyUnavailable:
                pass  # it expires by itself

    async def _hold(self, key: str, holder: str) -> bool:
        with redis_errors():
            return bool(await self._hold_script(keys=[key], args=[holder, _LEASE_MS]))

    async def _extend(self, key: str, holder: str) -> None:
        while True:
            await asyncio.sleep(_EXTEND_SECONDS)
            try:
                await self._hold(key, holder)
            except DependencyUnavailable:
                continue  # the transfer goes on; at worst somebody fetches the same


def _wish(owner: str, fingerprint: str) -> str:
    return f"alchemy:download:wish:{owner}:{fingerprint}"
