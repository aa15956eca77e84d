"""The worker's side of the engine: owns the child process that computes. Imports no torch."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from services.mesh.errors import MeshError
from services.processing.adapters.wire import Message, error_from_wire, output_from_wire, request_to_wire
from services.processing.domain import Precision
from services.processing.ports import ChildDied, SeparationCancelled, SeparationOutput, SeparationRequest

# The rest of the two seconds that a cancel may take is for noticing it, and for removing files.
_SOFT_CANCEL_SECONDS = 1.2


class EngineProcess:
    """An `Engine` that computes in one child process, kept warm between separations and replaced when it dies."""

    def __init__(
        self,
        models_dir: Path,
        device: str = "auto",
        *,
        threads: int = 0,
        ffmpeg: str = "",
        cpu_fallback: bool = False,
        precision: Precision = Precision.FLOAT32,
    ) -> None:
        """Starts nothing yet.

        Args:
            models_dir: the folder of installed models.
            device: "auto", "cpu", "cuda", "cuda:1", "mps"; a named device that is not there fails each separation.
            threads: CPU threads; 0 = all that the process may use.
            ffmpeg: the ffmpeg to run; empty = the one on PATH or in its wheel.
            cpu_fallback: whether the CPU may compute what does not fit into the device's memory.
            precision: what networks compute with.
        """
        self._arguments = (
            *("--models-dir", str(models_dir), "--device", device),
            *("--threads", str(threads), "--ffmpeg", ffmpeg),
            *("--precision", precision.value),
            *(["--cpu-fallback"] if cpu_fallback else []),
        )
        self.device = ""
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()
        self._idle = asyncio.Event()
        self._idle.set()
        self._job = ""
        self._cancelled = False
        self._closed = False

    async def start(self) -> None:
        """Starts the child and waits until it has loaded its libraries, so that the first separation need not."""
        async with self._turn:
            await self._ready()

    async def separate(self, request: SeparationRequest, on_progress: Callable[[str, float], None]) -> SeparationOutput:
        """Runs one separation; see `Engine.separate`. A second call waits for the first."""
        async with self._turn:
            self._job, self._cancelled = request.id, self._closed
            self._idle.clear()
            try:
                process = await self._ready()
                self._send(process, request_to_wire(request))
                return await self._result(process, on_progress)
            except (MeshError, SeparationCancelled):
                raise
            except ChildDied as error:
                self._process = None
                if self._cancelled:
                    raise SeparationCancelled from error
                raise
            except BaseException:
                self._kill()  # nobody listens any more, so the child must not compute on
                raise
            finally:
                self._job = ""
                self._idle.set()

    async def cancel(self) -> None:
        """Asks the child to stop at its next segment and kills it if it has not within 1.2 s; see `Engine.cancel`."""
        if self._idle.is_set():
            return
        self._cancelled = True
        if self._process is not None:
            self._send(self._process, {"cmd": "cancel", "id": self._job})
        try:
            await asyncio.wait_for(self._idle.wait(), _SOFT_CANCEL_SECONDS)
        except TimeoutError:
            self._kill()
            await self._idle.wait()

    async def close(self) -> None:
        """Ends the child; see `Engine.close`."""
        self._closed = self._cancelled = True
        process = self._process
        self._kill()
        await self._idle.wait()
        if process is not None:
            await process.wait()

    async def _ready(self) -> asyncio.subprocess.Process:
        """Returns a child that is alive and waits for requests."""
        if self._process is not None and self._process.returncode is None:
            return self._process
        if self._cancelled:
            raise SeparationCancelled
        self._process = process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "services.processing.adapters.child", *self._arguments),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path or str(Path.cwd()) for path in sys.path)},
            start_new_session=True,  # a process group of its own: a kill takes its ffmpeg too
        )
        # A fresh child says nothing before it is ready.
        self.device = (await self._event(process))["device"]
        if self._cancelled:
            raise SeparationCancelled
        return process

    async def _result(
        self, process: asyncio.subprocess.Process, on_progress: Callable[[str, float], None]
    ) -> SeparationOutput:
        """Follows the child's events to the end of the separation."""
        while True:
            message = await self._event(process)
            match message["event"]:
                case "progress":
                    on_progress(message["stage"], message["fraction"])
                case "done":
                    return output_from_wire(message["output"])
                case "cancelled":
                    raise SeparationCancelled
                case "error":
                    raise error_from_wire(message)

    @staticmethod
    async def _event(process: asyncio.subprocess.Process) -> Message:
        """Reads one event. Raises ChildDied when there are no more."""
        assert process.stdout is not None
        line = await process.stdout.readline()
        if line.endswith(b"\n"):
            message: Message = json.loads(line)
            return message
        code = await process.wait()
        if code < 0:
            why = f"it was killed by {signal.Signals(-code).name}"
            if code == -signal.SIGKILL:
                why += ", most often because memory ran out"
        else:
            why = f"it exited with status {code}"
        raise ChildDied(code, why)

    @staticmethod
    def _send(process: asyncio.subprocess.Process, message: Message) -> None:
        """Writes one message; a child that has died meanwhile is noticed by the reader."""
        assert process.stdin is not None
        with contextlib.suppress(ConnectionError):
            process.stdin.write(json.dumps(message).encode() + b"\n")

    def _kill(self) -> None:
        """Kills the child and everything it started; the next separation gets a fresh one."""
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
