"""The part of ProcessingService that is about mixes: translate, call, translate back."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import grpc.aio
from google.api.httpbody_pb2 import HttpBody

from alchemy.processing.v1 import mix_pb2 as pb
from alchemy.processing.v1.processing_service_pb2_grpc import ProcessingServiceServicer
from services.mesh.errors import InvalidRequest, Violation
from services.mesh.identity import owner
from services.processing.mix import DEFAULT_CEILING_DBTP, GainReason, LoudnessTarget, MixReport, MixSpec, StemLevel
from services.processing.mixes import Mixes
from services.processing.options import RATES_HZ
from services.processing.translate import encoding_from

Context = grpc.aio.ServicerContext[Any, Any]

# As the contract's comments say.
_GAINS_DB = (-100.0, 24.0)
_PANS = (-1.0, 1.0)
_SECONDS = (0.0, 1e6)
_FADES = (0.0, 600.0)
_LUFS = (-60.0, 0.0)
_CEILINGS = (-20.0, 0.0)

_REASONS = {
    GainReason.NONE: pb.GainReason.GAIN_REASON_UNSPECIFIED,
    GainReason.LOUDNESS: pb.GainReason.GAIN_REASON_LOUDNESS,
    GainReason.CEILING: pb.GainReason.GAIN_REASON_CEILING,
    GainReason.FULL_SCALE: pb.GainReason.GAIN_REASON_FULL_SCALE,
}


class MixRpc(ProcessingServiceServicer):
    """Serves ExportMix."""

    def __init__(self, mixes: Mixes) -> None:
        self._mixes = mixes

    async def ExportMix(self, request: pb.ExportMixRequest, context: Context) -> AsyncIterator[pb.ExportMixResponse]:
        spec = mix_spec(request)
        async with aclosing(self._mixes.mix(owner(context), request.name, spec)) as pieces:
            async for piece in pieces:
                yield pb.ExportMixResponse(
                    data=HttpBody(content_type=piece.media_type, data=piece.data),
                    filename=piece.filename,
                    fraction=piece.fraction,
                    total_bytes=piece.total_bytes,
                    report=_report_message(piece.report) if piece.report else None,
                )


def mix_spec(request: pb.ExportMixRequest) -> MixSpec:
    """Returns what is wanted. Raises InvalidRequest with every fault that needs no look-up."""
    faults = []

    def within(field: str, value: float, bounds: tuple[float, float]) -> None:
        low, high = bounds
        if not low <= value <= high:  # nor is NaN
            faults.append(Violation(field, f"must be a number from {low:g} to {high:g}"))

    named = set[str]()
    for index, level in enumerate(request.stems):
        if not level.stem or level.stem in named:
            faults.append(Violation(f"stems[{index}].stem", "must be a stem that is not named before"))
        named.add(level.stem)
        within(f"stems[{index}].gain_db", level.gain_db, _GAINS_DB)
        within(f"stems[{index}].pan", level.pan, _PANS)
    within("start", request.start, _SECONDS)
    within("end", request.end, _SECONDS)
    if 0 < request.end <= request.start:
        faults.append(Violation("end", "must be after start"))
    within("fade_in", request.fade_in, _FADES)
    within("fade_out", request.fade_out, _FADES)
    encoding = encoding_from(request.encoding)
    if encoding is None:
        faults.append(Violation("encoding", "must be an encoding that this server knows"))
    if request.sample_rate_hz:
        within("sample_rate_hz", request.sample_rate_hz, RATES_HZ)
    target = None
    if request.HasField("loudness"):
        wanted = request.loudness
        ceiling = wanted.ceiling_dbtp if wanted.HasField("ceiling_dbtp") else DEFAULT_CEILING_DBTP
        within("loudness.target_lufs", wanted.target_lufs, _LUFS)
        within("loudness.ceiling_dbtp", ceiling, _CEILINGS)
        target = LoudnessTarget(lufs=wanted.target_lufs, ceiling_dbtp=ceiling)
    if faults or encoding is None:
        raise InvalidRequest(faults)
    return MixSpec(
        stems=tuple(StemLevel(stem=level.stem, gain_db=level.gain_db, pan=level.pan) for level in request.stems),
        start=request.start,
        end=request.end,
        fade_in=request.fade_in,
        fade_out=request.fade_out,
        encoding=encoding,
        sample_rate_hz=request.sample_rate_hz,
        loudness=target,
    )


def _report_message(report: MixReport) -> pb.MixReport:
    return pb.MixReport(
        gain_db=report.gain_db,
        gain_reason=_REASONS[report.gain_reason],
        integrated_lufs=report.integrated_lufs,
        true_peak_dbtp=report.true_peak_dbtp,
        sample_count=report.sample_count,
        sample_rate_hz=report.sample_rate_hz,
    )
