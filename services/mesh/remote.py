"""An error that another service of the mesh answered, as an error of this one."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import grpc
import grpc.aio
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from services.mesh.errors import DependencyUnavailable, MeshError

_PATIENCE_SECONDS = 60.0

T = TypeVar("T")


class Remote(MeshError):
    """What another service said: the same code, reason and message."""

    def __init__(self, error: grpc.aio.AioRpcError) -> None:
        info = error_details_pb2.ErrorInfo()
        status = rpc_status.from_call(error)
        for detail in status.details if status else ():
            if detail.Unpack(info):
                break
        super().__init__(error.details() or error.code().name, metadata=dict(info.metadata))
        self.code = error.code()
        self.reason = info.reason or "INTERNAL"


async def patiently(service: str, call: Callable[[], Awaitable[T]]) -> T:
    """Calls another service, again and again while it is away: what a job has made must not be lost by a restart.

    Raises:
        Remote: what the other service said.
        DependencyUnavailable: it did not answer for a minute.
    """
    deadline = asyncio.get_running_loop().time() + _PATIENCE_SECONDS
    while True:
        try:
            return await call()
        except grpc.aio.AioRpcError as error:
            if error.code() is not grpc.StatusCode.UNAVAILABLE:
                raise Remote(error) from error
            if asyncio.get_running_loop().time() > deadline:
                raise DependencyUnavailable(service) from error
        await asyncio.sleep(1)
