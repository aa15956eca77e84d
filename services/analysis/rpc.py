"""AnalysisService: translate, call, translate back."""

from collections.abc import AsyncIterator
from typing import Any

import grpc.aio
from google.api.httpbody_pb2 import HttpBody

from alchemy.analysis.v1 import analysis_service_pb2 as pb
from alchemy.analysis.v1 import results_pb2
from alchemy.analysis.v1.analysis_pb2 import Analysis
from alchemy.analysis.v1.analysis_service_pb2_grpc import AnalysisServiceServicer
from alchemy.realtime.v1.realtime_service_pb2 import Event
from services.analysis.answers import MAX_STEPS, curve_messages, reading_message
from services.analysis.codec import spectrogram_message
from services.analysis.exports import ExportFormat, Exports
from services.analysis.reading import Readings
from services.analysis.requests import change_from, features_wanted, stretch_from, track_name
from services.analysis.spectrogram import tile
from services.analysis.translate import analysis_message
from services.analysis.usecases import Analyses
from services.mesh.drain import Drain
from services.mesh.errors import InvalidRequest, ResultsMissing, Violation
from services.mesh.events import EventTail
from services.mesh.identity import owner
from services.mesh.jobs.messages import MAX_REQUEST_ID, due, ended, revision
from services.mesh.jobs.owned import Snapshot
from services.mesh.jobs.watch import Watched, watch
from services.mesh.pages import decode_token, encode_token, page_size

Context = grpc.aio.ServicerContext[Any, Any]

_FORMATS = {
    pb.EXPORT_FORMAT_JSON: ExportFormat.JSON,
    pb.EXPORT_FORMAT_BEATS_CSV: ExportFormat.BEATS_CSV,
    pb.EXPORT_FORMAT_CHORDS_CSV: ExportFormat.CHORDS_CSV,
    pb.EXPORT_FORMAT_SECTIONS_CSV: ExportFormat.SECTIONS_CSV,
    pb.EXPORT_FORMAT_AUDACITY_LABELS: ExportFormat.AUDACITY_LABELS,
    pb.EXPORT_FORMAT_MIDI: ExportFormat.MIDI,
    pb.EXPORT_FORMAT_CLICK_WAV: ExportFormat.CLICK_WAV,
    pb.EXPORT_FORMAT_PLOT_PNG: ExportFormat.PLOT_PNG,
}


