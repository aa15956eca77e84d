"""What all tests share: a real Valkey, started once on a free port, emptied for every test that asks for it."""

import asyncio
import os
import re
import signal
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from redis.exceptions import ConnectionError  # noqa: A004 (the one that redis raises)

from services.mesh import redis
from services.mesh.redis import Client
from sfa.local.programs import valkey_server

# A shell that runs the tests in its background has them ignore Ctrl-C, and whatever they start inherits that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

if "PYTEST_XDIST_WORKER" in os.environ:
    # Threads of networks that wait must not spin on a core that another test could use.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

_IDENTITY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begins with what takes longest, where several processes share the tests: the short ones fill what is left."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=lambda item: item.get_closest_marker("stack") is None)


def pytest_make_parametrize_id(val: object) -> str | None:
    """Calls every new identity ID: the processes that share the tests must know them by the same names."""
    return _IDENTITY.sub("ID", val) if isinstance(val, str) and _IDENTITY.search(val) else None


def free_port() -> int:
    """A TCP port that is free at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def spotdl_python() -> Path:
    """The interpreter that has spotdl, which cannot live beside our own packages."""
    named = os.environ.get("SPOTDL_PYTHON")
    python = Path(named) if named else Path(__file__).parents[1] / ".spotdl" / "bin" / "python"
    if not python.exists():
        pytest.skip(
            "spotdl is not installed: `make spotdl` puts it into .spotdl, or SPOTDL_PYTHON names its interpreter"
        )
    return python


class Valkey:
    """A server of our own that a test may kill and start again."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"redis://127.0.0.1:{self._port}/0"

    def start(self) -> None:
        options = {
            "port": self._port,
            "bind": "127.0.0.1",
            "dir": self._directory,
            "appendonly": "yes",
            "maxmemory-policy": "noeviction",
            "save": "",
        }
        arguments = [str(part) for key, value in options.items() for part in (f"--{key}", value)]
        self._process = subprocess.Popen([str(valkey_server()), *arguments], stdout=subprocess.DEVNULL)

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()


async def _answers(url: str) -> None:
    async with redis.connect(url) as client:
        for _ in range(100):
            try:
                await client.ping()
            except ConnectionError:
                await asyncio.sleep(0.05)
            else:
                return
    raise TimeoutError("Valkey does not answer")


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    server = Valkey(tmp_path_factory.mktemp("valkey"))
    server.start()
    asyncio.run(_answers(server.url))
    yield server
    server.kill()


@pytest.fixture
async def redis_client(valkey: Valkey) -> AsyncIterator[Client]:
    async with redis.connect(valkey.url) as client:
        await client.flushall()
        yield client
