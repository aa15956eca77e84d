"""A child process that computes, and speaks JSON lines with the worker that owns it: both sides.

A C extension that computes can neither be interrupted nor made to give back memory; ending its process always can. The child
is a fresh interpreter, never forked, in a process group of its own, so that a kill takes what it has started too. It ends when
its standard input does, so it never outlives its worker.
"""

import asyncio
import contextlib
import json
import os
import queue
import signal
import sys
import threading
from pathlib import Path
from typing import Any, BinaryIO

from services.mesh import heap
from services.mesh.errors import Internal, MeshError
from services.mesh.errors.wire import error_from_wire, error_to_wire

Message = dict[str, Any]


class ChildDied(Exception):
    """The child ended in mid-conversation.

    Attributes:
        exit_code: as in `subprocess`: negative = killed by that signal.
    """

    def __init__(self, exit_code: int, cause: str) -> None:
        super().__init__(f"the child process died: {cause}")
        self.exit_code = exit_code


class Child:
    """The worker's side: a running child."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, module: str, *arguments: str) -> "Child":
        """Starts `python -m module` with the import path of this process."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", module, *arguments),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={
                **heap.ENVIRONMENT,
                **os.environ,
                "PYTHONPATH": os.pathsep.join(path or str(Path.cwd()) for path in sys.path),
            },
            start_new_session=True,
        )
        return cls(process)

    @property
    def pid(self) -> int:
        """Its process id, which is that of its process group too."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.returncode is None

    def send(self, message: Message) -> None:
        """Writes one message; a child that has died meanwhile is noticed by whoever reads."""
        assert self._process.stdin is not None
        with contextlib.suppress(ConnectionError):
            self._process.stdin.write(json.dumps(message).encode() + b"\n")

    async def event(self) -> Message:
        """Reads one message.

        Raises:
            MeshError: the message is an error, this one.
            ChildDied: there are no more.
        """
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        if line.endswith(b"\n"):
            message: Message = json.loads(line)
            if message["event"] == "error":
                raise error_from_wire(message)
            return message
        code = await self._process.wait()
        if code < 0:
            why = f"it was killed by {signal.Signals(-code).name}"
            if code == -signal.SIGKILL:
                why += ", most often because memory ran out"
        else:
            why = f"it exited with status {code}"
        raise ChildDied(code, why)

    def kill(self) -> None:
        """Kills it with everything that it started."""
        if self.alive:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    async def wait(self) -> None:
        """Waits for its end."""
        await self._process.wait()


class Outbox:
    """The child's side: writes events."""

    def __init__(self) -> None:
        """Keeps the real stdout for events, and points everybody else's, also that of C libraries, to stderr."""
        self._pipe: BinaryIO = os.fdopen(os.dup(1), "wb")
        os.dup2(2, 1)

    def send(self, message: Message) -> None:
        """Writes one event at once."""
        self._pipe.write(json.dumps(message).encode() + b"\n")
        self._pipe.flush()

    def fail(self, request_id: str, error: Exception) -> None:
        """Writes an error; one that is not of the contract becomes Internal."""
        known = error if isinstance(error, MeshError) else Internal(request_id)
        self.send({"event": "error", "id": request_id, **error_to_wire(known)})


class Inbox:
    """The child's side: reads requests on a thread of its own, so that a cancel is seen while the main thread computes."""

    def __init__(self) -> None:
        """Starts to listen to stdin."""
        self._requests: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self.cancelled = ""
        threading.Thread(target=self._listen, args=(sys.stdin.buffer,), name="stdin", daemon=True).start()

    def next(self) -> Message:
        """Waits for the next request, holding no more memory than the process needs while it is idle."""
        heap.give_back()
        return self._requests.get()

    def _listen(self, pipe: BinaryIO) -> None:
        """Sorts messages until stdin ends, and then ends the process whatever it is doing."""
        try:
            for line in pipe:
                message = json.loads(line)
                if message["cmd"] == "cancel":
                    self.cancelled = message["id"]
                else:
                    self.cancelled = ""  # a job that was cancelled once may be retried under the same id
                    self._requests.put(message)
        finally:
            if os.getpgrp() == os.getpid():
                os.killpg(0, signal.SIGKILL)  # and its ffmpeg
            os._exit(0)


def usable_cores() -> int:
    """Returns how many processors this process may use, for libraries that would take as many threads as there are processors."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
