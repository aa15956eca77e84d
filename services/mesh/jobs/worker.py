"""A worker: takes jobs from one queue, one at a time, and answers for them until they end.

Dramatiq's thread only waits; the work itself runs on the event loop of the process, and whatever computes runs in a child
process (see `Performer`).
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import dramatiq
import structlog
from dramatiq.errors import Retry
from dramatiq.middleware import Retries

from services.mesh.drain import Drain
from services.mesh.errors import DependencyUnavailable
from services.mesh.ids import new_id
from services.mesh.jobs import job as moves
from services.mesh.jobs.attempt import LEASE_SECONDS, Attempt, work_lease
from services.mesh.jobs.dispatch import Dispatcher, make_broker
from services.mesh.jobs.job import JobState, Superseded
from services.mesh.jobs.performer import Performer, Report, WorkDied
from services.mesh.jobs.store import JobStore
from services.mesh.logs import logger
from services.mesh.traces import job as traced

log = logger(__name__)

# Those who write a performer find here what they need of the kit.
__all__ = ["JobWorker", "Performer", "Report", "WorkDied"]

# How long an idle worker waits at most before it looks for work again.
_IDLE_MS = 100
_RETRY_DELAY_MS = 1_000
# How long the last message may take to be acknowledged when the worker ends.
_STOP_MS = 5_000


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
        work = work_lease(job) if job is not None else ""
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
        with traced(self._queue, name):
            return await self._attempt(job)

    async def _attempt(self, job: moves.Job) -> bool:
        attempt = Attempt(
            job,
            self._id,
            store=self._store,
            dispatcher=self._dispatcher,
            performer=self._performer,
            drain=self._drain,
            clock=self._clock,
        )
        ended = await attempt.run()
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
