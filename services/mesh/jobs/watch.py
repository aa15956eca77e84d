"""Turns the events of one job into a stream of snapshots, in the grammar of every Watch RPC."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from alchemy.realtime.v1.realtime_service_pb2 import Event
from services.mesh.drain import Drain
from services.mesh.events import EventTail, Subscription

# At most five snapshots a second: more than an eye follows, and little enough for a thousand watchers.
_LEAST_INTERVAL_SECONDS = 0.2
# The contract promises one every 15 seconds at least.
KEEP_ALIVE_SECONDS = 10.0

T = TypeVar("T")


@dataclass(frozen=True)
class Watched(Generic[T]):
    """What a watch must know about the resource.

    Attributes:
        load: reads the present snapshot; raises the resource's NotFound.
        revision: counts the changes of the resource; never falls.
        unpack: takes the snapshot out of an event; None if the event says that the resource is gone.
        ended: whether a snapshot is terminal.
        due: seconds until a snapshot should be read again though no event came; for what changes without one.
    """

    load: Callable[[], Awaitable[T]]
    revision: Callable[[T], int]
    unpack: Callable[[Event], T | None]
    ended: Callable[[T], bool]
    due: Callable[[T], float]


async def watch(tail: EventTail, drain: Drain, owner: str, name: str, watched: Watched[T]) -> AsyncIterator[T]:
    """Yields the present snapshot, then one after changes, the latest winning, and the terminal one last.

    Raises:
        ServerDraining: the process is ending; the client should watch again.
        MeshError: what `load` raises, also when the resource disappears under the watch.
    """
    # Subscribed before the first read, so that no change falls between the two.
    with tail.subscribed(owner, name) as subscription:
        snapshot = await watched.load()
        while True:
            yield snapshot
            if watched.ended(snapshot):
                return
            await drain.unless_started(asyncio.sleep(_LEAST_INTERVAL_SECONDS))
            try:
                async with asyncio.timeout(min(watched.due(snapshot), KEEP_ALIVE_SECONDS)):
                    snapshot = await drain.unless_started(_newer(subscription, snapshot, watched))
            except TimeoutError:
                snapshot = await watched.load()


async def _newer(subscription: Subscription, snapshot: T, watched: Watched[T]) -> T:
    while True:
        published = await subscription.take()
        unpacked = watched.unpack(published.event)
        if unpacked is None:
            # The resource is gone; loading it raises the error that says so.
            return await watched.load()
        # The first snapshot was read after the subscription began, so the first events may be older than it.
        if watched.revision(unpacked) > watched.revision(snapshot):
            return unpacked
