"""The worker's side of the process that measures. Imports none of what computes."""

import asyncio

from services.analysis.adapters.beat_model import BeatModel
from services.analysis.adapters.files import read_findings
from services.analysis.ports import MeasureRequest, OnProgress
from services.analysis.results import Feature, Measurements
from services.mesh.child import Child
from services.mesh.errors import MeshError


class MeasuringProcess:
    """A `Measurer` that computes in one child process, kept warm between requests and replaced when it dies."""

    def __init__(self, ffmpeg: str, model: BeatModel | None = None) -> None:
        """Starts nothing yet.

        Args:
            ffmpeg: of `ffmpeg_path`.
            model: the network that finds beats; None = we do.
        """
        self._arguments = ["--ffmpeg", ffmpeg]
        if model is not None:
            self._arguments += ["--beat-model", str(model.path), "--beat-model-sha256", model.sha256]
        self._child: Child | None = None
        self._turn = asyncio.Lock()

    async def start(self) -> None:
        """Starts the child and waits until it has loaded its libraries, so that the first request need not. Raises ChildDied."""
        async with self._turn:
            await self._ready()

    async def _ready(self) -> Child:
        """Returns a child that is alive and waits for requests."""
        if self._child is not None and self._child.alive:
            return self._child
        self._child = child = await Child.start("services.analysis.adapters.measuring", *self._arguments)
        # A fresh child says nothing before it is ready.
        await child.event()
        return child

    async def measure(self, request: MeasureRequest, on_progress: OnProgress) -> Measurements:
        """Measures to the end; see `Measurer`. A second call waits for the first."""
        out = request.folder / "results.binpb"
        async with self._turn:
            try:
                child = await self._ready()
                child.send(
                    {
                        "cmd": "measure",
                        "id": request.id,
                        "files": {name: str(path) for name, path in request.files.items()},
                        "duration": request.duration,
                        "channel_count": request.channel_count,
                        "features": list(request.features),
                        "out": str(out),
                    }
                )
                while (message := await child.event())["event"] == "progress":
                    on_progress(Feature(message["feature"]), message["fraction"])
            except MeshError:
                raise  # the child has survived it
            except BaseException:
                await self.close()  # nobody listens any more, so it must not compute on
                raise
        return (await asyncio.to_thread(read_findings, out)).measurements

    async def close(self) -> None:
        """Ends the child and what it has started."""
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            await child.wait()
