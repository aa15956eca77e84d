"""Records in the real Valkey: atomic changes, idempotent creation, indexes."""

import asyncio
import dataclasses

import pytest

from services.mesh.errors import RequestIdReused
from services.mesh.events import EventLog
from services.mesh.jobs import job as moves
from services.mesh.jobs.job import Job, JobState
from services.mesh.jobs.store import JobStore
from services.mesh.redis import Client
from tests.jobs.conftest import QUEUE, make_job


async def test_a_created_job_is_there_waits_and_was_announced(store: JobStore, redis_client: Client) -> None:
    job = await store.create(make_job())
    assert await store.get(job.name) == job
    assert job.revision == 1
    assert await store.queue_position(job) == 0
    assert await store.queue_length(QUEUE) == 1
    assert [active.name for active in await store.active()] == [job.name]
    log = EventLog(redis_client)
    events = [published async for published in log.history("0-0", await log.last())]
    assert [(e.owner, e.key, e.event.separation_changed.revision) for e in events] == [("local", job.name, 1)]


async def test_the_same_request_creates_once_even_at_the_same_moment(store: JobStore) -> None:
    jobs = await asyncio.gather(*(store.create(make_job(), request_id="r", fingerprint="f") for _ in range(20)))
    assert len({job.name for job in jobs}) == 1
    assert await store.queue_length(QUEUE) == 1


async def test_a_request_id_of_another_request_is_refused(store: JobStore) -> None:
    await store.create(make_job(), request_id="r", fingerprint="f")
    with pytest.raises(RequestIdReused):
        await store.create(make_job(), request_id="r", fingerprint="other")
    assert await store.created_by("somebody else", "r", "other") is None


async def test_no_change_is_lost_under_contention(store: JobStore) -> None:
    job = await store.create(make_job())

    def raised(job: Job) -> Job:
        return dataclasses.replace(job, attempt=job.attempt + 1)

    await asyncio.gather(*(store.change(job.name, raised) for _ in range(30)))
    after = await store.get(job.name)
    assert after is not None
    assert (after.attempt, after.revision) == (30, 31)


async def test_an_unchanged_job_is_not_written(store: JobStore, redis_client: Client) -> None:
    job = await store.create(make_job())
    before = await EventLog(redis_client).last()
    assert await store.change(job.name, lambda job: job) == job
    assert await EventLog(redis_client).last() == before


async def test_queue_positions_follow_the_queue(store: JobStore) -> None:
    first, second, third = [await store.create(make_job(at=at)) for at in (1.0, 2.0, 3.0)]
    assert [await store.queue_position(job) for job in (first, second, third)] == [0, 1, 2]
    await store.change(first.name, lambda job: moves.claimed(job, 4.0))
    assert [await store.queue_position(job) for job in (first, second, third)] == [None, 0, 1]
    await store.change(second.name, lambda job: moves.cancel_asked(job, 5.0))
    assert await store.queue_position(third) == 0


async def test_pages_are_newest_first_and_complete(store: JobStore) -> None:
    ours = [await store.create(make_job(track="tracks/a")) for _ in range(7)]
    others = [await store.create(make_job(track="tracks/b")) for _ in range(2)]
    await store.create(make_job(track="tracks/a", owner="somebody else"))
    seen: list[str] = []
    before = None
    while page := await store.page("local", parent="tracks/a", before=before, size=3):
        seen += [job.name for job in page]
        before = page[-1].id
    assert seen == [job.name for job in sorted(ours, key=lambda job: job.id, reverse=True)]
    assert len(await store.page("local", parent=None, before=None, size=100)) == len(ours) + len(others)


async def test_a_deleted_job_leaves_nothing_but_its_event(store: JobStore, redis_client: Client) -> None:
    job = await store.create(make_job())
    await store.hold(job.name, "worker", 10)
    await store.delete(job)
    assert await store.get(job.name) is None
    assert await store.page("local", parent=None, before=None, size=10) == []
    keys = {key.decode() for key in await redis_client.keys("*")}
    assert keys == {"alchemy:events"}
    log = EventLog(redis_client)
    last = [published async for published in log.history("0-0", await log.last())][-1]
    assert last.event.separation_deleted == job.name


async def test_one_worker_at_a_time_holds_a_job(store: JobStore) -> None:
    assert await store.hold("x", "one", 0.3)
    assert await store.hold("x", "one", 0.3)
    assert not await store.hold("x", "two", 0.3)
    await asyncio.sleep(0.4)
    assert await store.hold("x", "two", 0.3)
    await store.release("x", "one")
    assert await store.held("x")
    await store.release("x", "two")
    assert not await store.held("x")


async def test_a_change_of_a_missing_job(store: JobStore) -> None:
    assert await store.change("tracks/t/separations/none", lambda job: job) is None


async def test_the_state_of_an_ended_job_survives(store: JobStore) -> None:
    job = await store.create(make_job())
    await store.change(job.name, lambda job: moves.claimed(job, 2.0))
    ended = await store.change(job.name, lambda job: moves.succeeded(job, 1, {"stems": []}, 3.0))
    assert ended is not None
    assert (ended.state, ended.result) == (JobState.SUCCEEDED, {"stems": []})
    assert await store.active() == []
