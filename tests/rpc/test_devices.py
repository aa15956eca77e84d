"""ListDevices: what workers tell of their devices, to whom, and for how long."""

import asyncio
from collections.abc import Callable

import pytest

from alchemy.processing.v1 import processing_service_pb2 as pb
from alchemy.processing.v1.device_pb2 import Device as DeviceMessage
from services.mesh.drain import stop
from services.mesh.redis import Client
from services.processing import device_board
from services.processing.device_board import DeviceBoard, keep_announcing
from services.processing.devices import Device, DeviceState
from tests.rpc.conftest import AS_OWNER, AS_STRANGER, OWNER, TRACK, Mesh

JOB = f"{TRACK}/separations/1"


def device(name: str = "cuda:0", *, since: float = 1.0, state: DeviceState = DeviceState.IDLE, **job: str) -> Device:
    return Device(name=name, hardware="Abacus 9", precision="float32", state=state, started_at=since, **job)


async def listed(mesh: Mesh, who: tuple[tuple[str, str], ...] = AS_OWNER) -> pb.ListDevicesResponse:
    return await mesh.processing.ListDevices(pb.ListDevicesRequest(), metadata=who)


async def names(mesh: Mesh) -> list[str]:
    return [one.device for one in (await listed(mesh)).devices]


async def until(condition: Callable[[list[str]], bool], mesh: Mesh) -> list[str]:
    async with asyncio.timeout(10):
        while not condition(found := await names(mesh)):
            await asyncio.sleep(0.02)
    return found


async def test_without_a_worker_there_is_no_device(mesh: Mesh) -> None:
    assert await listed(mesh) == pb.ListDevicesResponse()


async def test_devices_are_listed_in_the_order_in_which_their_workers_started(mesh: Mesh) -> None:
    await mesh.devices.announce("b", device("cuda:1", since=2.0))
    await mesh.devices.announce("a", device("cpu", since=3.0))
    await mesh.devices.announce("c", device("cuda:0", since=2.0))
    assert await names(mesh) == ["cuda:0", "cuda:1", "cpu"]


async def test_a_device_tells_what_it_is(mesh: Mesh) -> None:
    await mesh.devices.announce("a", device(since=12.5))
    [found] = (await listed(mesh)).devices
    assert (found.device, found.hardware, found.precision) == ("cuda:0", "Abacus 9", "float32")
    assert (found.state, found.separation) == (DeviceMessage.STATE_IDLE, "")
    assert found.start_time.ToNanoseconds() == 12_500_000_000


@pytest.mark.parametrize("state", DeviceState)
async def test_every_state_is_one_of_the_contract(mesh: Mesh, state: DeviceState) -> None:
    await mesh.devices.announce("a", device(state=state))
    [found] = (await listed(mesh)).devices
    assert DeviceMessage.State.Name(found.state) == f"STATE_{state.name}"


async def test_only_its_owner_learns_which_separation_is_in_hand(mesh: Mesh) -> None:
    await mesh.devices.announce("a", device(state=DeviceState.BUSY, separation=JOB, owner=OWNER))
    [hers] = (await listed(mesh)).devices
    assert (hers.state, hers.separation) == (DeviceMessage.STATE_BUSY, JOB)
    answer = await listed(mesh, AS_STRANGER)
    [others] = answer.devices
    assert (others.state, others.separation) == (DeviceMessage.STATE_BUSY, "")
    for secret in (JOB, OWNER, TRACK):
        assert secret.encode() not in answer.SerializeToString()


async def test_separations_of_everybody_that_wait_are_counted(mesh: Mesh) -> None:
    for overlap in (0.1, 0.2):
        wanted = {"model": "models/htdemucs", "overlap": overlap}
        request = pb.CreateSeparationRequest(parent=TRACK, separation=wanted)
        await mesh.processing.CreateSeparation(request, metadata=AS_OWNER)
    assert (await listed(mesh)).waiting_count == 2
    assert (await listed(mesh, AS_STRANGER)).waiting_count == 2


async def test_a_device_that_falls_silent_is_gone(mesh: Mesh, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device_board, "_SILENCE_SECONDS", 1)
    await mesh.devices.announce("a", device())
    assert await names(mesh) == ["cuda:0"]
    assert await until(lambda found: not found, mesh) == []


async def test_workers_of_another_queue_are_not_ours(mesh: Mesh, redis_client: Client) -> None:
    await DeviceBoard(redis_client, "another").announce("a", device())
    assert await names(mesh) == []


async def test_a_worker_tells_of_its_device_until_it_ends(mesh: Mesh, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device_board, "_ANNOUNCE_SECONDS", 0.02)
    now = [device("auto")]
    telling = asyncio.ensure_future(keep_announcing(mesh.devices, lambda: now[0]))
    await until(lambda found: found == ["auto"], mesh)
    now[0] = device("mps")
    await until(lambda found: found == ["mps"], mesh)
    await stop(telling)
    assert await names(mesh) == []