class AnalysisRpc(AnalysisServiceServicer):
    """Serves AnalysisService."""

    def __init__(
        self, *, analyses: Analyses, readings: Readings, exports: Exports, tail: EventTail, drain: Drain
    ) -> None:
        self._analyses = analyses
        self._readings = readings
        self._exports = exports
        self._tail = tail
        self._drain = drain

    async def CreateAnalysis(self, request: pb.CreateAnalysisRequest, context: Context) -> pb.CreateAnalysisResponse:
        wanted = request.analysis
        if len(request.request_id) > MAX_REQUEST_ID:
            raise InvalidRequest([Violation("request_id", f"must have at most {MAX_REQUEST_ID} characters")])
        snapshot = await self._analyses.create(
            owner(context),
            track_name(request.parent),
            artifact=wanted.artifact,
            features=features_wanted(request),
            mix_only=wanted.mix_only,
            request_id=request.request_id,
        )
        return pb.CreateAnalysisResponse(analysis=_message(snapshot))

    async def GetAnalysis(self, request: pb.GetAnalysisRequest, context: Context) -> pb.GetAnalysisResponse:
        snapshot = await self._analyses.get(owner(context), request.name)
        return pb.GetAnalysisResponse(analysis=_message(snapshot))

    async def ListAnalyses(self, request: pb.ListAnalysesRequest, context: Context) -> pb.ListAnalysesResponse:
        size = page_size(request.page_size, default=50)
        query = ["analyses", request.parent]
        position = decode_token(request.page_token, query)
        parent = None if request.parent == "tracks/-" else track_name(request.parent)
        snapshots = await self._analyses.page(
            owner(context), parent, before=position[0] if position else None, size=size + 1
        )
        page, rest = snapshots[:size], snapshots[size:]
        return pb.ListAnalysesResponse(
            analyses=map(_message, page),
            next_page_token=encode_token(query, [page[-1].job.id]) if rest else "",
        )

    async def WatchAnalysis(
        self, request: pb.WatchAnalysisRequest, context: Context
    ) -> AsyncIterator[pb.WatchAnalysisResponse]:
        user = owner(context)

        async def load() -> Analysis:
            return _message(await self._analyses.get(user, request.name))

        watched = Watched(load=load, revision=revision, unpack=_unpack, ended=ended, due=due)
        async for analysis in watch(self._tail, self._drain, user, request.name, watched):
            yield pb.WatchAnalysisResponse(analysis=analysis)

    async def CancelAnalysis(self, request: pb.CancelAnalysisRequest, context: Context) -> pb.CancelAnalysisResponse:
        snapshot = await self._analyses.cancel(owner(context), request.name)
        return pb.CancelAnalysisResponse(analysis=_message(snapshot))

    async def RetryAnalysis(self, request: pb.RetryAnalysisRequest, context: Context) -> pb.RetryAnalysisResponse:
        snapshot = await self._analyses.retry(owner(context), request.name)
        return pb.RetryAnalysisResponse(analysis=_message(snapshot))

    async def GetResults(self, request: pb.GetResultsRequest, context: Context) -> pb.GetResultsResponse:
        reading = await self._readings.read(owner(context), request.name)
        return pb.GetResultsResponse(results=reading_message(reading))

    async def GetCurves(self, request: pb.GetCurvesRequest, context: Context) -> pb.GetCurvesResponse:
        if not 0 <= request.max_steps <= MAX_STEPS:
            raise InvalidRequest([Violation("max_steps", f"must be between 0 and {MAX_STEPS}")])
        if unknown := set(request.kinds) - set(results_pb2.CurveKind.values()[1:]):
            raise InvalidRequest([Violation("kinds", f"{min(unknown)} is not a curve that this server knows")])
        reading = await self._readings.read(owner(context), request.name)
        curves = curve_messages(reading, set(request.kinds), request.max_steps or MAX_STEPS)
        return pb.GetCurvesResponse(curves=curves)

    async def GetSpectrogram(self, request: pb.GetSpectrogramRequest, context: Context) -> pb.GetSpectrogramResponse:
        start, end, max_steps = stretch_from(request)
        reading = await self._readings.read(owner(context), request.name)
        whole = reading.measured.measurements.spectrogram if reading.measured else None
        if whole is None:
            raise ResultsMissing(request.name, "spectrogram")
        return pb.GetSpectrogramResponse(spectrogram=spectrogram_message(tile(whole, start, end, max_steps)))

    async def ExportAnalysis(
        self, request: pb.ExportAnalysisRequest, context: Context
    ) -> AsyncIterator[pb.ExportAnalysisResponse]:
        form = _FORMATS.get(request.format)
        if form is None:
            raise InvalidRequest([Violation("format", "must be a format that this server knows")])
        reading = await self._readings.read(owner(context), request.name)
        export = self._exports.export(reading, form)
        async for piece in export.pieces:
            data = HttpBody(content_type=export.media_type, data=piece)
            yield pb.ExportAnalysisResponse(data=data, filename=export.filename)

    async def AdjustAnalysis(self, request: pb.AdjustAnalysisRequest, context: Context) -> pb.AdjustAnalysisResponse:
        reading = await self._readings.adjust(owner(context), track_name(request.parent), change_from(request))
        return pb.AdjustAnalysisResponse(results=reading_message(reading))


def _message(snapshot: Snapshot) -> Analysis:
    return analysis_message(snapshot.job, snapshot.queue_position)


def _unpack(event: Event) -> Analysis | None:
    return event.analysis_changed if event.HasField("analysis_changed") else None
