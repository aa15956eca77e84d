"""The mesh's events: one Redis stream, one reader per process, fan-out in memory.

Every event carries the whole resource under its key (its name), so a newer one replaces all older ones of that key. This
is what allows slow readers to be conflated: a subscriber holds at most one event per resource, the newest.

A publisher writes the event in the same commit as the change where the change lives in Redis (jobs), and right after it
where it lives in SQL (tracks).
"""

import asyncio
import re
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from redis.exceptions import RedisError, ResponseError

from alchemy.realtime.v1.realtime_service_pb2 import Event
from services.mesh.errors import CursorInvalid, MeshError
from services.mesh.logs import logger
from services.mesh.metrics import EVENT_SUBSCRIBERS, EVENTS_PUBLISHED
from services.mesh.redis import Client, redis_errors

log = logger(__name__)

STREAM = "alchemy:events"
# History for those who resume: hours of ordinary use, about 20 MB. Older cursors are answered with a reset.
STREAM_LENGTH = 20_000

_BLOCK_MS = 5_000
_BATCH = 500
_CURSOR = re.compile(r"([0-9]{1,20})-([0-9]{1,20})")


@dataclass(frozen=True, slots=True)
class Published:
    """An event as it stands in the stream. `event.cursor` is its position."""

    owner: str
    key: str
    event: Event


def fields(owner: str, key: str, event: Event) -> dict[str, str | bytes]:
    """Returns the stream entry of an event, stamped with the present time."""
    event.time.FromNanoseconds(time.time_ns())
    return {"owner": owner, "key": key, "event": event.SerializeToString()}


class EventLog:
    """Writes events, and reads history and groups from the stream."""

    def __init__(self, redis: Client) -> None:
        self._redis = redis

    async def publish(self, owner: str, key: str, event: Event) -> None:
        """Appends an event for the resource `key` of `owner`.

        Raises:
            DependencyUnavailable: if Redis does not answer.
        """
        with redis_errors():
            await self._redis.xadd(STREAM, fields(owner, key, event), maxlen=STREAM_LENGTH, approximate=True)
        EVENTS_PUBLISHED.inc()

    async def last(self) -> str:
        """Returns the position of the newest event, "0-0" if there is none."""
        with redis_errors():
            entries = await self._redis.xrevrange(STREAM, count=1)
        return entries[0][0].decode() if entries else "0-0"

    async def covers(self, cursor: str) -> bool:
        """Whether everything after `cursor` is still in the stream."""
        with redis_errors():
            first = await self._redis.xrange(STREAM, count=1)
        return bool(first) and position(first[0][0].decode()) <= position(cursor) <= position(await self.last())

    async def history(self, cursor: str, until: str) -> AsyncIterator[Published]:
        """Yields the events after `cursor`, up to and including `until`."""
        while True:
            with redis_errors():
                entries = await self._redis.xrange(STREAM, min=f"({cursor}", max=until, count=_BATCH)
            for entry in entries:
                yield _published(entry)
            if len(entries) < _BATCH:
                return
            cursor = entries[-1][0].decode()

    async def consume(self, group: str, handle: Callable[[Published], Awaitable[None]]) -> None:
        """Hands every event to `handle` at least once, also those that came while no process of the group ran.

        An event whose handling fails is handed over again a second later. Runs until cancelled.
        """
        while True:
            try:
                await self._join(group)
                await self._consume(group, handle)
            except (RedisError, OSError, MeshError) as error:
                # Also NOGROUP, after somebody emptied the server: the group is made again.
                log.warning("events not handled, trying again", group=group, error=str(error))
                await asyncio.sleep(1)

    async def _join(self, group: str) -> None:
        try:
            await self._redis.xgroup_create(STREAM, group, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise

    async def _consume(self, group: str, handle: Callable[[Published], Awaitable[None]]) -> None:
        # First whatever this group took and did not finish, then what is new.
        cursor = "0"
        while True:
            reply = await self._redis.xreadgroup(group, group, {STREAM: cursor}, count=100, block=_BLOCK_MS)
            entries = reply[0][1] if reply else []
            if not entries and cursor != ">":
                cursor = ">"
                continue
            for entry in entries:
                if cursor != ">":
                    cursor = entry[0].decode()
                if entry[1]:
                    await handle(_published(entry))
                await self._redis.xack(STREAM, group, entry[0])


class Subscription:
    """Events for one reader, conflated: at most one per resource, the newest."""

    def __init__(self) -> None:
        self._pending: OrderedDict[str, Published] = OrderedDict()
        self._arrived = asyncio.Event()

    def offer(self, published: Published) -> None:
        """Adds an event; an older one of the same resource is dropped."""
        self._pending.pop(published.key, None)
        self._pending[published.key] = published
        self._arrived.set()

    async def take(self) -> Published:
        """Returns the oldest pending event; waits for one."""
        while not self._pending:
            self._arrived.clear()
            await self._arrived.wait()
        return self._pending.popitem(last=False)[1]


class EventTail:
    """The one reader of a process: follows the stream and fans it out to subscriptions."""

    def __init__(self, redis: Client) -> None:
        self._redis = redis
        self._position: str | None = None
        self._started = asyncio.Event()
        self._by_owner: dict[str, set[Subscription]] = {}
        self._by_key: dict[tuple[str, str], set[Subscription]] = {}

    async def position(self) -> str:
        """Returns the position up to which events have been fanned out; waits until the tail runs."""
        await self._started.wait()
        assert self._position is not None
        return self._position

    @contextmanager
    def subscribed(self, owner: str, key: str | None = None) -> Iterator[Subscription]:
        """Subscribes to an owner's events, or to those of one resource of theirs, while the block runs."""
        subscription = Subscription()
        group = self._by_owner.setdefault(owner, set()) if key is None else self._by_key.setdefault((owner, key), set())
        group.add(subscription)
        EVENT_SUBSCRIBERS.inc()
        try:
            yield subscription
        finally:
            EVENT_SUBSCRIBERS.dec()
            group.discard(subscription)
            if not group:
                if key is None:
                    self._by_owner.pop(owner, None)
                else:
                    self._by_key.pop((owner, key), None)

    async def run(self) -> None:
        """Follows the stream until cancelled; rides out a server that is away."""
        log_of_events = EventLog(self._redis)
        while True:
            try:
                if self._position is None:
                    self._position = await log_of_events.last()
                    self._started.set()
                reply = await self._redis.xread({STREAM: self._position}, count=_BATCH, block=_BLOCK_MS)
            except (RedisError, OSError) as error:
                log.warning("event stream unreadable, trying again", error=str(error))
                await asyncio.sleep(1)
                continue
            for entry in reply[0][1] if reply else []:
                self._fan_out(_published(entry))

    def _fan_out(self, published: Published) -> None:
        self._position = published.event.cursor
        subscribers: Iterable[Subscription] = (
            *self._by_owner.get(published.owner, ()),
            *self._by_key.get((published.owner, published.key), ()),
        )
        for subscription in subscribers:
            subscription.offer(published)


def position(cursor: str) -> tuple[int, int]:
    """Returns a cursor in a form that compares by time.

    Raises:
        CursorInvalid: if it is not a cursor of the stream.
    """
    match = _CURSOR.fullmatch(cursor)
    if not match:
        raise CursorInvalid
    return int(match[1]), int(match[2])


def _published(entry: tuple[bytes, dict[bytes, bytes]]) -> Published:
    cursor, values = entry
    event = Event.FromString(values[b"event"])
    event.cursor = cursor.decode()
    return Published(owner=values[b"owner"].decode(), key=values[b"key"].decode(), event=event)
