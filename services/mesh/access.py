"""Who may call what.

The gateway verifies who somebody is and says so in headers that it alone can set: it proves itself by the mesh key, which it
adds to every request, as services do when they call each other. A call without the key did not come that way, and is refused
whatever its headers claim.
"""

import hmac
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

import grpc
import grpc.aio

from services.mesh import traces
from services.mesh.errors import PermissionDenied, Unauthenticated

KEY_HEADER = "x-alchemy-mesh"
ROLE_HEADER = "x-alchemy-role"

Details = TypeVar("Details", bound=grpc.aio.ClientCallDetails)


class Role(StrEnum):
    """What a signed-in person is to this mesh."""

    USER = "user"
    ADMIN = "admin"


# What changes the server for everybody. Everything else only ever touches what the caller owns.
ADMIN_METHODS = frozenset(
    f"/alchemy.processing.v1.ProcessingService/{method}"
    for method in ("InstallModel", "CancelInstallation", "RemoveModel")
)


def check(method: str, metadata: Mapping[str, Any], key: bytes | None) -> None:
    """Refuses a call that its sender may not make; without a key, as in tests, only roles count.

    Raises:
        Unauthenticated: it came neither through the gateway nor from a service of this mesh.
        PermissionDenied: it is for administrators.
    """
    if key is not None and not hmac.compare_digest(_bytes(metadata.get(KEY_HEADER, "")), key):
        raise Unauthenticated
    role = metadata.get(ROLE_HEADER, Role.ADMIN if key is None else Role.USER)
    if method in ADMIN_METHODS and role != Role.ADMIN:
        raise PermissionDenied(Role.ADMIN)


def channel(target: str, key: bytes) -> grpc.aio.Channel:
    """Opens a channel to another service of the mesh, whose calls carry the mesh key."""
    return grpc.aio.insecure_channel(target, interceptors=[kind(key) for kind in (_Unary, _Stream, _Upload, _Both)])


class _Keyed:
    def __init__(self, key: bytes) -> None:
        self._header = (KEY_HEADER, key.decode("ascii"))

    def _with_key(self, details: Details) -> Details:
        metadata = grpc.aio.Metadata(*(details.metadata or ()), self._header, *traces.headers())
        return details._replace(metadata=metadata)  # type: ignore[attr-defined, no-any-return]  # a named tuple


class _Unary(_Keyed, grpc.aio.UnaryUnaryClientInterceptor):
    async def intercept_unary_unary(self, continuation: Any, client_call_details: Any, request: Any) -> Any:  # noqa: ANN401 (grpc's own)
        return await continuation(self._with_key(client_call_details), request)


class _Stream(_Keyed, grpc.aio.UnaryStreamClientInterceptor):
    async def intercept_unary_stream(self, continuation: Any, client_call_details: Any, request: Any) -> Any:  # noqa: ANN401
        return await continuation(self._with_key(client_call_details), request)


class _Upload(_Keyed, grpc.aio.StreamUnaryClientInterceptor):
    async def intercept_stream_unary(self, continuation: Any, client_call_details: Any, request_iterator: Any) -> Any:  # noqa: ANN401
        return await continuation(self._with_key(client_call_details), request_iterator)


class _Both(_Keyed, grpc.aio.StreamStreamClientInterceptor):
    async def intercept_stream_stream(self, continuation: Any, client_call_details: Any, request_iterator: Any) -> Any:  # noqa: ANN401
        return await continuation(self._with_key(client_call_details), request_iterator)


def _bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode()
