"""InstallModel, RemoveModel and the RPCs of installations, through a real server and the generated client."""

import asyncio
from collections.abc import Awaitable, Callable

import grpc
import pytest

from alchemy.processing.v1 import processing_service_pb2 as pb
from alchemy.processing.v1.installation_pb2 import Installation
from alchemy.processing.v1.separation_pb2 import Separation
from alchemy.realtime.v1 import realtime_service_pb2 as realtime
from alchemy.type.v1.job_pb2 import JobState
from services.mesh.errors import WeightsUnreachable
from services.mesh.jobs import job as moves
from services.processing.catalogue import MODELS
from tests.rpc.conftest import AS_OWNER, AS_STRANGER, TRACK, Mesh
from tests.rpc.failing import failing

MODEL = "models/htdemucs-ft"
RESULT = {"source": "somewhere", "files": [{"filename": "a.safetensors", "size": 7, "sha256": "ab"}]}


async def start(mesh: Mesh, name: str = MODEL, *, request_id: str = "") -> Installation:
    request = pb.InstallModelRequest(name=name, request_id=request_id)
    return (await mesh.processing.InstallModel(request, metadata=AS_OWNER)).installation


async def get(mesh: Mesh, name: str) -> Installation:
    request = pb.GetInstallationRequest(name=name)
    return (await mesh.processing.GetInstallation(request, metadata=AS_OWNER)).installation


async def remove(mesh: Mesh, name: str) -> None:
    await mesh.processing.RemoveModel(pb.RemoveModelRequest(name=name), metadata=AS_OWNER)


async def claim(mesh: Mesh, name: str) -> None:
    await mesh.installing.change(name, lambda job: moves.claimed(job, 10.0))


async def test_a_new_installation_is_queued_and_says_its_licence(mesh: Mesh) -> None:
    installation = await start(mesh)
    assert installation.name.startswith(f"{MODEL}/installations/")
    assert (installation.license, installation.state) == ("MIT", JobState.JOB_STATE_QUEUED)
    assert installation.license_uri
    assert installation.total_bytes == MODELS["htdemucs-ft"].size_bytes
    assert installation.received_bytes == 0
    assert mesh.sent.names == [installation.name]
    assert await get(mesh, installation.name) == installation


async def test_one_installation_of_a_model_is_under_way_at_a_time(mesh: Mesh) -> None:
    first = await start(mesh)
    assert (await start(mesh)).name == first.name
    assert (await start(mesh, "models/htdemucs")).name != first.name
    await mesh.processing.CancelInstallation(pb.CancelInstallationRequest(name=first.name), metadata=AS_OWNER)
    assert (await start(mesh)).name != first.name


async def test_a_repeated_request_returns_the_first_installation(mesh: Mesh) -> None:
    first = await start(mesh, request_id="r")
    await mesh.processing.CancelInstallation(pb.CancelInstallationRequest(name=first.name), metadata=AS_OWNER)
    assert (await start(mesh, request_id="r")).name == first.name
    with failing("REQUEST_ID_REUSED"):
        await start(mesh, "models/htdemucs", request_id="r")
    with failing("INVALID_REQUEST") as invalid:
        await start(mesh, request_id="x" * 65)
    assert invalid.fields == ["request_id"]


async def test_what_cannot_be_installed_is_refused(mesh: Mesh) -> None:
    with failing("MODEL_NOT_FOUND") as unknown:
        await start(mesh, "models/none")
    assert unknown.code is grpc.StatusCode.NOT_FOUND
    with failing("WEIGHTS_MISSING") as own:
        await start(mesh, "models/my-demucs")
    assert own.code is grpc.StatusCode.FAILED_PRECONDITION
    assert mesh.sent.names == []


async def test_a_watch_counts_bytes_and_ends_with_what_was_installed(mesh: Mesh) -> None:
    name = (await start(mesh)).name
    seen: list[Installation] = []

    async def follow() -> None:
        call = mesh.processing.WatchInstallation(pb.WatchInstallationRequest(name=name), metadata=AS_OWNER)
        async for reply in call:
            seen.append(reply.installation)  # noqa: PERF401 (looked at while it grows)

    watching = asyncio.ensure_future(follow())
    async with asyncio.timeout(10):
        while not seen:
            await asyncio.sleep(0.01)
        await claim(mesh, name)
        details = {"received_bytes": 3, "total_bytes": 7}
        await mesh.installing.change(
            name,
            lambda job: moves.reported(
                job, 1, stage="downloading", fraction=0.4, remaining_seconds=None, device="", details=details
            ),
        )
        while seen[-1].received_bytes != 3:
            await asyncio.sleep(0.01)
        await mesh.installing.change(name, lambda job: moves.succeeded(job, 1, RESULT, 20.0))
        await watching
    assert seen[-1].state == JobState.JOB_STATE_SUCCEEDED
    assert seen[-1].source == "somewhere"
    assert seen[-1].files[0] == Installation.File(filename="a.safetensors", size_bytes=7, sha256="ab")
    assert seen[-1].total_bytes == 7
    assert [snapshot.revision for snapshot in seen] == sorted(snapshot.revision for snapshot in seen)


