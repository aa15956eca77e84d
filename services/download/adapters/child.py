"""Programs that speak JSON lines, in process groups of their own, with nothing of our environment.

Loading their libraries takes longer than most requests, so they are kept running for a while between requests.
"""

import asyncio
import contextlib
import json
import os
import signal
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from services.mesh.jobs.worker import WorkDied

_LINE_BYTES = 2**20
_LOG_BYTES = 4096
# Sites are read by code that is written in a hurry and leaks; nothing runs long enough for that to matter.
_MOST_REQUESTS = 100
_IDLE_SECONDS = 60.0


class Child:
    """A running program."""

    def __init__(self, process: asyncio.subprocess.Process, home: "tempfile.TemporaryDirectory[str]") -> None:
        self.asked = 0
        self._process = process
        self._home = home
        self._log = asyncio.ensure_future(self._tail())

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._process.returncode is None

    async def ask(self, request: Mapping[str, Any]) -> AsyncIterator[dict[str, Any]]:
        """Sends a request and yields what it says about it; the last message holds "done" or "error".

        Raises:
            WorkDied: it was killed.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self.asked += 1
        with contextlib.suppress(OSError):  # what it says last tells more
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            await self._process.stdin.drain()
        async for line in self._process.stdout:
            # Libraries print; what is not ours is not for us.
            with contextlib.suppress(ValueError):
                message = json.loads(line)
                if isinstance(message, dict):
                    yield message
                    if "done" in message or "error" in message:
                        return
        if await self._process.wait() < 0:
            raise WorkDied(f"the program ended by signal {-(self._process.returncode or 0)}")
        yield {"error": (await self._log).decode(errors="replace").strip().rpartition("\n")[2]}

    async def kill(self) -> None:
        """Ends it with everything that it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        await self._process.wait()
        await self._log
        await asyncio.to_thread(self._home.cleanup)

    async def _tail(self) -> bytes:
        assert self._process.stderr is not None
        tail = b""
        while piece := await self._process.stderr.read(_LOG_BYTES):
            tail = (tail + piece)[-_LOG_BYTES:]
        return tail


class Children:
    """As many of one program as are needed at a time."""

    def __init__(self, command: Sequence[str], python_path: Sequence[str] = ()) -> None:
        """Starts nothing yet.

        Args:
            command: the program and its arguments.
            python_path: where it finds Python modules.
        """
        self._command = command
        self._python_path = python_path
        self._idle: dict[Child, asyncio.TimerHandle] = {}
        self._ending: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def one(self) -> AsyncIterator[Child]:
        """Lends a program for one request; ends it if the block ends early, for then nobody listens to it any more."""
        child = self._taken() or await self._started()
        try:
            yield child
        except BaseException:
            await asyncio.shield(child.kill())
            raise
        if child.running and child.asked < _MOST_REQUESTS:
            self._idle[child] = asyncio.get_running_loop().call_later(_IDLE_SECONDS, self._end, child)
        else:
            await asyncio.shield(child.kill())

    async def close(self) -> None:
        """Ends all that are idle. Harmless to repeat."""
        for child in list(self._idle):
            self._end(child)
        if self._ending:
            await asyncio.wait(self._ending)

    def _taken(self) -> Child | None:
        while self._idle:
            child, timer = self._idle.popitem()
            timer.cancel()
            if child.running:
                return child
            self._kill(child)
        return None

    def _end(self, child: Child) -> None:
        self._idle.pop(child).cancel()
        self._kill(child)

    def _kill(self, child: Child) -> None:
        task = asyncio.ensure_future(child.kill())
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def _started(self) -> Child:
        # Ours, and gone with the program: whatever libraries keep for users (caches, settings) they keep there.
        home = tempfile.TemporaryDirectory(prefix="alchemy-", ignore_cleanup_errors=True)
        process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=home.name,
            # Only this: no proxies, no keys, no plug-ins of the user who runs the server.
            env={
                "PATH": os.environ.get("PATH", os.defpath),
                "PYTHONPATH": os.pathsep.join(self._python_path),
                "PYTHONUNBUFFERED": "1",
                "PYTHONDONTWRITEBYTECODE": "1",
                "YTDLP_NO_PLUGINS": "1",
                "HOME": home.name,
                "XDG_CONFIG_HOME": home.name,
                "LANG": "C.UTF-8",
            },
            start_new_session=True,
            limit=_LINE_BYTES,
        )
        return Child(process, home)
