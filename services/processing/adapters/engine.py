"""The worker's side of the engine: owns the child process that computes. Imports no torch."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from services.mesh.child import Child, ChildDied
from services.mesh.errors import MeshError
from services.processing.adapters.wire import output_from_wire, request_to_wire
from services.processing.devices import Device, DeviceState
from services.processing.domain import Precision
from services.processing.ports import SeparationCancelled, SeparationOutput, SeparationRequest

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
            ffmpeg: the ffmpeg to run; empty = the one in its wheel or on PATH.
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
        self._description = Device(
            name=device, hardware="", precision=precision.value, state=DeviceState.STARTING, started_at=time.time()
        )
        self._child: Child | None = None
        self._turn = asyncio.Lock()
        self._idle = asyncio.Event()
        self._idle.set()
        self._job = ""
        self._cancelled = False
        self._closed = False

    def describe(self) -> Device:
        """Tells how the device is; see `Engine.describe`."""
        return self._description

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
                child = await self._ready()
                child.send(request_to_wire(request))
                return await self._result(child, on_progress)
            except (MeshError, SeparationCancelled):
                raise
            except ChildDied as error:
                self._child = None
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
        if self._child is not None:
            self._child.send({"cmd": "cancel", "id": self._job})
        try:
            await asyncio.wait_for(self._idle.wait(), _SOFT_CANCEL_SECONDS)
        except TimeoutError:
            self._kill()
            await self._idle.wait()

    async def close(self) -> None:
        """Ends the child; see `Engine.close`."""
        self._closed = self._cancelled = True
        child = self._child
        self._kill()
        await self._idle.wait()
        if child is not None:
            await child.wait()

    async def _ready(self) -> Child:
        """Returns a child that is alive and waits for requests."""
        if self._child is not None and self._child.alive:
            return self._child
        if self._cancelled:
            raise SeparationCancelled
        self._child = child = await Child.start("services.processing.adapters.child", *self._arguments)
        # A fresh child says nothing before it is ready.
        ready = await child.event()
        self.device = ready["device"]
        self._description = replace(
            self._description,
            name=self.device or self._description.name,
            hardware=ready["hardware"],
            state=DeviceState.IDLE if self.device else DeviceState.UNAVAILABLE,
        )
        if self._cancelled:
            raise SeparationCancelled
        return child

    @staticmethod
    async def _result(child: Child, on_progress: Callable[[str, float], None]) -> SeparationOutput:
        """Follows the child's events to the end of the separation."""
        while True:
            message = await child.event()
            match message["event"]:
                case "progress":
                    on_progress(message["stage"], message["fraction"])
                case "done":
                    return output_from_wire(message["output"])
                case "cancelled":
                    raise SeparationCancelled

    def _kill(self) -> None:
        """Kills the child and everything it started; the next separation gets a fresh one."""
        child, self._child = self._child, None
        if child is not None:
            child.kill()
