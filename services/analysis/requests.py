"""Requests of the contract: their checks, and what they mean. Every check lists all faults at once."""

import math

from alchemy.analysis.v1 import analysis_service_pb2 as pb
from alchemy.type.v1 import music_pb2
from services.analysis.corrections import Change
from services.analysis.messages import features_from
from services.analysis.results import Feature
from services.analysis.spectrogram import DEFAULT_STEPS, MAX_STEPS
from services.mesh.errors import ArtifactNotFound, InvalidRequest, TrackNotFound, Violation
from services.mesh.ids import is_id
from services.mesh.music_messages import key_from

_BPM = (20.0, 400.0)
_FACTOR = (0.125, 8.0)
_SHIFT_SECONDS = 10.0
_MAX_BEATS_PER_BAR = 16
_TONICS = 12

_CORRECTIONS = {
    pb.CORRECTION_BPM: "bpm",
    pb.CORRECTION_BEATS: "beat_at",
    pb.CORRECTION_DOWNBEAT: "downbeat_at",
    pb.CORRECTION_METRE: "beats_per_bar",
    pb.CORRECTION_KEY: "key",
}


def track_name(name: str) -> str:
    """Returns the name of a track. Raises TrackNotFound if no track can have it."""
    prefix, _, tail = name.partition("/")
    if prefix != "tracks" or not is_id(tail):
        raise TrackNotFound(name)
    return name


def features_wanted(request: pb.CreateAnalysisRequest) -> list[Feature]:
    """Returns the features that are asked for.

    Raises:
        InvalidRequest: one of them is not known here.
        ArtifactNotFound: the artifact is not one of the track.
    """
    wanted = request.analysis
    if wanted.artifact and not wanted.artifact.startswith(f"{request.parent}/artifacts/"):
        raise ArtifactNotFound(wanted.artifact)
    try:
        return features_from(wanted.features)
    except (KeyError, ValueError):
        raise InvalidRequest([Violation("analysis.features", "must be features that this server knows")]) from None


def change_from(request: pb.AdjustAnalysisRequest) -> Change:
    """Returns what is to be corrected. Raises InvalidRequest."""
    tempo = request.WhichOneof("tempo")
    shift = request.shift_seconds if request.HasField("shift_seconds") else None
    downbeat_at = request.downbeat_at if request.HasField("downbeat_at") else None
    faults = []
    if unknown := [one for one in request.reset if one not in _CORRECTIONS]:
        faults.append(Violation("reset", f"{unknown[0]} is not a correction that this server knows"))
    if tempo == "bpm" and not _BPM[0] <= request.bpm <= _BPM[1]:
        faults.append(Violation("bpm", f"must be between {_BPM[0]:g} and {_BPM[1]:g}"))
    if tempo == "tempo_factor" and not _FACTOR[0] <= request.tempo_factor <= _FACTOR[1]:
        faults.append(Violation("tempo_factor", f"must be between {_FACTOR[0]:g} and {_FACTOR[1]:g}"))
    if shift is not None and not abs(shift) <= _SHIFT_SECONDS:
        faults.append(Violation("shift_seconds", f"must be between -{_SHIFT_SECONDS:g} and {_SHIFT_SECONDS:g}"))
    if not 0 <= request.beats_per_bar <= _MAX_BEATS_PER_BAR:
        faults.append(Violation("beats_per_bar", f"must be between 0 and {_MAX_BEATS_PER_BAR}"))
    if downbeat_at is not None and not (math.isfinite(downbeat_at) and downbeat_at >= 0):
        faults.append(Violation("downbeat_at", "must lie within the track"))
    if request.HasField("key") and not _is_key(request.key):
        faults.append(Violation("key", "must have a tonic from 0 to 11, and a mode"))
    if faults:
        raise InvalidRequest(faults)
    return Change(
        reset=frozenset(_CORRECTIONS[one] for one in request.reset),
        bpm=request.bpm if tempo == "bpm" else None,
        tempo_factor=request.tempo_factor if tempo == "tempo_factor" else None,
        shift=shift,
        beats_per_bar=request.beats_per_bar,
        downbeat_at=downbeat_at,
        key=key_from(request.key) if request.HasField("key") else None,
    )


def stretch_from(request: pb.GetSpectrogramRequest) -> tuple[float, float, int]:
    """Returns start and end in seconds, and the most steps. Raises InvalidRequest."""
    end = request.end or math.inf
    faults = []
    if not (math.isfinite(request.start) and request.start >= 0):
        faults.append(Violation("start", "must not be negative"))
    elif not end > request.start:
        faults.append(Violation("end", "must be later than start, or 0 for the end of the track"))
    if not 0 <= request.max_steps <= MAX_STEPS:
        faults.append(Violation("max_steps", f"must be between 0 and {MAX_STEPS}"))
    if faults:
        raise InvalidRequest(faults)
    return request.start, end, request.max_steps or DEFAULT_STEPS


def _is_key(key: music_pb2.Key) -> bool:
    return 0 <= key.tonic < _TONICS and key.mode in {music_pb2.MODE_MAJOR, music_pb2.MODE_MINOR}
