"""Following a user's events, from now or from a cursor on."""

import asyncio
from collections.abc import AsyncIterator

from alchemy.realtime.v1.realtime_service_pb2 import Event
from services.mesh.drain import Drain
from services.mesh.events import EventLog, EventTail, position

HEARTBEAT_SECONDS = 10.0


class Events:
    """The events of all users; every call names the one whose events are wanted."""

    def __init__(self, log: EventLog, tail: EventTail, drain: Drain) -> None:
        self._log = log
        self._tail = tail
        self._drain = drain

    async def follow(self, owner: str, cursor: str) -> AsyncIterator[Event]:
        """Yields the owner's events after `cursor`; "" = from now on.

        The first one comes at once: a reset if history is gone, else a heartbeat. It ends only with an error.

        Raises:
            CursorInvalid: the cursor is malformed.
            ServerDraining: the process is ending; the client should subscribe again with its last cursor.
        """
        if cursor:
            position(cursor)
        # Subscribed before history is read, so that nothing falls between the two.
        with self._tail.subscribed(owner) as subscription:
            reached = await self._drain.unless_started(self._tail.position())
            if cursor and await self._log.covers(cursor):
                yield _idle(cursor)
                async for published in self._log.history(cursor, reached):
                    if published.owner == owner:
                        yield published.event
            else:
                yield _reset(reached) if cursor else _idle(reached)
            while True:
                try:
                    async with asyncio.timeout(HEARTBEAT_SECONDS):
                        published = await self._drain.unless_started(subscription.take())
                except TimeoutError:
                    # Nothing of this owner's is pending, so all that the tail has passed is behind them too.
                    reached = await self._tail.position()
                    yield _idle(reached)
                    continue
                # What arrived between subscribing and reading history was sent as history.
                if position(published.event.cursor) > position(reached):
                    reached = published.event.cursor
                    yield published.event


def _idle(cursor: str) -> Event:
    return _stamped(Event(cursor=cursor, heartbeat=Event.Heartbeat()))


def _reset(cursor: str) -> Event:
    return _stamped(Event(cursor=cursor, reset=Event.Reset()))


def _stamped(event: Event) -> Event:
    event.time.GetCurrentTime()
    return event
