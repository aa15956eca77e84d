"""The real mesh, started once: Envoy, Valkey, every service, on free ports, in a data directory of its own."""

import asyncio
import json
import os
import subprocess
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import grpc.aio
import pytest

from alchemy.processing.v1.processing_service_pb2_grpc import ProcessingServiceStub
from services.mesh.audio.ffmpeg import ffmpeg_path
from sfa import Mesh, connect
from sfa.local import marks, programs
from sfa.local.datadir import DataDir
from sfa.local.supervisor import Supervisor
from tests.door.issuer import AUDIENCE, Issuer, publishing
from tools.mesh import own_mesh

EXAMPLE = programs.example_song()


@dataclass
class Stack:
    """A running mesh, and the handles by which a test looks at it or hurts it."""

    supervisor: Supervisor
    data_dir: DataDir

    @property
    def url(self) -> str:
        return self.supervisor.target

    @property
    def address(self) -> str:
        return self.url.removeprefix("http://")

    def kill(self, service: str, number: int) -> int:
        """Sends a signal to a service's process; returns its id."""
        pid = self.supervisor.pids[service]
        os.kill(pid, number)
        return pid

    async def restarted(self, service: str, old: int) -> None:
        """Waits until the supervisor has a new process for a service."""
        async with asyncio.timeout(60):
            while self.supervisor.pids.get(service, old) == old:
                await asyncio.sleep(0.1)

    def blobs(self) -> set[Path]:
        """Everything in the blob store, files in the making included."""
        return {path for path in (self.data_dir.root / "blobs").rglob("*") if path.is_file()}

    def work(self) -> list[Path]:
        """The folders of separations in the making."""
        folder = self.data_dir.root / "work"
        return list(folder.iterdir()) if folder.exists() else []

    async def idle(self) -> None:
        """Waits until nothing is in the making: folders go right after the last snapshot."""
        async with asyncio.timeout(10):
            while self.work():
                await asyncio.sleep(0.05)


@asynccontextmanager
async def running(folder: Path, *, sandbox: bool = False, log_level: str = "info") -> AsyncIterator[Stack]:
    """A mesh in a folder of its own, of which nothing may be left afterwards."""
    async with own_mesh(folder, sandbox=sandbox, log_level=log_level) as supervisor:
        yield Stack(supervisor, DataDir(folder))
        mark = supervisor.mark
    assert marks.end_marked(mark) == []


@pytest.fixture(scope="session")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    async with running(tmp_path_factory.mktemp("mesh")) as stack:
        yield stack


@dataclass
class Shared:
    """A running mesh with sign-in, and who issues its tokens."""

    url: str
    issuer: Issuer
    data_dir: DataDir

    def connect(self, user: str, role: str = "user") -> Mesh:
        return connect(self.url, token=self.issuer.token(user=user, role=role))


@pytest.fixture(scope="session")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shared]:
    issuer = Issuer()
    folder = tmp_path_factory.mktemp("shared")
    async with publishing(issuer) as jwks, AsyncExitStack() as entered:
        settings = {"AUTH": "jwt", "AUTH_ISSUER": issuer.name, "AUTH_AUDIENCE": AUDIENCE, "AUTH_JWKS_URL": jwks}
        with pytest.MonkeyPatch.context() as patch:  # for this mesh alone
            for name, value in settings.items():
                patch.setenv(name, value)
            supervisor = await entered.enter_async_context(own_mesh(folder))
        yield Shared(supervisor.target, issuer, DataDir(folder))


@pytest.fixture
async def mesh(stack: Stack) -> AsyncIterator[Mesh]:
    async with connect(stack.url) as mesh:
        yield mesh


@pytest.fixture
async def http(stack: Stack) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(stack.url) as session:
        yield session


@pytest.fixture
async def processing(stack: Stack) -> AsyncIterator[ProcessingServiceStub]:
    async with grpc.aio.insecure_channel(stack.address) as channel:
        yield ProcessingServiceStub(channel)


@pytest.fixture(scope="session")
def _repeated_songs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("songs")
    return _repeated(EXAMPLE, 75, folder / "long.flac"), _repeated(EXAMPLE, 150, folder / "longer.flac")


def _repeated(song: Path, seconds: int, path: Path) -> Path:
    loop = ["-stream_loop", "-1", "-i", str(song), "-t", str(seconds), str(path)]
    subprocess.run([ffmpeg_path(), "-v", "error", *loop], check=True)
    return path


def another(song: Path, folder: Path) -> Path:
    """Makes a file of its own with the same audio: a result for the one is none for the other."""
    path = folder / f"{uuid.uuid4()}{song.suffix}"
    tag = f"comment={path.stem}"
    subprocess.run(
        [ffmpeg_path(), "-v", "error", "-i", str(song), "-c", "copy", "-metadata", tag, str(path)], check=True
    )
    return path


@pytest.fixture
def long_song(_repeated_songs: tuple[Path, Path], tmp_path: Path) -> Path:
    """The example song repeated to seven segments of Spleeter: long enough to interfere with its separation."""
    return another(_repeated_songs[0], tmp_path)


@pytest.fixture
def longer_song(_repeated_songs: tuple[Path, Path], tmp_path: Path) -> Path:
    """Twice as long: slow clients come, or a service goes and returns, before it is separated."""
    return another(_repeated_songs[1], tmp_path)


def reason(body: Any) -> str:
    """The ErrorReason in a REST error."""
    found = [detail["reason"] for detail in body["details"] if detail["@type"].endswith("google.rpc.ErrorInfo")]
    assert len(found) == 1, json.dumps(body)
    return str(found[0])
