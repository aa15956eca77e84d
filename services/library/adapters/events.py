"""Publishes changes of tracks on the mesh's event stream.

A change is noted in the transaction that makes it and dropped only after it was published, so none is lost while Redis is
away or the process dies. What is published is the track as it is by then, which may be newer than the change.
"""

import asyncio

from alchemy.realtime.v1.realtime_service_pb2 import Event
from services.library.adapters.catalogue import SqlCatalogue
from services.library.translate import track_message
from services.mesh.errors import MeshError
from services.mesh.events import EventLog
from services.mesh.logs import logger

log = logger(__name__)

_BATCH = 100
# Also without being woken: another process may have noted changes and died.
_LOOK_SECONDS = 10.0
_RETRY_SECONDS = 1.0


class ChangeRelay:
    """Carries noted changes to the event stream."""

    def __init__(self, catalogue: SqlCatalogue, events: EventLog) -> None:
        self._catalogue = catalogue
        self._events = events
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Says that there is something to publish."""
        self._woken.set()

    async def run(self) -> None:
        """Publishes until cancelled; rides out a server that is away."""
        while True:
            self._woken.clear()
            try:
                while await self.publish_some():
                    pass
            except MeshError as error:
                log.warning("changes not published, trying again", error=error.message)
                await asyncio.sleep(_RETRY_SECONDS)
                continue
            try:
                await asyncio.wait_for(self._woken.wait(), _LOOK_SECONDS)
            except TimeoutError:
                continue

    async def publish_some(self) -> int:
        """Publishes the oldest changes; returns how many."""
        changes = await self._catalogue.changes(_BATCH)
        for owner, track_id in dict.fromkeys((owner, track_id) for _, owner, track_id in changes):
            track = await self._catalogue.track(owner, track_id)
            name = f"tracks/{track_id}"
            event = Event(track_changed=track_message(track)) if track else Event(track_deleted=name)
            await self._events.publish(owner, name, event)
        if changes:
            await self._catalogue.forget_changes([sequence for sequence, _, _ in changes])
        return len(changes)
