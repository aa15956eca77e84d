"""Errors of the event stream."""

from grpc import StatusCode

from services.mesh.errors.base import MeshError


class CursorInvalid(MeshError):
    """Not a cursor of this stream."""

    code = StatusCode.OUT_OF_RANGE
    reason = "CURSOR_INVALID"

    def __init__(self) -> None:
        super().__init__("The cursor is not one of this stream. Subscribe without a cursor, and list again.")
