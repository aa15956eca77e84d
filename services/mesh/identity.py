"""Who calls. The gateway alone sets the identity header, and strips it from what clients send."""

from typing import Any

import grpc.aio

from services.mesh.errors import Unauthenticated

USER_HEADER = "x-alchemy-user"


def owner(context: grpc.aio.ServicerContext[Any, Any]) -> str:
    """Returns the user on whose behalf the call is made.

    Raises:
        Unauthenticated: the call did not come through the gateway.
    """
    for key, value in context.invocation_metadata() or ():
        if key == USER_HEADER and value:
            return value if isinstance(value, str) else value.decode()
    raise Unauthenticated


def acting_for(user: str) -> tuple[tuple[str, str], ...]:
    """Metadata for a call that one service makes to another on behalf of `user`."""
    return ((USER_HEADER, user),)
