"""Errors of models, their weights and exports."""

from grpc import StatusCode

from services.mesh.errors.base import MeshError


class ModelInUse(MeshError):
    """Jobs that have not ended need the model."""

    code = StatusCode.FAILED_PRECONDITION
    reason = "MODEL_IN_USE"

    def __init__(self, model: str, job: str) -> None:
        super().__init__(
            f"Model {model!r} is in use by {job}. Wait for its end or cancel it, then remove the model.",
            metadata={"model": model, "job": job},
        )


class InstallationNotFound(MeshError):
    """No such installation, or not the caller's."""

    code = StatusCode.NOT_FOUND
    reason = "INSTALLATION_NOT_FOUND"

    def __init__(self, name: str) -> None:
        super().__init__(f"Installation {name} does not exist.", metadata={"name": name})


class WeightsUnreachable(MeshError):
    """The place that publishes the weights does not answer."""

    code = StatusCode.UNAVAILABLE
    reason = "WEIGHTS_UNREACHABLE"

    def __init__(self, model: str, message: str) -> None:
        super().__init__(message, metadata={"model": model})


class WeightsRefused(MeshError):
    """The weights that arrived are not what their source lists."""

    code = StatusCode.DATA_LOSS
    reason = "WEIGHTS_REFUSED"

    def __init__(self, model: str, message: str) -> None:
        super().__init__(message, metadata={"model": model})


class WeightsMissing(MeshError):
    """The weights are not where they should come from."""

    code = StatusCode.FAILED_PRECONDITION
    reason = "WEIGHTS_MISSING"

    def __init__(self, model: str, message: str) -> None:
        super().__init__(message, metadata={"model": model})


class StemsUnsuitable(MeshError):
    """The stems of a separation do not fit the format that is asked for."""

    code = StatusCode.FAILED_PRECONDITION
    reason = "STEMS_UNSUITABLE"

    def __init__(self, name: str, why: str) -> None:
        super().__init__(
            f"{name} cannot be exported in this format: {why}. Separate again without choosing stems, or take a zip.",
            metadata={"name": name, "why": why},
        )
