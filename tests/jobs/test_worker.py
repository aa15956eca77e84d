"""A worker and its records: every way in which work can end."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest

from services.mesh.drain import Drain
from services.mesh.errors import OutOfMemory
from services.mesh.jobs import job as moves
from services.mesh.jobs import worker as worker_module
from services.mesh.jobs.estimate import Estimate
from services.mesh.jobs.job import Job, JobState
from services.mesh.jobs.reconcile import Reconciler
from services.mesh.jobs.store import JobStore
from services.mesh.jobs.worker import JobWorker, Report, WorkDied
from tests.jobs.conftest import QUEUE, make_job
from tests.sent import Sent

Perform = Callable[[Job, Report], Awaitable[Mapping[str, Any]]]
RESULT = {"stems": [{"stem": "vocals"}]}


class Performing:
    """A performer made of one function, which tells whether it was stopped."""

    def __init__(self, perform: Perform) -> None:
        self._perform = perform
        self.started = asyncio.Event()
        self.stopped = False
        self.remains: set[str] = set()

    async def forget(self, job_id: str) -> None:
        self.remains.discard(job_id)

    async def left(self) -> set[str]:
        return self.remains.copy()

    async def perform(self, job: Job, report: Report) -> Mapping[str, Any]:
        self.started.set()
        self.remains.add(job.id)
        try:
            return await self._perform(job, report)
        except asyncio.CancelledError:
            self.stopped = True
            raise


async def at_once(job: Job, report: Report) -> Mapping[str, Any]:
    return RESULT


async def forever(job: Job, report: Report) -> Mapping[str, Any]:
    report.stage, report.fraction, report.device = "separating", 0.5, "cpu"
    await asyncio.sleep(3600)
    return RESULT


def make_worker(
    store: JobStore, sent: Sent, perform: Perform, drain: Drain | None = None
) -> tuple[JobWorker, Performing]:
    performing = Performing(perform)
    worker = JobWorker(
        redis_url="redis://unused",
        queue=QUEUE,
        actor_name="test",
        store=store,
        dispatcher=sent,
        performer=performing,
        drain=drain or Drain(),
    )
    return worker, performing


@pytest.fixture
async def job(store: JobStore) -> Job:
    return await store.create(make_job())


async def state_of(store: JobStore, job: Job) -> Job:
    now = await store.get(job.name)
    assert now is not None
    return now


async def test_success(store: JobStore, sent: Sent, job: Job) -> None:
    worker, performing = make_worker(store, sent, at_once)
    assert await worker.execute(job.name) is False
    now = await state_of(store, job)
    assert (now.state, now.result, now.fraction, now.attempt) == (JobState.SUCCEEDED, RESULT, 1.0, 1)
    assert performing.remains == set()
    assert not await store.held(job.name)


async def test_a_message_that_comes_twice_changes_nothing(store: JobStore, sent: Sent, job: Job) -> None:
    worker, performing = make_worker(store, sent, at_once)
    await worker.execute(job.name)
    performing.started.clear()
    before = await state_of(store, job)
    assert await worker.execute(job.name) is False
    assert await state_of(store, job) == before
    assert not performing.started.is_set()


async def test_a_message_for_a_job_that_is_gone(store: JobStore, sent: Sent) -> None:
    worker, performing = make_worker(store, sent, at_once)
    assert await worker.execute("tracks/t/separations/none") is False
    assert not performing.started.is_set()


async def test_a_typed_failure_is_kept(store: JobStore, sent: Sent, job: Job) -> None:
    async def fail(job: Job, report: Report) -> Mapping[str, Any]:
        raise OutOfMemory("12 GB wanted")

    worker, _ = make_worker(store, sent, fail)
    assert await worker.execute(job.name) is False
    now = await state_of(store, job)
    assert now.state is JobState.FAILED
    assert now.error is not None
    assert (now.error.reason, now.error.metadata) == ("OUT_OF_MEMORY", {"detail": "12 GB wanted"})


async def test_a_defect_fails_the_job_without_its_text(store: JobStore, sent: Sent, job: Job) -> None:
    async def fail(job: Job, report: Report) -> Mapping[str, Any]:
        raise KeyError("secret")

    worker, _ = make_worker(store, sent, fail)
    await worker.execute(job.name)
    now = await state_of(store, job)
    assert now.error is not None
    assert now.error.reason == "INTERNAL"
    assert "secret" not in now.error.message


async def test_work_that_dies_is_tried_again_and_in_the_end_given_up(store: JobStore, sent: Sent, job: Job) -> None:
    async def die(job: Job, report: Report) -> Mapping[str, Any]:
        raise WorkDied("killed")

    worker, performing = make_worker(store, sent, die)
    for _ in range(moves.MAX_LOSSES - 1):
        assert await worker.execute(job.name) is True
        assert performing.remains == {job.id}  # the next attempt goes on with it
    assert await worker.execute(job.name) is False
    assert performing.remains == set()
    now = await state_of(store, job)
    assert now.state is JobState.FAILED
    assert now.error is not None
    assert now.error.reason == "WORKER_LOST"


async def test_cancel_stops_the_work(store: JobStore, sent: Sent, job: Job) -> None:
    worker, performing = make_worker(store, sent, forever)
    execution = asyncio.ensure_future(worker.execute(job.name))
    await performing.started.wait()
    await store.change(job.name, lambda job: moves.cancel_asked(job, 5.0))
    async with asyncio.timeout(2):
        assert await execution is False
    assert performing.stopped
    assert performing.remains == set()
    assert (await state_of(store, job)).state is JobState.CANCELLED


async def test_a_cancelled_job_has_no_files(store: JobStore, sent: Sent, job: Job) -> None:
    """Also not for the moment between its record and their removal."""
    worker, performing = make_worker(store, sent, forever)
    forget = performing.forget

    async def look(job_id: str) -> None:
        states.append((await state_of(store, job)).state)
        await forget(job_id)

    states: list[JobState] = []
    performing.forget = look  # type: ignore[method-assign]
    execution = asyncio.ensure_future(worker.execute(job.name))
    await performing.started.wait()
    await store.change(job.name, lambda job: moves.cancel_asked(job, 5.0))
    await execution
    assert states[0] is JobState.RUNNING


async def test_what_is_left_of_a_job_that_ended_elsewhere_goes_with_its_message(
    store: JobStore, sent: Sent, job: Job
) -> None:
    worker, performing = make_worker(store, sent, at_once)
    performing.remains = {job.id}
    await store.change(job.name, lambda job: moves.cancel_asked(job, 5.0))
    await worker.execute(job.name)
    assert not performing.started.is_set()
    assert performing.remains == set()


async def test_a_starting_worker_sweeps_what_nobody_will_need(store: JobStore, sent: Sent, job: Job) -> None:
    ended = await store.create(make_job())
    await store.change(ended.name, lambda job: moves.cancel_asked(job, 5.0))
    worker, performing = make_worker(store, sent, at_once)
    performing.remains = {job.id, ended.id, "vanished"}
    await worker.sweep()
    assert performing.remains == {job.id}


async def test_a_worker_that_lost_its_job_leaves_the_files_to_the_other(store: JobStore, sent: Sent, job: Job) -> None:
    worker, performing = make_worker(store, sent, forever)
    execution = asyncio.ensure_future(worker.execute(job.name))
    await performing.started.wait()
    await store.release(job.name, worker._id)
    await store.hold(job.name, "the other one", 30)
    await store.change(job.name, lambda job: moves.freed(job, 5.0))
    await store.change(job.name, lambda job: moves.claimed(job, 6.0))
    async with asyncio.timeout(3):
        await execution
    assert performing.stopped
    assert performing.remains == {job.id}
    assert await store.held(job.name)


async def test_a_deleted_job_stops_the_work(store: JobStore, sent: Sent, job: Job) -> None:
    worker, performing = make_worker(store, sent, forever)
    execution = asyncio.ensure_future(worker.execute(job.name))
    await performing.started.wait()
    await store.delete(await state_of(store, job))
    async with asyncio.timeout(2):
        await execution
    assert performing.stopped
    assert performing.remains == set()
    assert await store.get(job.name) is None


async def test_a_drain_hands_the_job_back(store: JobStore, sent: Sent, job: Job) -> None:
    drain = Drain()
    worker, performing = make_worker(store, sent, forever, drain)
    execution = asyncio.ensure_future(worker.execute(job.name))
    await performing.started.wait()
    drain.start()
    async with asyncio.timeout(2):
        assert await execution is False
    assert performing.remains == {job.id}
    now = await state_of(store, job)
    assert (now.state, now.attempt, now.losses) == (JobState.QUEUED, 1, 0)
    assert sent.names == [job.name]
    assert not await store.held(job.name)


async def test_a_result_that_is_durable_beats_a_late_cancel(store: JobStore, sent: Sent, job: Job) -> None:
    async def finish_anyway(job: Job, report: Report) -> Mapping[str, Any]:
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            return RESULT
        raise AssertionError

    worker, performing = make_worker(store, sent, finish_anyway)
    execution = asyncio.ensure_future(worker.execute(job.name))
    await performing.started.wait()
    await store.change(job.name, lambda job: moves.cancel_asked(job, 5.0))
    await execution
    assert (await state_of(store, job)).state is JobState.SUCCEEDED


async def test_progress_is_written_with_its_device(store: JobStore, sent: Sent, job: Job) -> None:
    worker, performing = make_worker(store, sent, forever)
    execution = asyncio.ensure_future(worker.execute(job.name))
    await performing.started.wait()
    await asyncio.sleep(0.6)
    now = await state_of(store, job)
    assert (now.stage, now.fraction, now.device) == ("separating", 0.5, "cpu")
    await store.delete(now)
    await execution


async def test_a_living_workers_job_is_left_alone(
    store: JobStore, sent: Sent, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "LEASE_SECONDS", 0.6)
    first, performing = make_worker(store, sent, forever)
    execution = asyncio.ensure_future(first.execute(job.name))
    await performing.started.wait()
    await store.hold(job.name, first._id, 30)
    second, other = make_worker(store, sent, at_once)
    assert await second.execute(job.name) is False
    assert not other.started.is_set()
    await store.delete(await state_of(store, job))
    await execution


async def test_a_dead_workers_job_is_taken_over(store: JobStore, sent: Sent, job: Job) -> None:
    await store.hold(job.name, "the dead one", 0.5)
    await store.change(job.name, lambda job: moves.claimed(job, 2.0))
    worker, _ = make_worker(store, sent, at_once)
    await worker.execute(job.name)
    now = await state_of(store, job)
    assert (now.state, now.attempt, now.losses) == (JobState.SUCCEEDED, 2, 1)


async def test_the_reconciler_frees_what_no_worker_holds(store: JobStore, sent: Sent, job: Job) -> None:
    await store.change(job.name, lambda job: moves.claimed(job, 2.0))
    reconciler = Reconciler(store, sent, clock=lambda: 1000.0)
    await reconciler.reconcile()
    now = await state_of(store, job)
    assert (now.state, now.losses, now.queued_at) == (JobState.QUEUED, 1, 1000.0)


async def test_the_reconciler_sends_what_has_no_message(store: JobStore, sent: Sent, job: Job) -> None:
    held = await store.create(make_job())
    await store.change(held.name, lambda job: moves.claimed(job, 2.0))
    await store.hold(held.name, "alive", 30)
    young = Reconciler(store, sent, clock=lambda: job.queued_at + 1)
    await young.reconcile()
    assert sent.names == []
    old = Reconciler(store, sent, clock=lambda: job.queued_at + 60)
    await old.reconcile()
    await old.reconcile()
    assert sent.names == [job.name]


def test_the_estimate_needs_something_to_go_by() -> None:
    estimate = Estimate(now=0.0)
    assert estimate.remaining("separating", 0.0, 10.0) is None
    assert estimate.remaining("separating", 0.01, 11.0) is None
    assert estimate.remaining("separating", 0.25, 20.0) == pytest.approx(30.0)
    assert estimate.remaining("separating", 0.5, 30.0) == pytest.approx(20.0)


def test_the_estimate_forgets_the_pace_of_the_stage_before() -> None:
    estimate = Estimate(now=0.0)
    estimate.remaining("preparing", 0.0, 0.0)
    assert estimate.remaining("preparing", 0.1, 50.0) == pytest.approx(450.0)
    assert estimate.remaining("separating", 0.1, 50.0) is None
    assert estimate.remaining("separating", 0.4, 53.0) == pytest.approx(6.0)
