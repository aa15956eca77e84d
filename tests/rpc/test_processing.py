"""ProcessingService through a real server and the generated client: every RPC, every error reason."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import grpc
import pytest
from google.protobuf.duration_pb2 import Duration

from alchemy.processing.v1 import processing_service_pb2 as pb
from alchemy.processing.v1.separation_pb2 import Separation
from alchemy.type.v1.audio_pb2 import AudioEncoding
from alchemy.type.v1.job_pb2 import JobState
from services.mesh.errors import OutOfMemory
from services.mesh.ids import new_id
from services.mesh.jobs import job as moves
from services.processing.catalogue import CATALOGUE
from tests.rpc.conftest import AS_OWNER, AS_STRANGER, OWN_MODEL, OWNER, TRACK, Mesh
from tests.rpc.failing import failing

NO_SEPARATION = f"{TRACK}/separations/{new_id()}"
RESULT = {"stems": [{"stem": "vocals", "artifact": f"{TRACK}/artifacts/a", "size_bytes": 4, "sha256": "ab"}]}


async def create(mesh: Mesh, *, request_id: str = "", **wanted: object) -> Separation:
    request = pb.CreateSeparationRequest(
        parent=TRACK,
        separation=Separation(**wanted),  # type: ignore[arg-type]  # fields of the message
        request_id=request_id,
    )
    return (await mesh.processing.CreateSeparation(request, metadata=AS_OWNER)).separation


async def get(mesh: Mesh, name: str) -> Separation:
    return (await mesh.processing.GetSeparation(pb.GetSeparationRequest(name=name), metadata=AS_OWNER)).separation


async def claim(mesh: Mesh, name: str) -> None:
    await mesh.store.change(name, lambda job: moves.claimed(job, 10.0))


async def test_models_are_listed_best_first_with_what_a_user_must_know(mesh: Mesh) -> None:
    reply = await mesh.processing.ListModels(pb.ListModelsRequest(), metadata=AS_OWNER)
    assert [model.name for model in reply.models] == [f"models/{info.id}" for info in (*CATALOGUE, OWN_MODEL)]
    by_name = {model.name: model for model in reply.models}
    best, absent = by_name["models/htdemucs"], by_name["models/htdemucs-ft"]
    assert best.installed
    assert best.default
    assert best.max_segment_seconds == 7.8
    assert by_name["models/spleeter-2stems"].max_segment_seconds == 0
    assert list(best.stems) == ["drums", "bass", "other", "vocals"]
    assert best.license == "MIT"
    assert best.license_uri
    assert not absent.installed
    assert not absent.default
    assert absent.unavailable_reason
    assert absent.install_command == "sfa models install htdemucs-ft"
    assert sum(model.default for model in reply.models) == 1


async def test_pages_of_models_cover_all_once(mesh: Mesh) -> None:
    names: list[str] = []
    token = ""
    while True:
        request = pb.ListModelsRequest(page_size=2, page_token=token)
        reply = await mesh.processing.ListModels(request, metadata=AS_OWNER)
        names += [model.name for model in reply.models]
        token = reply.next_page_token
        if not token:
            break
    assert names == [f"models/{info.id}" for info in (*CATALOGUE, OWN_MODEL)]


async def test_one_model(mesh: Mesh) -> None:
    reply = await mesh.processing.GetModel(pb.GetModelRequest(name="models/spleeter-2stems"), metadata=AS_OWNER)
    assert list(reply.model.stems) == ["vocals", "accompaniment"]
    with failing("MODEL_NOT_FOUND") as failure:
        await mesh.processing.GetModel(pb.GetModelRequest(name="models/none"), metadata=AS_OWNER)
    assert failure.code is grpc.StatusCode.NOT_FOUND
    assert "htdemucs" in failure.metadata["known"]


async def test_a_new_separation_is_queued_with_the_best_model(mesh: Mesh) -> None:
    separation = await create(mesh)
    assert separation.name.startswith(f"{TRACK}/separations/")
    assert separation.model == "models/htdemucs"
    assert separation.state == JobState.JOB_STATE_QUEUED
    assert separation.encoding == AudioEncoding.AUDIO_ENCODING_WAV_PCM16
    assert separation.sample_rate_hz == 48000  # the track's
    assert separation.progress.queue_position == 0
    assert separation.HasField("create_time")
    assert not separation.HasField("start_time")
    assert mesh.sent.names == [separation.name]
    assert await get(mesh, separation.name) == separation


async def test_wanted_stems_are_kept_in_the_models_order(mesh: Mesh) -> None:
    separation = await create(
        mesh, model="models/htdemucs", wanted_stems=["vocals", "drums", "vocals"], complement=True
    )
    assert list(separation.wanted_stems) == ["drums", "vocals"]
    assert separation.complement


async def test_what_cannot_be_separated_is_refused_and_leaves_nothing(mesh: Mesh) -> None:
    with failing("MODEL_NOT_FOUND"):
        await create(mesh, model="models/none")
    with failing("MODEL_NOT_INSTALLED") as missing:
        await create(mesh, model="models/htdemucs-ft")
    assert missing.code is grpc.StatusCode.FAILED_PRECONDITION
    assert missing.metadata["command"] == "sfa models install htdemucs-ft"
    with failing("STEM_UNKNOWN") as unknown:
        await create(mesh, model="models/htdemucs", wanted_stems=["kazoo"])
    assert unknown.metadata["known"] == "drums,bass,other,vocals"
    for stems in ([], ["drums", "bass", "other", "vocals"]):
        with failing("INVALID_REQUEST") as invalid:
            await create(mesh, model="models/htdemucs", wanted_stems=stems, complement=True)
        assert invalid.fields == ["separation.complement"]
    with failing("INVALID_REQUEST") as faults:
        await create(mesh, encoding=99, request_id="x" * 65)
    assert faults.fields == ["separation.encoding", "request_id"]
    mesh.models.ids = set()
    with failing("MODEL_NOT_INSTALLED"):
        await create(mesh)
    assert mesh.sent.names == []
    assert await mesh.store.active() == []


async def test_options_are_kept(mesh: Mesh) -> None:
    wanted: dict[str, Any] = {
        "sample_rate_hz": 96_000,
        "overlap": 0.0,
        "segment_seconds": 5.5,
        "shifts": 2,
        "seed": 7,
        "preview": Separation.Preview(start=Duration(seconds=50), duration=Duration(seconds=30)),
    }
    separation = await create(mesh, **wanted)
    assert separation.HasField("overlap")
    assert (separation.overlap, separation.segment_seconds, separation.shifts, separation.seed) == (0.0, 5.5, 2, 7)
    assert separation.sample_rate_hz == 96_000
    assert (separation.preview.start.seconds, separation.preview.duration.seconds) == (50, 10)  # the track has a minute
    assert not (await create(mesh)).HasField("overlap")
    assert (await create(mesh, seed=7)).seed == 0


@pytest.mark.parametrize(
    ("field", "wanted"),
    [
        ("sample_rate_hz", {"sample_rate_hz": 7_999}),
        ("sample_rate_hz", {"sample_rate_hz": 192_001}),
        ("sample_rate_hz", {"sample_rate_hz": -1}),
        ("sample_rate_hz", {"sample_rate_hz": 96_000, "encoding": AudioEncoding.AUDIO_ENCODING_MP3}),
        ("overlap", {"overlap": -0.1}),
        ("overlap", {"overlap": 0.76}),
        ("overlap", {"overlap": float("nan")}),
        ("overlap", {"overlap": 0.25, "model": "models/spleeter-2stems"}),
        ("segment_seconds", {"segment_seconds": 0.5}),
        ("segment_seconds", {"segment_seconds": 7.9}),
        ("segment_seconds", {"segment_seconds": float("nan")}),
        ("segment_seconds", {"segment_seconds": 5, "model": "models/spleeter-2stems"}),
        ("shifts", {"shifts": -1}),
        ("shifts", {"shifts": 11}),
        ("seed", {"seed": -1, "shifts": 1}),
        ("preview.start", {"preview": Separation.Preview(start=Duration(seconds=-1), duration=Duration(seconds=1))}),
        ("preview.start", {"preview": Separation.Preview(start=Duration(seconds=60), duration=Duration(seconds=1))}),
        ("preview.duration", {"preview": Separation.Preview(start=Duration(seconds=1))}),
    ],
)
async def test_options_out_of_bounds_are_refused(mesh: Mesh, field: str, wanted: dict[str, Any]) -> None:
    with failing("INVALID_REQUEST") as failure:
        await create(mesh, **wanted)
    assert failure.fields == [f"separation.{field}"]
    assert mesh.sent.names == []


@pytest.mark.parametrize(
    "parent", ["", "tracks", "tracks/", "tracks/x", "tracks/../x", f"tracks/{new_id()}", TRACK + "/y"]
)
async def test_an_unknown_track_is_not_found(mesh: Mesh, parent: str) -> None:
    with failing("TRACK_NOT_FOUND") as failure:
        await mesh.processing.CreateSeparation(pb.CreateSeparationRequest(parent=parent), metadata=AS_OWNER)
    assert failure.metadata["name"] == parent


async def test_a_repeated_request_returns_the_first_job(mesh: Mesh) -> None:
    first = await create(mesh, request_id="r1", wanted_stems=["vocals"])
    again = await create(mesh, request_id="r1", wanted_stems=["vocals"])
    assert again.name == first.name
    assert mesh.sent.names == [first.name]
    with failing("REQUEST_ID_REUSED") as failure:
        await create(mesh, request_id="r1", wanted_stems=["drums"])
    assert failure.code is grpc.StatusCode.ALREADY_EXISTS


async def test_a_full_queue_says_when_to_come_back(mesh: Mesh) -> None:
    for _ in range(5):
        await create(mesh)
    with failing("QUEUE_FULL") as failure:
        await create(mesh)
    assert failure.code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert failure.retry_seconds is not None
    assert failure.metadata == {"limit": "5"}


async def test_what_belongs_to_somebody_else_is_not_found(mesh: Mesh) -> None:
    separation = await create(mesh)
    name = separation.name
    calls: list[Callable[[], Awaitable[object]]] = [
        lambda: mesh.processing.GetSeparation(pb.GetSeparationRequest(name=name), metadata=AS_STRANGER),
        lambda: mesh.processing.CancelSeparation(pb.CancelSeparationRequest(name=name), metadata=AS_STRANGER),
        lambda: mesh.processing.RetrySeparation(pb.RetrySeparationRequest(name=name), metadata=AS_STRANGER),
        lambda: aiter(
            mesh.processing.WatchSeparation(pb.WatchSeparationRequest(name=name), metadata=AS_STRANGER)
        ).__anext__(),
    ]
    for call in calls:
        with failing("SEPARATION_NOT_FOUND"):
            await call()
    listed = await mesh.processing.ListSeparations(pb.ListSeparationsRequest(parent="tracks/-"), metadata=AS_STRANGER)
    assert list(listed.separations) == []
    assert await get(mesh, name) == separation


async def test_a_call_without_identity_is_refused(mesh: Mesh) -> None:
    with failing("UNAUTHENTICATED"):
        await mesh.processing.GetSeparation(pb.GetSeparationRequest(name=NO_SEPARATION))


async def test_pages_of_separations(mesh: Mesh) -> None:
    made = [(await create(mesh)).name for _ in range(5)]
    for parent in (TRACK, "tracks/-"):
        names: list[str] = []
        token = ""
        while True:
            request = pb.ListSeparationsRequest(parent=parent, page_size=2, page_token=token)
            reply = await mesh.processing.ListSeparations(request, metadata=AS_OWNER)
            names += [separation.name for separation in reply.separations]
            token = reply.next_page_token
            if not token:
                break
        assert sorted(names) == sorted(made)
    with failing("INVALID_REQUEST") as failure:
        await mesh.processing.ListSeparations(pb.ListSeparationsRequest(parent=TRACK, page_size=-1), metadata=AS_OWNER)
    assert failure.fields == ["page_size"]
    with failing("PAGE_TOKEN_INVALID"):
        request = pb.ListSeparationsRequest(parent=TRACK, page_token="garbage")
        await mesh.processing.ListSeparations(request, metadata=AS_OWNER)


async def test_a_watch_shows_every_state_and_ends_with_the_last(mesh: Mesh) -> None:
    name = (await create(mesh)).name
    seen: list[Separation] = []

    async def follow() -> None:
        async for reply in mesh.processing.WatchSeparation(pb.WatchSeparationRequest(name=name), metadata=AS_OWNER):
            seen.append(reply.separation)  # noqa: PERF401 (looked at while it grows)

    watching = asyncio.ensure_future(follow())
    async with asyncio.timeout(10):
        while not seen:
            await asyncio.sleep(0.01)
        await claim(mesh, name)
        for step in range(1, 50):
            await mesh.store.change(
                name,
                lambda job, at=step / 50: moves.reported(  # type: ignore[misc]  # the loop's value, bound
                    job, 1, stage="separating", fraction=at, remaining_seconds=1.5, device="cpu"
                ),
            )
            await asyncio.sleep(0.02)
        await mesh.store.change(name, lambda job: moves.succeeded(job, 1, RESULT, 20.0))
        await watching
    fractions = [snapshot.progress.fraction for snapshot in seen]
    assert seen[0].state == JobState.JOB_STATE_QUEUED
    assert fractions == sorted(fractions)
    assert [snapshot.revision for snapshot in seen] == sorted(snapshot.revision for snapshot in seen)
    assert 4 <= len(seen) <= 15  # fewer than the 51 changes: the latest wins
    assert seen[-1] == await get(mesh, name)
    assert seen[-1].state == JobState.JOB_STATE_SUCCEEDED
    assert seen[-1].progress.fraction == 1
    assert [stem.stem for stem in seen[-1].stems] == ["vocals"]
    assert any(snapshot.progress.remaining.ToMilliseconds() == 1500 for snapshot in seen)


async def test_a_watch_of_an_ended_job_is_one_snapshot(mesh: Mesh) -> None:
    name = (await create(mesh)).name
    await claim(mesh, name)
    await mesh.store.change(name, lambda job: moves.failed_by(job, 1, OutOfMemory("much"), 20.0))
    call = mesh.processing.WatchSeparation(pb.WatchSeparationRequest(name=name), metadata=AS_OWNER)
    replies = [reply.separation async for reply in call]
    assert [separation.state for separation in replies] == [JobState.JOB_STATE_FAILED]
    assert replies[0].error.code == grpc.StatusCode.RESOURCE_EXHAUSTED.value[0]
    assert await call.code() is grpc.StatusCode.OK


async def test_waiting_jobs_see_the_queue_move(mesh: Mesh) -> None:
    first, second = (await create(mesh)).name, (await create(mesh)).name
    call = mesh.processing.WatchSeparation(pb.WatchSeparationRequest(name=second), metadata=AS_OWNER)
    async with asyncio.timeout(10):
        assert (await anext(aiter(call))).separation.progress.queue_position == 1
        await claim(mesh, first)
        async for reply in call:
            if reply.separation.progress.queue_position == 0:
                break
    call.cancel()


async def test_closing_a_watch_does_not_cancel_the_job(mesh: Mesh) -> None:
    name = (await create(mesh)).name
    call = mesh.processing.WatchSeparation(pb.WatchSeparationRequest(name=name), metadata=AS_OWNER)
    await anext(aiter(call))
    call.cancel()
    await asyncio.sleep(0.3)
    assert (await get(mesh, name)).state == JobState.JOB_STATE_QUEUED


async def test_a_drain_ends_watches_with_a_reason(mesh: Mesh) -> None:
    name = (await create(mesh)).name
    call = mesh.processing.WatchSeparation(pb.WatchSeparationRequest(name=name), metadata=AS_OWNER)
    await anext(aiter(call))
    mesh.drain.start()
    with failing("SERVER_DRAINING") as failure:
        async with asyncio.timeout(5):
            async for _ in call:
                pass
    assert failure.code is grpc.StatusCode.UNAVAILABLE
    assert failure.retry_seconds == 1.0


async def test_cancel_and_retry(mesh: Mesh) -> None:
    name = (await create(mesh)).name
    request = pb.CancelSeparationRequest(name=name)
    for _ in range(2):
        cancelled = (await mesh.processing.CancelSeparation(request, metadata=AS_OWNER)).separation
        assert cancelled.state == JobState.JOB_STATE_CANCELLED
        assert cancelled.HasField("end_time")
    again = (await mesh.processing.RetrySeparation(pb.RetrySeparationRequest(name=name), metadata=AS_OWNER)).separation
    assert again.state == JobState.JOB_STATE_QUEUED
    assert mesh.sent.names == [name, name]
    with failing("JOB_STATE_CONFLICT") as failure:
        await mesh.processing.RetrySeparation(pb.RetrySeparationRequest(name=name), metadata=AS_OWNER)
    assert failure.metadata == {"name": name, "state": "QUEUED"}
    await claim(mesh, name)
    asked = (await mesh.processing.CancelSeparation(request, metadata=AS_OWNER)).separation
    assert (asked.state, asked.cancel_requested) == (JobState.JOB_STATE_RUNNING, True)


async def test_the_jobs_of_a_deleted_track_go_with_it(mesh: Mesh) -> None:
    names = [(await create(mesh)).name for _ in range(3)]
    await claim(mesh, names[0])
    call = mesh.processing.WatchSeparation(pb.WatchSeparationRequest(name=names[0]), metadata=AS_OWNER)
    await anext(aiter(call))
    await mesh.separations.forget_parent(OWNER, TRACK)
    with failing("SEPARATION_NOT_FOUND"):
        async for _ in call:
            pass
    assert await mesh.store.active() == []
    with failing("SEPARATION_NOT_FOUND"):
        await get(mesh, names[1])
