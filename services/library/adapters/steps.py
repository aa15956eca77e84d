"""Starts the separations and analyses that follow an upload or a download."""

from collections.abc import Awaitable
from typing import TypeVar

import grpc
import grpc.aio

from alchemy.analysis.v1.analysis_pb2 import Analysis
from alchemy.analysis.v1.analysis_service_pb2 import CreateAnalysisRequest
from alchemy.analysis.v1.analysis_service_pb2_grpc import AnalysisServiceStub
from alchemy.processing.v1.processing_service_pb2 import CreateSeparationRequest, GetSeparationRequest
from alchemy.processing.v1.processing_service_pb2_grpc import ProcessingServiceStub
from alchemy.processing.v1.separation_pb2 import Separation
from alchemy.type.v1.job_pb2 import JobState
from services.library.chain import NotNow, StepRefused
from services.library.domain import SEPARATE, Step
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
_UNDER_WAY = {JobState.JOB_STATE_QUEUED, JobState.JOB_STATE_RUNNING}

T = TypeVar("T")


class GrpcStarter:
    """Asks the services that do it."""

    def __init__(self, processing: grpc.aio.Channel, analysis: grpc.aio.Channel) -> None:
        self._processing = ProcessingServiceStub(processing)
        self._analysis = AnalysisServiceStub(analysis)

    async def start(self, owner: str, track: str, step: Step) -> str:
        """Starts a step; see `Starter`."""
        metadata = acting_for(owner)
        if step.action == SEPARATE:
            separate = CreateSeparationRequest(
                parent=track, separation=Separation.FromString(step.wish), request_id=step.request_id
            )
            separated = await _answer(
                self._processing.CreateSeparation(separate, metadata=metadata, timeout=_DEADLINE_SECONDS)
            )
            return separated.separation.name
        analyze = CreateAnalysisRequest(
            parent=track, analysis=Analysis.FromString(step.wish), request_id=step.request_id
        )
        analysed = await _answer(self._analysis.CreateAnalysis(analyze, metadata=metadata, timeout=_DEADLINE_SECONDS))
        return analysed.analysis.name

    async def under_way(self, owner: str, job: str) -> bool:
        """Whether a separation has not ended yet; see `Starter`."""
        request = GetSeparationRequest(name=job)
        try:
            reply = await _answer(
                self._processing.GetSeparation(request, metadata=acting_for(owner), timeout=_DEADLINE_SECONDS)
            )
        except StepRefused:  # it is gone
            return False
        return reply.separation.state in _UNDER_WAY


async def _answer(call: Awaitable[T]) -> T:
    try:
        return await call
    except grpc.aio.AioRpcError as error:
        if error.code() in _LATER:
            raise NotNow(error.code().name) from error
        raise StepRefused(Remote(error).to_record()) from error
