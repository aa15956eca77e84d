"""The service's side of the process that draws: one for each picture, so that it takes its memory with it."""

from services.analysis.ports import PlotRequest
from services.mesh.child import Child


class PlottingProcess:
    """A `Plotter` that draws in a child process."""

    def __init__(self, ffmpeg: str) -> None:
        """Starts nothing yet; `ffmpeg` comes from `ffmpeg_path`."""
        self._ffmpeg = ffmpeg

    async def draw(self, request: PlotRequest) -> None:
        """Writes the picture; see `Plotter`."""
        child = await Child.start("services.analysis.adapters.plotting", "--ffmpeg", self._ffmpeg)
        try:
            child.send(
                {
                    "cmd": "draw",
                    "id": request.out.parent.name,
                    "results": str(request.results),
                    "audio": str(request.audio),
                    "title": request.title,
                    "out": str(request.out),
                }
            )
            await child.event()
        finally:
            child.kill()
            await child.wait()
