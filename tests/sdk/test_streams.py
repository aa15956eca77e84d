"""Watches and subscriptions survive cuts without the caller noticing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest
from google.protobuf import any_pb2
from google.rpc import error_details_pb2, status_pb2

import sfa
from alchemy.realtime.v1 import realtime_service_pb2 as realtime
from alchemy.type.v1 import job_pb2
from services.mesh import errors
from sfa import JobState, Mesh
from tests.sdk.fakes import JOB, FakeMesh, snapshot

QUEUED, RUNNING = job_pb2.JOB_STATE_QUEUED, job_pb2.JOB_STATE_RUNNING
SUCCEEDED, FAILED, CANCELLED = job_pb2.JOB_STATE_SUCCEEDED, job_pb2.JOB_STATE_FAILED, job_pb2.JOB_STATE_CANCELLED


async def revisions(mesh: Mesh) -> list[int]:
    return [seen.revision async for seen in mesh.processing.watch(JOB)]


async def test_a_watch_ends_with_the_terminal_snapshot(fake: FakeMesh, mesh: Mesh) -> None:
    fake.processing.scripts = [[snapshot(1, QUEUED), snapshot(2, RUNNING), snapshot(3, SUCCEEDED)]]
    assert await revisions(mesh) == [1, 2, 3]


async def test_keep_alives_are_not_passed_on_but_a_new_estimate_is(fake: FakeMesh, mesh: Mesh) -> None:
    fake.processing.scripts = [
        [snapshot(1, RUNNING, 0.1), snapshot(1, RUNNING, 0.1), snapshot(1, RUNNING, 0.2), snapshot(2, SUCCEEDED)]
    ]
    assert await revisions(mesh) == [1, 1, 2]


@pytest.mark.parametrize(
    "cut",
    [
        pytest.param([], id="ends OK without a terminal state"),
        pytest.param([errors.ServerDraining()], id="drains"),
        pytest.param([errors.DependencyUnavailable("redis")], id="loses its store"),
    ],
)
async def test_a_cut_watch_goes_on(fake: FakeMesh, mesh: Mesh, cut: list[BaseException]) -> None:
    fake.processing.scripts = [
        [snapshot(1, QUEUED), snapshot(2, RUNNING, 0.5), *cut],
        [*cut],
        [snapshot(2, RUNNING, 0.5), snapshot(3, RUNNING, 0.7), *cut],
        [snapshot(4, SUCCEEDED, 1.0)],
    ]
    assert await revisions(mesh) == [1, 2, 3, 4]


async def test_a_watch_never_goes_back(fake: FakeMesh, mesh: Mesh) -> None:
    fake.processing.scripts = [[snapshot(5, RUNNING)], [snapshot(4, RUNNING), snapshot(6, SUCCEEDED)]]
    assert await revisions(mesh) == [5, 6]


async def test_a_watch_survives_a_restart_of_the_server() -> None:
    fake = FakeMesh()
    fake.processing.scripts = [[snapshot(1, RUNNING)], [snapshot(2, SUCCEEDED)]]
    seen: list[int] = []
    async with fake.served():
        mesh = fake.connect()
        watch = mesh.processing.watch(JOB)
        seen.append((await anext(watch)).revision)
    async with fake.served():
        seen.extend([later.revision async for later in watch])
        mesh.close()
    assert seen == [1, 2]


async def test_a_watch_of_nothing_is_not_retried(fake: FakeMesh, mesh: Mesh) -> None:
    fake.processing.scripts = [[errors.SeparationNotFound(JOB)]]
    with pytest.raises(sfa.NotFound):
        await revisions(mesh)


async def test_patience_has_an_end() -> None:
    fake = FakeMesh()
    fake.processing.scripts = [[snapshot(1, RUNNING)]]
    async with fake.served():
        mesh = fake.connect()
        watch = mesh.processing.watch(JOB, patience=0.5)
        await anext(watch)
    with pytest.raises(sfa.Unavailable):
        await anext(watch)
    mesh.close()


async def test_a_silent_stream_is_given_up(fake: FakeMesh, mesh: Mesh) -> None:
    async def silent() -> AsyncIterator[int]:
        yield 1
        await asyncio.Event().wait()

    stream = mesh.processing._transport.stream(silent(), silence=0.1)
    assert await anext(stream) == 1
    with pytest.raises(sfa.DeadlineExceeded):
        await anext(stream)


async def test_wait_returns_a_success(fake: FakeMesh, mesh: Mesh) -> None:
    fake.processing.scripts = [[snapshot(1, RUNNING, 0.3), snapshot(2, SUCCEEDED, 1.0)]]
    fractions: list[float] = []
    done = await mesh.processing.wait(
        JOB, on_snapshot=lambda s: fractions.append(s.progress.fraction if s.progress else -1)
    )
    assert done.state == JobState.SUCCEEDED
    assert fractions == [0.3, 1.0]


async def test_wait_raises_the_reason_of_a_failure(fake: FakeMesh, mesh: Mesh) -> None:
    detail = any_pb2.Any()
    detail.Pack(error_details_pb2.ErrorInfo(reason="OUT_OF_MEMORY", metadata={"detail": "8 GB"}))
    status = status_pb2.Status(code=8, message="Too little memory.", details=[detail])
    fake.processing.scripts = [[snapshot(1, FAILED, error=status)]]
    with pytest.raises(sfa.SeparationFailed, match=r"Too little memory\.") as caught:
        await mesh.processing.wait(JOB)
    assert caught.value.reason == "OUT_OF_MEMORY"
    assert dict(caught.value.metadata) == {"detail": "8 GB"}
    assert caught.value.separation.state == JobState.FAILED


async def test_wait_tells_a_cancelled_job_from_a_failed_one(fake: FakeMesh, mesh: Mesh) -> None:
    fake.processing.scripts = [[snapshot(1, CANCELLED)]]
    with pytest.raises(sfa.SeparationCancelled):
        await mesh.processing.wait(JOB)


def event(cursor: str, **kind: object) -> realtime.Event:
    return realtime.Event(cursor=cursor, **kind or {"heartbeat": realtime.Event.Heartbeat()})  # type: ignore[arg-type]


async def test_a_subscription_resumes_from_the_last_cursor(fake: FakeMesh, mesh: Mesh) -> None:
    fake.realtime.streams = {
        "": [event("1"), event("2", track_deleted="tracks/a"), event("3")],
        "3": [errors.ServerDraining()],
    }
    fake.realtime.streams["3"] = [event("4", track_deleted="tracks/b")]
    fake.realtime.streams["4"] = [event("5", track_deleted="tracks/c")]
    seen = []
    async with aclosing(mesh.realtime.subscribe()) as events:
        async for one in events:
            seen.append((one.cursor, sfa.kind_of(one), one.track_deleted))
            if len(seen) == 3:
                break
    assert seen == [(c, "track_deleted", t) for c, t in (("2", "tracks/a"), ("4", "tracks/b"), ("5", "tracks/c"))]
    assert fake.realtime.cursors == ["", "3", "4"]


async def test_heartbeats_come_on_request(fake: FakeMesh, mesh: Mesh) -> None:
    fake.realtime.streams = {"": [event("1")]}
    async with aclosing(mesh.realtime.subscribe(heartbeats=True)) as events:
        assert sfa.kind_of(await anext(events)) == "heartbeat"


async def test_a_forgotten_cursor_is_told_as_a_reset(fake: FakeMesh, mesh: Mesh) -> None:
    fake.realtime.streams = {"": [event("1", track_deleted="tracks/a")], "1": [errors.CursorInvalid()]}
    seen = []
    async with aclosing(mesh.realtime.subscribe()) as events:
        async for one in events:
            seen.append(sfa.kind_of(one))
            if sfa.kind_of(one) == "reset":
                fake.realtime.streams[""] = [event("9", track_deleted="tracks/b")]
            if one.track_deleted == "tracks/b":
                break
    assert seen == ["track_deleted", "reset", "track_deleted"]


async def test_a_cursor_that_the_caller_made_up_is_refused(fake: FakeMesh, mesh: Mesh) -> None:
    fake.realtime.streams = {"nonsense": [errors.CursorInvalid()]}
    with pytest.raises(sfa.OutOfRange):
        await anext(mesh.realtime.subscribe("nonsense"))


async def test_a_watch_does_not_outlive_its_mesh(fake: FakeMesh) -> None:
    fake.processing.scripts = [[snapshot(1, RUNNING)], [snapshot(2, SUCCEEDED)]]
    async with fake.connect(timeout=10) as mesh, aclosing(mesh.processing.watch(JOB)) as snapshots:
        await anext(aiter(snapshots))
        await mesh.__aexit__(None, None, None)
        with pytest.raises(RuntimeError, match="was closed"):
            await anext(aiter(snapshots))
