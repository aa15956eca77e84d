"""The real mesh, started once: Envoy, Valkey, every service, on free ports, in a data directory of its own."""

import asyncio
import json
import os
import subprocess
import uuid
from collections.abc import AsyncIterator
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
from sfa.local.plan import Options
from sfa.local.running import local_mesh
from sfa.local.supervisor import Supervisor

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


@pytest.fixture(scope="session")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    data_dir = DataDir(tmp_path_factory.mktemp("mesh"))
    options = Options(data_dir=data_dir, redis_url="", log_format="json")
    async with local_mesh(options, console=None, say=lambda _: None, hurry=asyncio.Event()) as supervisor:
        yield Stack(supervisor, data_dir)
        mark = supervisor.mark
    assert marks.end_marked(mark) == []


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
def _repeated_song(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("songs") / "long.flac"
    command = [ffmpeg_path(), "-v", "error", "-stream_loop", "-1", "-i", str(EXAMPLE), "-t", "150", str(path)]
    subprocess.run(command, check=True)
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
def long_song(_repeated_song: Path, tmp_path: Path) -> Path:
    """The example song repeated to two and a half minutes: long enough to interfere with its separation."""
    return another(_repeated_song, tmp_path)


def reason(body: Any) -> str:
    """The ErrorReason in a REST error."""
    found = [detail["reason"] for detail in body["details"] if detail["@type"].endswith("google.rpc.ErrorInfo")]
    assert len(found) == 1, json.dumps(body)
    return str(found[0])
