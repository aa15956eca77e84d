"""One attempt at a job: the work and, beside it, everything that must happen meanwhile."""

import asyncio
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, TypeAlias

from services.mesh.drain import Drain
from services.mesh.errors import DependencyUnavailable, Internal, MeshError
from services.mesh.jobs import job as moves
from services.mesh.jobs.dispatch import Dispatcher
from services.mesh.jobs.estimate import Estimate
from services.mesh.jobs.job import Job, JobState, Superseded
from services.mesh.jobs.performer import Performer, Report, WorkDied
from services.mesh.jobs.store import JobStore
from services.mesh.logs import logger

log = logger(__name__)

# A worker whose lease has run out is dead. Equals the patience of Dramatiq, which brings the job to the next worker.
LEASE_SECONDS = 5.0
_EXTEND_SECONDS = 1.0
# How often progress is written, and cancellation looked for.
_BEAT_SECONDS = 0.25

# Stage, fraction, device, details.
_Said: TypeAlias = tuple[str, float, str, Mapping[str, Any]]


class _Order(Enum):
    """Why work is stopped from outside."""

    CANCEL = "cancel"
    ABANDON = "abandon"
    HAND_BACK = "hand back"


class Attempt:
    """A job that a worker has claimed, until it has ended or is somebody else's."""

    def __init__(
        self,
        job: Job,
        holder: str,
        *,
        store: JobStore,
        dispatcher: Dispatcher,
        performer: Performer,
        drain: Drain,
        clock: Callable[[], float],
    ) -> None:
        """Starts nothing yet.

        Args:
            job: the job as it was claimed.
            holder: who holds its lease.
            store: the records.
            dispatcher: brings the job to the next worker when this one ends.
            performer: does the work.
            drain: when this process ends.
            clock: the time, in seconds since 1970.
        """
        self._job = job
        self._holder = holder
        self._store = store
        self._dispatcher = dispatcher
        self._performer = performer
        self._drain = drain
        self._clock = clock

    async def run(self) -> Job | None:
        """Performs the job to its end. Returns it as it was left, None if it is no longer this worker's."""
        report = Report()
        work = asyncio.ensure_future(self._performer.perform(self._job, report))
        orders = asyncio.ensure_future(self._follow(report))
        try:
            await asyncio.wait({work, orders}, return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                return await self._persist(self._move_for(work, report))
            work.cancel()
            await asyncio.wait({work})
            if not work.cancelled() and work.exception() is None:
                # The order came too late: the result is durable.
                return await self._persist(self._move_for(work, report))
            return await self._obey(orders.result())
        finally:
            orders.cancel()

    async def _follow(self, report: Report) -> _Order:
        """Writes progress, extends the lease, and returns when the work should stop."""
        estimate = Estimate(self._clock())
        written: _Said = ("", -1.0, "", {})
        extended = self._clock()
        while True:
            if self._drain.started:
                return _Order.HAND_BACK
            try:
                latest = (report.stage, report.fraction, report.device, report.details)
                current = await self._beat(latest if latest != written else None, estimate)
                written = latest
                if current is None or current.attempt != self._job.attempt or current.state is not JobState.RUNNING:
                    return _Order.ABANDON
                if current.cancel_requested:
                    return _Order.CANCEL
                if self._clock() - extended >= _EXTEND_SECONDS:
                    if not await self._store.hold(self._job.name, self._holder, LEASE_SECONDS):
                        return _Order.ABANDON
                    if work := work_lease(self._job):
                        await self._store.hold(work, self._holder, LEASE_SECONDS)
                    extended = self._clock()
            except Superseded:
                return _Order.ABANDON
            except DependencyUnavailable:
                # The work goes on without Redis; whether it still counts is decided when Redis is back.
                log.warning("redis does not answer; working on")
            await asyncio.sleep(_BEAT_SECONDS)

    async def _beat(self, latest: _Said | None, estimate: Estimate) -> Job | None:
        if latest is None:
            return await self._store.get(self._job.name)
        stage, fraction, device, details = latest
        remaining = estimate.remaining(stage, fraction, self._clock())
        return await self._store.change(
            self._job.name,
            lambda job_now: moves.reported(
                job_now,
                self._job.attempt,
                stage=stage,
                fraction=fraction,
                remaining_seconds=remaining,
                device=device,
                details=details,
            ),
        )

    def _move_for(self, work: "asyncio.Future[Mapping[str, Any]]", report: Report) -> Callable[[Job], Job]:
        try:
            result = work.result()
        except WorkDied as death:
            log.warning("what computed the job died", detail=str(death))
            return lambda now: moves.handed_back(now, self._job.attempt, self._clock(), lost=True)
        except MeshError as error:
            cause = error
        except Exception:
            log.exception("performing failed")
            cause = Internal(self._job.id)
        else:
            # A job that was quicker than the beat has reported nothing yet.
            return lambda now: moves.succeeded(
                now, self._job.attempt, result, self._clock(), device=report.device, details=report.details
            )
        return lambda now: moves.failed_by(now, self._job.attempt, cause, self._clock())

    async def _obey(self, order: _Order) -> Job | None:
        if order is _Order.ABANDON:
            return None
        if order is _Order.CANCEL:
            # Before the record says so: a cancelled job has no files.
            await self._performer.forget(self._job.id)
            return await self._persist(lambda now: moves.cancelled_by(now, self._job.attempt, self._clock()))
        left = await self._persist(lambda now: moves.handed_back(now, self._job.attempt, self._clock(), lost=False))
        if left is not None and left.state is JobState.QUEUED:
            await self._store.release(self._job.name, self._holder)
            await self._dispatcher.send(self._job.queue, self._job.name)
        return left

    async def _persist(self, move: Callable[[Job], Job]) -> Job | None:
        """Writes the end of the work, however long Redis is away: it is the one thing that must not be lost."""
        while True:
            try:
                return await self._store.change(self._job.name, move)
            except Superseded:
                return None
            except DependencyUnavailable:
                if self._drain.started:
                    return None
                log.warning("redis does not answer; the result waits")
                await asyncio.sleep(1)


def work_lease(job: Job) -> str:
    """Names the lease on the work itself, which all jobs with the same key share; empty if the job is unlike any other."""
    return f"work:{job.owner}:{job.key}" if job.key else ""
