"""Starts separations that follow an upload or a download."""

import grpc
import grpc.aio

from alchemy.processing.v1 import processing_service_pb2 as pb
from alchemy.processing.v1.processing_service_pb2_grpc import ProcessingServiceStub
from alchemy.processing.v1.separation_pb2 import Separation
from services.library.chain import NotNow, StepRefused
from services.library.domain import Step
from services.mesh.identity import acting_for
from services.mesh.remote import Remote

_DEADLINE_SECONDS = 15.0
_LATER = {
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
    grpc.StatusCode.INTERNAL,
    grpc.StatusCode.UNKNOWN,
    grpc.StatusCode.CANCELLED,
}


class GrpcStarter:
    """Asks the processing service."""

    def __init__(self, processing: grpc.aio.Channel) -> None:
        self._processing = ProcessingServiceStub(processing)

    async def start(self, owner: str, track: str, step: Step) -> str:
        """Starts a step; see `Starter`."""
        request = pb.CreateSeparationRequest(
            parent=track, separation=Separation.FromString(step.wish), request_id=step.request_id
        )
        try:
            reply = await self._processing.CreateSeparation(
                request, metadata=acting_for(owner), timeout=_DEADLINE_SECONDS
            )
        except grpc.aio.AioRpcError as error:
            if error.code() in _LATER:
                raise NotNow(error.code().name) from error
            raise StepRefused(Remote(error).to_record()) from error
        return str(reply.separation.name)
