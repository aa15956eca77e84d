"""Dramatiq as the carrier, on the real Valkey."""

import asyncio

from services.mesh.drain import Drain
from services.mesh.jobs.dispatch import DramatiqDispatcher
from services.mesh.jobs.job import Job, JobState
from services.mesh.jobs.store import JobStore
from services.mesh.jobs.worker import JobWorker, Report
from tests.conftest import Valkey, free_port
from tests.jobs.conftest import QUEUE, make_job


class AtOnce:
    async def perform(self, job: Job, report: Report) -> dict[str, str]:
        return {"done": job.name}

    async def forget(self, job_id: str) -> None:
        pass

    async def left(self) -> set[str]:
        return set()


async def test_a_message_brings_its_job_to_a_worker(valkey: Valkey, store: JobStore) -> None:
    dispatcher, drain = DramatiqDispatcher(valkey.url, "test"), Drain()
    job = await store.create(make_job())
    await dispatcher.send(QUEUE, job.name)
    assert await dispatcher.pending(QUEUE) == {job.name}
    worker = JobWorker(
        redis_url=valkey.url,
        queue=QUEUE,
        actor_name="test",
        store=store,
        dispatcher=dispatcher,
        performer=AtOnce(),
        drain=drain,
    )
    running = asyncio.ensure_future(worker.run())
    async with asyncio.timeout(20):
        while (now := await store.get(job.name)) is None or now.state is not JobState.SUCCEEDED:
            await asyncio.sleep(0.05)
        while await dispatcher.pending(QUEUE):
            await asyncio.sleep(0.05)
        drain.start()
        await running
    dispatcher.close()


async def test_a_message_that_cannot_be_sent_is_no_error() -> None:
    dispatcher = DramatiqDispatcher(f"redis://127.0.0.1:{free_port()}/0", "test")
    await dispatcher.send(QUEUE, "tracks/t/separations/s")
    dispatcher.close()
