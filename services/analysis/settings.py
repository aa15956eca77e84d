"""Settings of the analysis service and of its worker."""

from dataclasses import dataclass
from pathlib import Path

from services.mesh.settings import ServiceSettings, port_number, setting


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise ValueError("must be at least 1")
    return value


@dataclass(frozen=True, kw_only=True)
class Settings(ServiceSettings):
    """What the service and the worker read."""

    port: int = setting("PORT", "Port of the gRPC server.", default="3004", parse=port_number)
    library_target: str = setting("LIBRARY_TARGET", "host:port of the library.", default="127.0.0.1:3005")
    ffmpeg: str = setting("FFMPEG", "The ffmpeg to run; empty = the one in its wheel, else on PATH.", default="")
    queue: str = setting("QUEUE", "Queue that jobs go to and workers take from.", default="analyze")
    beat_model: Path | None = setting(
        "BEAT_MODEL",
        "File of a network that finds beats, made by `sfa beats convert`; the same for the service and its workers. Empty = none, we find them.",
        default=None,
        parse=Path,
    )
    max_queued_jobs: int = setting("MAX_QUEUED_JOBS", "How many jobs may wait.", default="10000", parse=_count)

    @property
    def work_dir(self) -> Path:
        """Where workers write results: on the file system of the blobs, so that finished ones are moved there, not copied."""
        return self.data_dir / "analysis"
