"""Processes die in mid-job; nothing that was accepted is lost, stuck or shown twice."""

import asyncio
import os
import signal
from contextlib import aclosing
from pathlib import Path

import aiohttp
import pytest

from alchemy_sdk.alchemy.processing.v1 import Separation
from alchemy_sdk.alchemy.type.v1 import JobState
from sfa import Mesh, connect
from tests.stack.conftest import EXAMPLE, Stack, another

pytestmark = pytest.mark.stack


async def started(mesh: Mesh, song: Path) -> Separation:
    """A separation of which a worker has done a part."""
    track = await mesh.library.upload(song)
    job = await mesh.processing.separate(track.name, model="spleeter-2stems")
    async with asyncio.timeout(60), aclosing(mesh.processing.watch(job.name)) as snapshots:
        async for snapshot in snapshots:
            if snapshot.state == JobState.RUNNING and snapshot.progress and snapshot.progress.fraction > 0.15:
                return snapshot
    raise AssertionError("it ended before anything could be done to it")


async def test_a_killed_worker_costs_one_attempt(stack: Stack, mesh: Mesh, long_song: Path, tmp_path: Path) -> None:
    job = await started(mesh, long_song)
    seen: list[Separation] = []
    stack.kill("worker-1", signal.SIGKILL)
    async with asyncio.timeout(90):
        ended = await mesh.processing.wait(job.name, on_snapshot=seen.append)
    assert ended.state == JobState.SUCCEEDED
    attempts = [snapshot.progress.attempt for snapshot in seen if snapshot.progress]
    assert (attempts[0], attempts[-1]) == (1, 2)
    assert attempts == sorted(attempts)
    fractions = [
        snapshot.progress.fraction for snapshot in seen if snapshot.progress and snapshot.progress.attempt == 2
    ]
    assert fractions == sorted(fractions)
    artifacts = [artifact async for artifact in mesh.library.list_artifacts(ended.name.rsplit("/", 2)[0])]
    assert sorted(a.stem for a in artifacts if a.stem) == ["accompaniment", "vocals"]
    await stack.idle()
    same = await mesh.library.upload(another(long_song, tmp_path))
    undisturbed = await mesh.processing.wait((await mesh.processing.separate(same.name, model="spleeter-2stems")).name)
    assert not undisturbed.reused
    assert [stem.sha256 for stem in ended.stems] == [stem.sha256 for stem in undisturbed.stems]


async def test_a_killed_engine_costs_one_attempt(stack: Stack, mesh: Mesh, long_song: Path) -> None:
    job = await started(mesh, long_song)
    worker = stack.supervisor.pids["worker-1"]
    (child,) = [int(pid) for pid in Path(f"/proc/{worker}/task/{worker}/children").read_text().split()]
    os.kill(child, signal.SIGKILL)
    async with asyncio.timeout(90):
        ended = await mesh.processing.wait(job.name)
    assert (ended.state, ended.progress and ended.progress.attempt) == (JobState.SUCCEEDED, 2)
    assert stack.supervisor.pids["worker-1"] == worker


async def test_a_worker_that_is_shut_down_hands_its_job_back(stack: Stack, mesh: Mesh, long_song: Path) -> None:
    job = await started(mesh, long_song)
    old = stack.kill("worker-1", signal.SIGTERM)
    async with asyncio.timeout(90):
        ended = await mesh.processing.wait(job.name)
        await stack.restarted("worker-1", old)
    assert (ended.state, ended.progress and ended.progress.attempt) == (JobState.SUCCEEDED, 2)


async def test_a_killed_valkey_loses_nothing_accepted(stack: Stack, mesh: Mesh, long_song: Path) -> None:
    running = await started(mesh, long_song)
    track = await mesh.library.upload(EXAMPLE)
    waiting = [await mesh.processing.separate(track.name) for _ in range(3)]
    old = stack.kill("valkey", signal.SIGKILL)
    await stack.restarted("valkey", old)
    async with asyncio.timeout(120):
        ended = [await mesh.processing.wait(job.name) for job in (running, *waiting)]
    assert all(job.state == JobState.SUCCEEDED for job in ended)
    assert len({stem.sha256 for job in ended[1:] for stem in job.stems}) == 2  # whether computed or reused
    listed = [job.name async for job in mesh.processing.list(track.name)]
    assert sorted(listed) == sorted(job.name for job in waiting)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
async def test_a_watch_continues_over_a_restart_of_the_service(
    stack: Stack, mesh: Mesh, longer_song: Path, number: signal.Signals
) -> None:
    job = await started(mesh, longer_song)
    seen: list[Separation] = []
    watching = asyncio.ensure_future(mesh.processing.wait(job.name, on_snapshot=seen.append))
    while not seen:
        await asyncio.sleep(0.05)
    old = stack.kill("processing", number)
    async with asyncio.timeout(90):
        ended = await watching
        await stack.restarted("processing", old)
    assert ended.state == JobState.SUCCEEDED
    assert ended.progress
    assert ended.progress.attempt == 1
    revisions = [snapshot.revision for snapshot in seen]
    assert revisions == sorted(revisions)


async def test_cancel_stops_the_work_and_removes_its_files(stack: Stack, mesh: Mesh, long_song: Path) -> None:
    job = await started(mesh, long_song)
    assert stack.work()
    before = stack.blobs()
    async with asyncio.timeout(2):
        await mesh.processing.cancel(job.name)
        async with aclosing(mesh.processing.watch(job.name)) as snapshots:
            async for snapshot in snapshots:
                ended = snapshot
    assert ended.state == JobState.CANCELLED
    assert not ended.stems
    await stack.idle()
    assert stack.blobs() == before


async def test_a_cancelled_watch_does_not_cancel_the_job(stack: Stack, mesh: Mesh, long_song: Path) -> None:
    job = await started(mesh, long_song)
    async with aiohttp.ClientSession() as session, session.get(f"{stack.url}/v1/{job.name}:watch") as reply:
        await reply.content.readline()
    async with connect(stack.url) as other, aclosing(other.processing.watch(job.name)) as snapshots:
        await anext(aiter(snapshots))
    async with asyncio.timeout(60):
        ended = await mesh.processing.wait(job.name)
    assert (ended.state, ended.progress and ended.progress.attempt) == (JobState.SUCCEEDED, 1)


async def test_a_deleted_track_takes_its_job_with_it(stack: Stack, mesh: Mesh, long_song: Path) -> None:
    job = await started(mesh, long_song)
    await mesh.library.delete_track(job.name.rsplit("/", 2)[0])
    async with asyncio.timeout(10):
        while [separation async for separation in mesh.processing.list() if separation.name == job.name]:
            await asyncio.sleep(0.1)
    await stack.idle()
