"""Errors of analyses."""

from grpc import StatusCode

from services.mesh.errors.base import MeshError


class AnalysisNotFound(MeshError):
    """No such analysis, or not the caller's."""

    code = StatusCode.NOT_FOUND
    reason = "ANALYSIS_NOT_FOUND"

    def __init__(self, name: str) -> None:
        super().__init__(f"Analysis {name} does not exist.", metadata={"name": name})


class ResultsMissing(MeshError):
    """What the call needs was not measured, or could not be told."""

    code = StatusCode.FAILED_PRECONDITION
    reason = "RESULTS_MISSING"

    def __init__(self, name: str, feature: str) -> None:
        super().__init__(
            f"{name} has no {feature}. Analyse it first; the shortfalls in its results say what could not be told.",
            metadata={"name": name, "feature": feature},
        )


class MusicChanged(MeshError):
    """Somebody else corrected the same track at the same moment."""

    code = StatusCode.ABORTED
    reason = "MUSIC_CHANGED"

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} was corrected by somebody else meanwhile. Begin again.", metadata={"name": name})
