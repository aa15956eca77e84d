"""An error that another service of the mesh answered, as an error of this one."""

import grpc
import grpc.aio
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from services.mesh.errors import MeshError


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
