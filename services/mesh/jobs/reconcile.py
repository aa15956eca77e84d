"""Finds jobs that nobody will come for, and puts that right."""

import asyncio
import time
from collections.abc import Callable

from redis.exceptions import RedisError

from services.mesh.errors import MeshError
from services.mesh.jobs import job as moves
from services.mesh.jobs.dispatch import Dispatcher
from services.mesh.jobs.job import JobState, Superseded
from services.mesh.jobs.store import JobStore
from services.mesh.logs import logger

log = logger(__name__)

_EVERY_SECONDS = 5.0
# A job this young may still be between its record and its message.
_YOUNG_SECONDS = 3.0


class Reconciler:
    """Holds the records of one kind of job against the messages and leases that should carry them."""

    def __init__(self, store: JobStore, dispatcher: Dispatcher, clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._dispatcher = dispatcher
        self._clock = clock

    async def run(self) -> None:
        """Reconciles every few seconds, until cancelled."""
        while True:
            try:
                await self.reconcile()
            except (MeshError, RedisError) as error:
                log.warning("not reconciled, trying again", error=str(error))
            await asyncio.sleep(_EVERY_SECONDS)

    async def reconcile(self) -> None:
        """Frees RUNNING jobs that no worker holds, and sends a message for QUEUED ones that have none."""
        pending: dict[str, set[str]] = {}
        for job in await self._store.active():
            if job.state is JobState.RUNNING:
                if not await self._store.held(job.name):
                    await self._free(job.name)
                continue
            if self._clock() - job.queued_at < _YOUNG_SECONDS:
                continue
            if job.queue not in pending:
                pending[job.queue] = await self._dispatcher.pending(job.queue)
            if job.name not in pending[job.queue]:
                log.info("no message: sent again", job=job.name)
                await self._dispatcher.send(job.queue, job.name)

    async def _free(self, name: str) -> None:
        # Between the two reads its worker may have ended the job; then the move is refused.
        try:
            freed = await self._store.change(name, lambda job: moves.freed(job, self._clock()))
        except Superseded:
            return
        if freed is not None:
            log.warning("its worker is gone", job=name, state=freed.state.value, losses=freed.losses)
