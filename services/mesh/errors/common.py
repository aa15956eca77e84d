"""Errors of any service."""

from collections.abc import Sequence

from grpc import StatusCode

from services.mesh.errors.base import MeshError, Violation


class Internal(MeshError):
    """A defect. The client learns a constant sentence and the request id; the log holds the rest."""

    code = StatusCode.INTERNAL
    reason = "INTERNAL"

    def __init__(self, request_id: str) -> None:
        super().__init__(
            f"The server failed. Its log has the details under request id {request_id}.",
            metadata={"request_id": request_id},
        )


class InvalidRequest(MeshError):
    """Fields of the request are malformed; all of them are listed."""

    code = StatusCode.INVALID_ARGUMENT
    reason = "INVALID_REQUEST"

    def __init__(self, violations: Sequence[Violation]) -> None:
        faults = "; ".join(f"{v.field}: {v.description}" for v in violations)
        super().__init__(f"The request is not valid. {faults}.", violations=violations)


class PageTokenInvalid(MeshError):
    """The page token does not belong to this query."""

    code = StatusCode.INVALID_ARGUMENT
    reason = "PAGE_TOKEN_INVALID"

    def __init__(self) -> None:
        super().__init__("The page_token does not belong to this query. Start again without one.")


class RequestIdReused(MeshError):
    """The request_id was used for something else."""

    code = StatusCode.ALREADY_EXISTS
    reason = "REQUEST_ID_REUSED"

    def __init__(self, request_id: str) -> None:
        super().__init__(
            f"The request_id {request_id!r} was used for a different request. Use a fresh one.",
            metadata={"request_id": request_id},
        )


class Unauthenticated(MeshError):
    """No identity came with the call."""

    code = StatusCode.UNAUTHENTICATED
    reason = "UNAUTHENTICATED"

    def __init__(self) -> None:
        super().__init__("The call carries no identity. Call through the gateway, which adds it.")


class PermissionDenied(MeshError):
    """The caller is known, and may not do this."""

    code = StatusCode.PERMISSION_DENIED
    reason = "PERMISSION_DENIED"

    def __init__(self, role: str) -> None:
        super().__init__(
            f"This is for users with the role '{role}'. Ask who runs this server.", metadata={"role": role}
        )


class ServerDraining(MeshError):
    """The server is shutting down."""

    code = StatusCode.UNAVAILABLE
    reason = "SERVER_DRAINING"

    def __init__(self) -> None:
        super().__init__("The server is restarting. Call again in a second.", retry_after=1.0)


class DependencyUnavailable(MeshError):
    """Another part of the mesh does not answer."""

    code = StatusCode.UNAVAILABLE
    reason = "DEPENDENCY_UNAVAILABLE"

    def __init__(self, dependency: str, *, retry_after: float = 2.0) -> None:
        super().__init__(
            f"{dependency} does not answer. Try again in a moment; `sfa doctor` on the server says more.",
            metadata={"dependency": dependency},
            retry_after=retry_after,
        )


class StorageFull(MeshError):
    """The disk is full."""

    code = StatusCode.RESOURCE_EXHAUSTED
    reason = "STORAGE_FULL"

    def __init__(self) -> None:
        super().__init__("The server's disk is full. Free space there, then try again.")
