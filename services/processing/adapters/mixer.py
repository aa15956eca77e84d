"""The service's side of the process that mixes: one for each mix, so that it takes its memory with it."""

from collections.abc import AsyncGenerator
from dataclasses import asdict

from services.mesh.child import Child
from services.mesh.errors import InvalidRequest, Violation
from services.processing.mix import MixReport
from services.processing.ports import MixRequest


class MixingProcess:
    """A `Mixer` that renders in a child process."""

    def __init__(self, ffmpeg: str) -> None:
        """Starts nothing yet; `ffmpeg` comes from `ffmpeg_path`."""
        self._ffmpeg = ffmpeg

    async def mix(self, request: MixRequest) -> AsyncGenerator[float | MixReport, None]:
        """Writes a mix; see `Mixer`."""
        child = await Child.start("services.processing.adapters.mixing", "--ffmpeg", self._ffmpeg)
        try:
            cover = request.cover
            child.send(
                {
                    "cmd": "mix",
                    "id": request.out.parent.name,
                    "stems": [str(stem) for stem in request.stems],
                    "spec": asdict(request.spec),
                    "seconds": request.seconds,
                    "out": str(request.out),
                    "tags": dict(request.tags),
                    "cover": {"path": str(cover.path), "media_type": cover.media_type} if cover else None,
                }
            )
            while (event := await child.event())["event"] == "progress":
                yield event["fraction"]
            if event["event"] == "beyond":
                fault = f"must lie within the stems, which are {event['seconds']:.3f} s long"
                raise InvalidRequest([Violation("start", fault)])
            yield MixReport.from_wire(event["report"])
        finally:
            child.kill()
            await child.wait()
