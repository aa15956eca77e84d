"""Errors between a worker and its child process."""

from collections.abc import Mapping
from typing import Any

from services.mesh.errors import Internal, MeshError, class_of


def error_to_wire(error: MeshError) -> dict[str, Any]:
    """Packs an error as JSON values."""
    return {"reason": error.reason, "message": error.message, "metadata": error.metadata}


def error_from_wire(message: Mapping[str, Any]) -> MeshError:
    """Unpacks an error: the same class, message and metadata as on the other side."""
    kind = class_of(message["reason"]) or Internal
    error = kind.__new__(kind)
    MeshError.__init__(error, message["message"], metadata=message["metadata"])
    return error
