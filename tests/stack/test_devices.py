"""What a real worker tells of its device."""

import asyncio
import re
import signal
from contextlib import aclosing
from pathlib import Path

import pytest

from alchemy_sdk.alchemy.processing.v1 import Device, DeviceState
from alchemy_sdk.alchemy.type.v1 import JobState
from sfa import Mesh
from tests.stack.cli import Cli
from tests.stack.conftest import Stack

pytestmark = pytest.mark.stack


async def until(mesh: Mesh, state: DeviceState) -> Device:
    """The one device, when it is in a state."""
    async with asyncio.timeout(60):
        while True:
            devices = (await mesh.processing.list_devices()).devices
            if [device.state for device in devices] == [state]:
                return devices[0]
            await asyncio.sleep(0.1)


async def test_a_device_tells_what_it_has_in_hand(mesh: Mesh, long_song: Path) -> None:
    free = await until(mesh, DeviceState.IDLE)
    assert re.fullmatch(r"cpu|cuda:\d+|mps", free.device)
    assert free.hardware
    assert free.precision == "float32"
    track = await mesh.library.upload(long_song)
    job = await mesh.processing.separate(track.name, model="spleeter-2stems")
    async with aclosing(mesh.processing.watch(job.name)) as snapshots:
        async for snapshot in snapshots:
            if snapshot.state == JobState.RUNNING:
                break
    busy = await until(mesh, DeviceState.BUSY)
    assert (busy.separation, busy.device, busy.start_time) == (job.name, free.device, free.start_time)
    await mesh.processing.cancel(job.name)
    assert (await until(mesh, DeviceState.IDLE)).separation == ""


async def test_a_worker_that_ends_takes_its_device_away(stack: Stack, mesh: Mesh) -> None:
    before = await until(mesh, DeviceState.IDLE)
    stack.kill("worker-1", signal.SIGTERM)
    async with asyncio.timeout(60):
        while before in (devices := (await mesh.processing.list_devices()).devices):
            await asyncio.sleep(0.05)
    assert len(devices) <= 1
    after = await until(mesh, DeviceState.IDLE)
    assert before.start_time
    assert after.start_time
    assert after.start_time > before.start_time


async def test_the_command_line_shows_devices(stack: Stack, mesh: Mesh) -> None:
    free = await until(mesh, DeviceState.IDLE)
    cli = Cli(target=stack.url)
    answer = await cli("devices")
    assert re.search(rf"{re.escape(free.device)} +{re.escape(free.hardware)} +float32 +free", answer.out)
    assert "Nothing waits." in answer.err
    [fields] = (await cli("devices", "--json")).objects
    assert fields["waitingCount"] == 0
    assert fields["devices"][0]["state"] == "STATE_IDLE"
