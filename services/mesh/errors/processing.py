"""Errors of separations."""

from collections.abc import Sequence

from grpc import StatusCode

from services.mesh.errors.base import MeshError


class ModelNotFound(MeshError):
    """No such model in the catalogue."""

    code = StatusCode.NOT_FOUND
    reason = "MODEL_NOT_FOUND"

    def __init__(self, model: str, known: Sequence[str]) -> None:
        super().__init__(
            f"There is no model {model!r}. Known are: {', '.join(known)}.",
            metadata={"model": model, "known": ",".join(known)},
        )


class ModelNotInstalled(MeshError):
    """The weights are not here."""

    code = StatusCode.FAILED_PRECONDITION
    reason = "MODEL_NOT_INSTALLED"

    def __init__(self, model: str, command: str) -> None:
        super().__init__(
            f"The weights of model {model!r} are not on this server. Install them there with: {command}",
            metadata={"model": model, "command": command},
        )


class StemUnknown(MeshError):
    """The model has no such stem."""

    code = StatusCode.INVALID_ARGUMENT
    reason = "STEM_UNKNOWN"

    def __init__(self, stem: str, model: str, known: Sequence[str]) -> None:
        super().__init__(
            f"Model {model!r} has no stem {stem!r}. It separates: {', '.join(known)}.",
            metadata={"stem": stem, "model": model, "known": ",".join(known)},
        )


class SeparationNotFound(MeshError):
    """No such separation, or not the caller's."""

    code = StatusCode.NOT_FOUND
    reason = "SEPARATION_NOT_FOUND"

    def __init__(self, name: str) -> None:
        super().__init__(f"Separation {name} does not exist.", metadata={"name": name})


class JobStateConflict(MeshError):
    """The job's state forbids it."""

    code = StatusCode.FAILED_PRECONDITION
    reason = "JOB_STATE_CONFLICT"

    def __init__(
        self, name: str, state: str, consequence: str = "only a failed or cancelled job can be retried."
    ) -> None:
        super().__init__(
            f"{name} is {state}; {consequence}",
            metadata={"name": name, "state": state},
        )


class QueueFull(MeshError):
    """Too many jobs wait."""

    code = StatusCode.RESOURCE_EXHAUSTED
    reason = "QUEUE_FULL"

    def __init__(self, *, limit: int, retry_after: float) -> None:
        super().__init__(
            f"{limit} jobs wait already. Try again later.", metadata={"limit": limit}, retry_after=retry_after
        )


class WorkerLost(MeshError):
    """Every attempt ended with the death of its worker."""

    code = StatusCode.ABORTED
    reason = "WORKER_LOST"

    def __init__(self, *, attempts: int) -> None:
        super().__init__(
            f"The worker died in each of {attempts} attempts, most often because memory ran out. Free memory or choose a"
            " smaller model, then retry.",
            metadata={"attempts": attempts},
        )


class OutOfMemory(MeshError):
    """The separation does not fit into memory."""

    code = StatusCode.RESOURCE_EXHAUSTED
    reason = "OUT_OF_MEMORY"

    def __init__(self, detail: str) -> None:
        super().__init__(
            f"There is not enough memory for this separation ({detail}). Free memory or choose a smaller model, then retry.",
            metadata={"detail": detail},
        )


class WeightsCorrupt(MeshError):
    """Installed weights differ from their pinned hash."""

    code = StatusCode.DATA_LOSS
    reason = "WEIGHTS_CORRUPT"

    def __init__(self, model: str) -> None:
        super().__init__(
            f"The installed weights of {model!r} are damaged. Install them again: sfa models install {model}",
            metadata={"model": model},
        )


class DeviceUnavailable(MeshError):
    """The device asked for is not there."""

    code = StatusCode.FAILED_PRECONDITION
    reason = "DEVICE_UNAVAILABLE"

    def __init__(self, device: str) -> None:
        super().__init__(
            f"The server is set to compute on {device!r}, which it does not have. Set DEVICE=auto or cpu, or run `sfa doctor`"
            " there.",
            metadata={"device": device},
        )
