"""What every user does with jobs of any kind: look at them, cancel, retry, drop."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from services.mesh.errors import MeshError, QueueFull
from services.mesh.jobs import job as moves
from services.mesh.jobs.dispatch import Dispatcher
from services.mesh.jobs.job import Job, JobState
from services.mesh.jobs.store import JobStore

_RETRY_WHEN_FULL_SECONDS = 30.0


@dataclass(frozen=True)
class Snapshot:
    """A job as a client sees it: the record, and its place in the queue while it waits."""

    job: Job
    queue_position: int | None


class OwnedJobs:
    """The jobs of one kind, of all users; every call names the one on whose behalf it is made."""

    def __init__(
        self,
        store: JobStore,
        dispatcher: Dispatcher,
        not_found: Callable[[str], MeshError],
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Makes the use cases.

        Args:
            store: the records.
            dispatcher: brings jobs to workers.
            not_found: makes the error for a name that the user has no job of.
            clock: Unix time in seconds.
        """
        self._store = store
        self._dispatcher = dispatcher
        self._not_found = not_found
        self._clock = clock

    async def check_room(self, queue: str, limit: int) -> None:
        """Raises QueueFull if so many jobs wait already."""
        if await self._store.queue_length(queue) >= limit:
            raise QueueFull(limit=limit, retry_after=_RETRY_WHEN_FULL_SECONDS)

    async def get(self, owner: str, name: str) -> Snapshot:
        """Returns a job. Raises what `not_found` makes."""
        return await self.snapshot(await self.owned(owner, name))

    async def page(self, owner: str, parent: str | None, *, before: str | None, size: int) -> list[Snapshot]:
        """Returns up to `size` jobs, newest first, of one parent or of all, older than the id `before`."""
        jobs = await self._store.page(owner, parent=parent, before=before, size=size)
        return [await self.snapshot(job) for job in jobs]

    async def cancel(self, owner: str, name: str) -> Snapshot:
        """Asks for the end of a job. Raises what `not_found` makes."""
        await self.owned(owner, name)
        return await self._changed(name, lambda job: moves.cancel_asked(job, self._clock()))

    async def retry(self, owner: str, name: str) -> Snapshot:
        """Queues an ended job again. Raises what `not_found` makes, or JobStateConflict."""
        await self.owned(owner, name)
        snapshot = await self._changed(name, lambda job: moves.retried(job, self._clock()))
        await self._dispatcher.send(snapshot.job.queue, name)
        return snapshot

    async def forget_parent(self, owner: str, parent: str) -> None:
        """Ends and removes all jobs of something that was deleted."""
        while jobs := await self._store.page(owner, parent=parent, before=None, size=100):
            for job in jobs:
                # A worker that has it in hand finds the record gone, and drops everything.
                await self._store.delete(job)

    async def owned(self, owner: str, name: str) -> Job:
        """Returns the record of a job. Raises what `not_found` makes."""
        job = await self._store.get(name)
        if job is None or job.owner != owner:
            raise self._not_found(name)
        return job

    async def snapshot(self, job: Job) -> Snapshot:
        """Returns a record with its place in the queue."""
        waits = job.state is JobState.QUEUED
        return Snapshot(job, await self._store.queue_position(job) if waits else None)

    async def _changed(self, name: str, move: Callable[[Job], Job]) -> Snapshot:
        job = await self._store.change(name, move)
        if job is None:
            raise self._not_found(name)
        return await self.snapshot(job)
