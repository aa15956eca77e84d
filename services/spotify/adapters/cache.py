"""Spotify's answers, kept in Redis for all processes, and asked for once however many want them at the same time.

Two guards make one upstream call out of many equal ones: within the process all wait for one task, and between processes one
holds a lock while the others look whether the answer has come.
"""

import asyncio
import hashlib
import json
import secrets
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from services.mesh.drain import stop
from services.mesh.errors import DependencyUnavailable, SpotifyNotFound
from services.mesh.redis import Client, redis_errors
from services.spotify.adapters.metrics import CACHE
from services.spotify.domain import Json, JsonObject
from services.spotify.ports import Catalogue, Question, Request

_PREFIX: Final = "alchemy:spotify:cache:"
# Longer than the slowest answer with all its attempts; it ends only the lock of a process that died.
LOCK_SECONDS: Final = 30.0
_POLL_SECONDS: Final = 0.05
# Playlists and searches change under the same name; everything else hardly ever.
_CHANGING: Final = frozenset({Question.PLAYLIST, Question.SEARCH})
_CHANGING_SECONDS: Final = 300.0
# Large, and of no use here.
_DROPPED: Final = frozenset({"available_markets", "href", "external_urls", "restrictions", "added_by", "copyrights"})

_RELEASE: Final = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"


@dataclass(frozen=True)
class Ttl:
    """How long answers are kept, in seconds.

    Attributes:
        found: what exists.
        absent: that something does not exist.
    """

    found: float
    absent: float


class CachedCatalogue:
    """A Catalogue in front of another one."""

    def __init__(
        self, upstream: Catalogue, client: Client, ttl: Ttl, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._upstream = upstream
        self._client = client
        self._ttl = ttl
        self._clock = clock
        self._flights: dict[str, asyncio.Task[JsonObject]] = {}

    async def close(self) -> None:
        """Ends the look-ups that nobody waits for any more, before Redis is closed under them."""
        await stop(*self._flights.values())

    async def ask(self, request: Request) -> JsonObject:
        """Returns the answer from the cache, or asks; see Catalogue."""
        key = _PREFIX + hashlib.sha256(request.key.encode()).hexdigest()
        flight = self._flights.get(key)
        if flight is None:
            flight = asyncio.create_task(self._find(key, request))
            self._flights[key] = flight
            flight.add_done_callback(lambda task: self._landed(key, task))
        else:
            CACHE.labels("shared").inc()
        # Shielded: one caller that leaves must not take the answer away from the others.
        return await asyncio.shield(flight)

    def _landed(self, key: str, flight: "asyncio.Task[JsonObject]") -> None:
        del self._flights[key]
        if not flight.cancelled():
            flight.exception()  # all callers may have left; then nobody else looks at it

    async def _find(self, key: str, request: Request) -> JsonObject:
        with redis_errors():
            kept = await self._client.get(key)
        if kept is not None:
            answer = _unpacked(kept)
            CACHE.labels("absent" if answer is None else "hit").inc()
            return _existing(answer, request)
        lock, token = f"{key}:lock", secrets.token_hex(16)
        deadline = self._clock() + LOCK_SECONDS
        while True:
            with redis_errors():
                locked = await self._client.set(lock, token, nx=True, px=int(LOCK_SECONDS * 1000))
            if locked:
                try:
                    return await self._fetch(key, request)
                finally:
                    with redis_errors():
                        await self._client.eval(_RELEASE, 1, lock, token)
            if self._clock() > deadline:
                raise DependencyUnavailable("Spotify")
            await asyncio.sleep(_POLL_SECONDS)
            with redis_errors():
                kept = await self._client.get(key)
            if kept is not None:
                CACHE.labels("shared").inc()
                return _existing(_unpacked(kept), request)

    async def _fetch(self, key: str, request: Request) -> JsonObject:
        # The holder of the lock before us may have written it between our look and our lock.
        with redis_errors():
            kept = await self._client.get(key)
        if kept is not None:
            CACHE.labels("shared").inc()
            return _existing(_unpacked(kept), request)
        CACHE.labels("miss").inc()
        try:
            answer = _trimmed_object(await self._upstream.ask(request))
        except SpotifyNotFound:
            await self._keep(key, None, self._ttl.absent)
            raise
        seconds = min(self._ttl.found, _CHANGING_SECONDS) if request.question in _CHANGING else self._ttl.found
        await self._keep(key, answer, seconds)
        return answer

    async def _keep(self, key: str, answer: JsonObject | None, seconds: float) -> None:
        with redis_errors():
            await self._client.set(key, _packed(answer), px=max(int(seconds * 1000), 1))


def _existing(answer: JsonObject | None, request: Request) -> JsonObject:
    if answer is None:
        raise SpotifyNotFound(request.name)
    return answer


def _packed(answer: JsonObject | None) -> bytes:
    return zlib.compress(json.dumps(answer, separators=(",", ":")).encode())


def _unpacked(kept: bytes) -> JsonObject | None:
    answer: JsonObject | None = json.loads(zlib.decompress(kept))
    return answer


def _trimmed_object(answer: JsonObject) -> JsonObject:
    return {key: _trimmed(value) for key, value in answer.items() if key not in _DROPPED}


def _trimmed(value: Json) -> Json:
    if isinstance(value, dict):
        return _trimmed_object(value)
    return [_trimmed(one) for one in value] if isinstance(value, list) else value