async def test_an_offline_server_says_so_in_the_jobs_error(mesh: Mesh) -> None:
    name = (await start(mesh)).name
    await claim(mesh, name)
    error = WeightsUnreachable("htdemucs-ft", "Copy a folder.")
    await mesh.installing.change(name, lambda job: moves.failed_by(job, 1, error, 20.0))
    installation = await get(mesh, name)
    assert installation.state == JobState.JOB_STATE_FAILED
    assert installation.error.code == grpc.StatusCode.UNAVAILABLE.value[0]
    assert installation.error.message == "Copy a folder."


async def test_what_belongs_to_somebody_else_is_not_found(mesh: Mesh) -> None:
    name = (await start(mesh)).name
    calls: list[Callable[[], Awaitable[object]]] = [
        lambda: mesh.processing.GetInstallation(pb.GetInstallationRequest(name=name), metadata=AS_STRANGER),
        lambda: mesh.processing.CancelInstallation(pb.CancelInstallationRequest(name=name), metadata=AS_STRANGER),
        lambda: aiter(
            mesh.processing.WatchInstallation(pb.WatchInstallationRequest(name=name), metadata=AS_STRANGER)
        ).__anext__(),
    ]
    for call in calls:
        with failing("INSTALLATION_NOT_FOUND"):
            await call()


async def test_pages_of_installations(mesh: Mesh) -> None:
    made = [(await start(mesh, f"models/{model}")).name for model in ("htdemucs", "htdemucs-ft", "mdx-extra")]
    names: list[str] = []
    token = ""
    while True:
        request = pb.ListInstallationsRequest(parent="models/-", page_size=2, page_token=token)
        reply = await mesh.processing.ListInstallations(request, metadata=AS_OWNER)
        names += [installation.name for installation in reply.installations]
        token = reply.next_page_token
        if not token:
            break
    assert names == sorted(made, key=lambda name: name.rsplit("/", 1)[1], reverse=True)
    request = pb.ListInstallationsRequest(parent="models/htdemucs")
    reply = await mesh.processing.ListInstallations(request, metadata=AS_OWNER)
    assert [installation.name for installation in reply.installations] == made[:1]


async def test_a_removed_model_is_gone_with_its_installations(mesh: Mesh) -> None:
    name = (await start(mesh, "models/htdemucs")).name
    await mesh.processing.CancelInstallation(pb.CancelInstallationRequest(name=name), metadata=AS_OWNER)
    await remove(mesh, "models/htdemucs")
    assert mesh.models.discarded == ["htdemucs"]
    model = (await mesh.processing.GetModel(pb.GetModelRequest(name="models/htdemucs"), metadata=AS_OWNER)).model
    assert not model.installed
    with failing("INSTALLATION_NOT_FOUND"):
        await get(mesh, name)
    with failing("MODEL_NOT_INSTALLED") as again:
        await remove(mesh, "models/htdemucs")
    assert again.code is grpc.StatusCode.FAILED_PRECONDITION
    with failing("MODEL_NOT_FOUND"):
        await remove(mesh, "models/none")


async def test_a_model_in_use_stays(mesh: Mesh) -> None:
    request = pb.CreateSeparationRequest(parent=TRACK, separation=Separation(model="models/htdemucs"))
    job = (await mesh.processing.CreateSeparation(request, metadata=AS_OWNER)).separation.name
    with failing("MODEL_IN_USE") as used:
        await remove(mesh, "models/htdemucs")
    assert used.code is grpc.StatusCode.FAILED_PRECONDITION
    assert used.metadata == {"model": "htdemucs", "job": job}
    await remove(mesh, "models/spleeter-2stems")
    await mesh.processing.CancelSeparation(pb.CancelSeparationRequest(name=job), metadata=AS_OWNER)
    installing = (await start(mesh, "models/htdemucs")).name
    with failing("MODEL_IN_USE") as installed:
        await remove(mesh, "models/htdemucs")
    assert installed.metadata["job"] == installing


async def test_a_job_accepted_at_the_last_moment_brings_the_model_back(
    mesh: Mesh, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = pb.CreateSeparationRequest(parent=TRACK, separation=Separation(model="models/htdemucs"))
    name = (await mesh.processing.CreateSeparation(request, metadata=AS_OWNER)).separation.name
    job = await mesh.store.get(name)
    assert job is not None
    await mesh.processing.CancelSeparation(pb.CancelSeparationRequest(name=name), metadata=AS_OWNER)
    active = mesh.store.active

    async def late() -> list[moves.Job]:
        return [job] if "htdemucs" not in mesh.models.ids else await active()

    monkeypatch.setattr(mesh.store, "active", late)
    with failing("MODEL_IN_USE"):
        await remove(mesh, "models/htdemucs")
    assert "htdemucs" in mesh.models.ids
    assert mesh.models.discarded == []


async def test_installations_are_in_the_event_stream(mesh: Mesh) -> None:
    events: list[realtime.Event] = []

    async def follow() -> None:
        async for reply in mesh.realtime.Subscribe(realtime.SubscribeRequest(), metadata=AS_OWNER):
            events.append(reply.event)
            if reply.event.HasField("installation_deleted"):
                return

    following = asyncio.ensure_future(follow())
    async with asyncio.timeout(10):
        while not events:
            await asyncio.sleep(0.01)
        name = (await start(mesh, "models/htdemucs")).name
        while not any(event.installation_changed.name == name for event in events):
            await asyncio.sleep(0.01)
        await mesh.processing.CancelInstallation(pb.CancelInstallationRequest(name=name), metadata=AS_OWNER)
        await remove(mesh, "models/htdemucs")
        await following
    assert events[-1].installation_deleted == name
