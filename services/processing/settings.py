"""Settings of the processing service and of its worker."""

from dataclasses import dataclass
from pathlib import Path

from services.mesh.settings import ServiceSettings, port_number, setting
from services.processing.domain import Precision


def _devices(text: str) -> tuple[str, ...]:
    names = tuple(text.split(","))
    for name in names:
        kind, _, index = name.partition(":")
        if kind not in {"auto", "cpu", "cuda", "mps"} or (index and not (kind == "cuda" and index.isdigit())):
            raise ValueError("must be auto, cpu, cuda, cuda:N or mps, or some of them with commas between them")
    if len(set(names)) < len(names):
        raise ValueError("names a device twice")
    return names


def _precision(text: str) -> Precision:
    try:
        return Precision(text)
    except ValueError:
        raise ValueError(f"must be one of {', '.join(Precision)}") from None


def _yes_or_no(text: str) -> bool:
    if text not in {"yes", "no"}:
        raise ValueError("must be yes or no")
    return text == "yes"


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise ValueError("must be at least 1")
    return value


@dataclass(frozen=True, kw_only=True)
class Settings(ServiceSettings):
    """What the service and the worker read."""

    port: int = setting("PORT", "Port of the gRPC server.", default="3003", parse=port_number)
    library_target: str = setting("LIBRARY_TARGET", "host:port of the library.", default="127.0.0.1:3005")
    models_dir: Path = setting(
        "MODELS_DIR",
        "Folder of installed models; DATA_DIR/models if unset.",
        default=lambda values: values["data_dir"] / "models",
        parse=Path,
    )
    devices: tuple[str, ...] = setting(
        "DEVICE",
        "What computes: auto, cpu, cuda, cuda:N or mps. With several, as in cuda:0,cuda:1, each computes a job of its own.",
        default="auto",
        parse=_devices,
    )
    precision: Precision = setting(
        "PRECISION",
        "What networks compute with: float32, tf32, bfloat16 or float16. The same for the service and its workers.",
        default="float32",
        parse=_precision,
    )
    cpu_fallback: bool = setting(
        "CPU_FALLBACK",
        "Whether the CPU may compute what does not fit into the GPU's memory: yes or no.",
        default="no",
        parse=_yes_or_no,
    )
    ffmpeg: str = setting("FFMPEG", "The ffmpeg to run; empty = the one in its wheel, else on PATH.", default="")
    queue: str = setting("QUEUE", "Queue that jobs go to and workers take from.", default="separate")
    max_queued_jobs: int = setting("MAX_QUEUED_JOBS", "How many jobs may wait.", default="1000", parse=_count)

    @property
    def work_dir(self) -> Path:
        """Where workers make stems: on the file system of the blobs, so that a finished one is moved there, not copied."""
        return self.data_dir / "work"

    @property
    def copies_dir(self) -> Path:
        """Where copies of stems get other tags."""
        return self.data_dir / "copies"
