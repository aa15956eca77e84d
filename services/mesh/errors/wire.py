"""Errors between a worker and its child process."""

from collections.abc import Mapping
from typing import Any

# Not all subclasses of MeshError: `services.mesh.remote` has one whose reason only its instances know.
from services.mesh import errors
from services.mesh.errors.base import MeshError

_CLASSES: Mapping[str, type[MeshError]] = {
    kind.reason: kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, MeshError) and kind is not MeshError
}


def error_to_wire(error: MeshError) -> dict[str, Any]:
    """Packs an error as JSON values."""
    return {"reason": error.reason, "message": error.message, "metadata": error.metadata}


def error_from_wire(message: Mapping[str, Any]) -> MeshError:
    """Unpacks an error: the same class, message and metadata as on the other side."""
    kind = _CLASSES.get(message["reason"], errors.Internal)
    error = kind.__new__(kind)
    MeshError.__init__(error, message["message"], metadata=message["metadata"])
    return error
