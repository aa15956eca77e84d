"""A worker: takes jobs from one queue, one at a time, and answers for them until they end.

Dramatiq's thread only waits; the work itself runs on the event loop of the process, and whatever computes runs in a child
process (see `Performer`).
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Protocol, TypeAlias

import dramatiq
import structlog
from dramatiq.errors import Retry
from dramatiq.middleware import Retries

from services.mesh.drain import Drain
from services.mesh.errors import DependencyUnavailable, Internal, MeshError
from services.mesh.ids import new_id
from services.mesh.jobs import job as moves
from services.mesh.jobs.dispatch import Dispatcher, make_broker
from services.mesh.jobs.estimate import Estimate
from services.mesh.jobs.job import Job, JobState, Superseded
from services.mesh.jobs.store import JobStore
from services.mesh.logs import logger

log = logger(__name__)

# A worker whose lease has run out is dead. Equals the patience of Dramatiq, which brings the job to the next worker.
LEASE_SECONDS = 5.0
_EXTEND_SECONDS = 1.0
# How often progress is written, and cancellation looked for.
_BEAT_SECONDS = 0.25
# How long an idle worker waits at most before it looks for work again.
_IDLE_MS = 100
_RETRY_DELAY_MS = 1_000
# How long the last message may take to be acknowledged when the worker ends.
_STOP_MS = 5_000


class WorkDied(Exception):
    """What computed the job died under it (killed, out of memory). The job is tried again."""


@dataclass
class Report:
    """What the performer last said about its job; the worker reads it four times a second."""

    stage: str = "preparing"
    fraction: float = 0.0
    device: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    """Replaced as a whole, never changed in place; see `Job.details`."""


# Stage, fraction, device, details.
_Said: TypeAlias = tuple[str, float, str, Mapping[str, Any]]


class Performer(Protocol):
    """Does the work of one kind of job."""

    async def perform(self, job: Job, report: Report) -> Mapping[str, Any]:
        """Does the job and returns its result, once that is durable.

        When cancelled it stops within two seconds and lets CancelledError pass. What it leaves then, or when it dies, the
        next attempt may go on with.

        Raises:
            MeshError: the job cannot be done.
            WorkDied: what computed it died.
        """
        ...

    async def forget(self, job_id: str) -> None:
        """Removes whatever attempts have left of a job: there will be no further one. Harmless to repeat."""
        ...

    async def left(self) -> set[str]:
        """Returns the ids of the jobs of which attempts have left something."""
        ...


class _Order(Enum):
    """Why work is stopped from outside."""

    CANCEL = "cancel"
    ABANDON = "abandon"
    HAND_BACK = "hand back"


class JobWorker:
    """Runs the jobs of one queue, one at a time, until the drain."""

    def __init__(
        self,
        *,
        redis_url: str,
        queue: str,
        actor_name: str,
        store: JobStore,
        dispatcher: Dispatcher,
        performer: Performer,
        drain: Drain,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._redis_url = redis_url
        self._queue = queue
        self._actor_name = actor_name
        self._store = store
        self._dispatcher = dispatcher
        self._performer = performer
        self._drain = drain
        self._clock = clock
        self._id = new_id()

    async def run(self) -> None:
        """Takes jobs until the drain starts; the one in hand is handed back."""
        try:
            await self.sweep()
        except DependencyUnavailable:
            log.warning("redis does not answer; what earlier workers left stays for now")
        loop = asyncio.get_running_loop()

        def take(name: str) -> None:
            """Runs in Dramatiq's thread."""
            if asyncio.run_coroutine_threadsafe(self.execute(name), loop).result():
                raise Retry(delay=_RETRY_DELAY_MS)

        broker = make_broker(self._redis_url, [Retries(retry_when=lambda _, error: isinstance(error, Retry))])
        dramatiq.actor(actor_name=self._actor_name, queue_name=self._queue, broker=broker)(take)
        worker = dramatiq.Worker(broker, worker_threads=1, worker_timeout=_IDLE_MS)
        worker.queue_prefetch = 1  # a busy worker hoards nothing
        worker.start()
        log.info("waiting for jobs", queue=self._queue)
        try:
            await self._drain.wait()
        finally:
            # Bounded, because Dramatiq tries for ever to acknowledge a message while Redis is away; it comes again then.
            await asyncio.to_thread(worker.stop, timeout=_STOP_MS)
            broker.close()

    async def execute(self, name: str) -> bool:
        """Does what the job's record asks for. Returns whether the message should come again after a pause."""
        with structlog.contextvars.bound_contextvars(job=name):
            if self._drain.started or not await self._take_lease(name):
                return False
            try:
                async with self._alone(name) as alone:
                    # Another job is being worked on whose result will be this one's too.
                    again = not alone or await self._execute(name)
                await self._forget_ended(name)
            finally:
                await self._store.release(name, self._id)
            return again

    @asynccontextmanager
    async def _alone(self, name: str) -> AsyncIterator[bool]:
        """Tells whether no job with the same key is being worked on, and keeps it so while the block runs."""
        job = await self._store.get(name)
        work = _work_lease(job) if job is not None else ""
        if not work:
            yield True
            return
        try:
            yield await self._store.hold(work, self._id, LEASE_SECONDS)
        finally:
            await self._store.release(work, self._id)

    async def sweep(self) -> None:
        """Removes what attempts have left of jobs that have ended since, or are gone."""
        left = await self._performer.left()
        for job_id in left - {job.id for job in await self._store.active()}:
            log.info("removed what was left", job_id=job_id)
            await self._performer.forget(job_id)

    async def _forget_ended(self, name: str) -> None:
        """Removes what attempts have left, if there will be no further one. Only the holder of the lease may judge that."""
        if not await self._store.hold(name, self._id, LEASE_SECONDS):
            return
        job = await self._store.get(name)
        if job is None or job.state.terminal:
            await self._performer.forget(name.rsplit("/", 1)[1])

    async def _execute(self, name: str) -> bool:
        try:
            job = await self._store.change(name, lambda job: moves.claimed(job, self._clock()))
        except Superseded:
            return False  # it has ended: the message came twice
        if job is None or job.state is not JobState.RUNNING:
            return False
        log.info("started", attempt=job.attempt)
        ended = await self._work(job)
        if ended is None:
            log.warning("superseded", attempt=job.attempt)
            return False
        log.info("ended", attempt=job.attempt, state=ended.state.value, reason=ended.error and ended.error.reason)
        return ended.state is JobState.QUEUED and not self._drain.started

    async def _take_lease(self, name: str) -> bool:
        """Waits for a dead worker's lease to run out; gives up on one that is extended: that worker lives."""
        for _ in range(int(2 * LEASE_SECONDS)):
            if await self._store.hold(name, self._id, LEASE_SECONDS):
                return True
            job = await self._store.get(name)
            if job is None or job.state.terminal:
                return False
            await asyncio.sleep(0.5)
        log.info("another worker has it")
        return False

    async def _work(self, job: Job) -> Job | None:
        """Performs a claimed job to its end. Returns it as it was left, None if it is no longer this worker's."""
        report = Report()
        work = asyncio.ensure_future(self._performer.perform(job, report))
        orders = asyncio.ensure_future(self._follow(job, report))
        try:
            await asyncio.wait({work, orders}, return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                return await self._persist(job, self._move_for(job, work, report))
            work.cancel()
            await asyncio.wait({work})
            if not work.cancelled() and work.exception() is None:
                # The order came too late: the result is durable.
                return await self._persist(job, self._move_for(job, work, report))
            return await self._obey(job, orders.result())
        finally:
            orders.cancel()

    async def _follow(self, job: Job, report: Report) -> _Order:
        """Writes progress, extends the lease, and returns when the work should stop."""
        estimate = Estimate(self._clock())
        written: _Said = ("", -1.0, "", {})
        extended = self._clock()
        while True:
            if self._drain.started:
                return _Order.HAND_BACK
            try:
                latest = (report.stage, report.fraction, report.device, report.details)
                current = await self._beat(job, latest if latest != written else None, estimate)
                written = latest
                if current is None or current.attempt != job.attempt or current.state is not JobState.RUNNING:
                    return _Order.ABANDON
                if current.cancel_requested:
                    return _Order.CANCEL
                if self._clock() - extended >= _EXTEND_SECONDS:
                    if not await self._store.hold(job.name, self._id, LEASE_SECONDS):
                        return _Order.ABANDON
                    if work := _work_lease(job):
                        await self._store.hold(work, self._id, LEASE_SECONDS)
                    extended = self._clock()
            except Superseded:
                return _Order.ABANDON
            except DependencyUnavailable:
                # The work goes on without Redis; whether it still counts is decided when Redis is back.
                log.warning("redis does not answer; working on")
            await asyncio.sleep(_BEAT_SECONDS)

    async def _beat(self, job: Job, latest: _Said | None, estimate: Estimate) -> Job | None:
        if latest is None:
            return await self._store.get(job.name)
        stage, fraction, device, details = latest
        remaining = estimate.remaining(stage, fraction, self._clock())
        return await self._store.change(
            job.name,
            lambda job_now: moves.reported(
                job_now,
                job.attempt,
                stage=stage,
                fraction=fraction,
                remaining_seconds=remaining,
                device=device,
                details=details,
            ),
        )

    def _move_for(self, job: Job, work: "asyncio.Future[Mapping[str, Any]]", report: Report) -> Callable[[Job], Job]:
        try:
            result = work.result()
        except WorkDied as death:
            log.warning("what computed the job died", detail=str(death))
            return lambda now: moves.handed_back(now, job.attempt, self._clock(), lost=True)
        except MeshError as error:
            cause = error
        except Exception:
            log.exception("performing failed")
            cause = Internal(job.id)
        else:
            # A job that was quicker than the beat has reported nothing yet.
            return lambda now: moves.succeeded(
                now, job.attempt, result, self._clock(), device=report.device, details=report.details
            )
        return lambda now: moves.failed_by(now, job.attempt, cause, self._clock())

    async def _obey(self, job: Job, order: _Order) -> Job | None:
        if order is _Order.ABANDON:
            return None
        if order is _Order.CANCEL:
            # Before the record says so: a cancelled job has no files.
            await self._performer.forget(job.id)
            return await self._persist(job, lambda now: moves.cancelled_by(now, job.attempt, self._clock()))
        left = await self._persist(job, lambda now: moves.handed_back(now, job.attempt, self._clock(), lost=False))
        if left is not None and left.state is JobState.QUEUED:
            await self._store.release(job.name, self._id)
            await self._dispatcher.send(job.queue, job.name)
        return left

    async def _persist(self, job: Job, move: Callable[[Job], Job]) -> Job | None:
        """Writes the end of the work, however long Redis is away: it is the one thing that must not be lost."""
        while True:
            try:
                return await self._store.change(job.name, move)
            except Superseded:
                return None
            except DependencyUnavailable:
                if self._drain.started:
                    return None
                log.warning("redis does not answer; the result waits")
                await asyncio.sleep(1)


def _work_lease(job: Job) -> str:
    """Names the lease on the work itself, which all jobs with the same key share; empty if the job is unlike any other."""
    return f"work:{job.owner}:{job.key}" if job.key else ""
