"""A program that speaks JSON lines, in a process group of its own, with nothing of our environment."""

import asyncio
import contextlib
import json
import os
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from services.mesh.jobs.worker import WorkDied

_LINE_BYTES = 2**20
_LOG_BYTES = 4096


class Child:
    """A running program."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._log = asyncio.ensure_future(self._tail())

    async def messages(self) -> AsyncIterator[dict[str, Any]]:
        """Yields what it says, until it ends.

        Raises:
            WorkDied: it was killed.
        """
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            # Libraries print; what is not ours is not for us.
            with contextlib.suppress(ValueError):
                message = json.loads(line)
                if isinstance(message, dict):
                    yield message
        if await self._process.wait() < 0:
            raise WorkDied(f"the program ended by signal {-(self._process.returncode or 0)}")

    async def last_words(self) -> str:
        """Returns the end of its standard error, once it has ended."""
        return (await self._log).decode(errors="replace").strip()

    async def kill(self) -> None:
        """Ends it with everything that it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        await self._process.wait()
        await self._log

    async def _tail(self) -> bytes:
        assert self._process.stderr is not None
        tail = b""
        while piece := await self._process.stderr.read(_LOG_BYTES):
            tail = (tail + piece)[-_LOG_BYTES:]
        return tail


@asynccontextmanager
async def child(
    command: Sequence[str], request: Mapping[str, Any], *, folder: Path, python_path: Sequence[str]
) -> AsyncIterator[Child]:
    """Starts a program with one request on its standard input; kills it when the block ends.

    Args:
        command: the program and its arguments.
        request: JSON values.
        folder: an existing folder; its home lies inside.
        python_path: where it finds Python modules.
    """
    home = folder / "home"
    home.mkdir(exist_ok=True)
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=home,
        # Only this: no proxies, no keys, no plug-ins of the user who runs the server.
        env={
            "PATH": os.environ.get("PATH", os.defpath),
            "PYTHONPATH": os.pathsep.join(python_path),
            "PYTHONUNBUFFERED": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "YTDLP_NO_PLUGINS": "1",
            "HOME": str(home),
            "XDG_CONFIG_HOME": str(home),
            "LANG": "C.UTF-8",
        },
        start_new_session=True,
        limit=_LINE_BYTES,
    )
    running = Child(process)
    try:
        assert process.stdin is not None
        process.stdin.write(json.dumps(request).encode() + b"\n")
        with contextlib.suppress(OSError):
            await process.stdin.drain()
            process.stdin.close()
        yield running
    finally:
        await asyncio.shield(running.kill())
