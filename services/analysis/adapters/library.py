"""The library, over gRPC."""

from collections import defaultdict
from collections.abc import Awaitable, Mapping, Sequence
from typing import TypeVar

import grpc
import grpc.aio

from alchemy.library.v1 import library_service_pb2, track_pb2
from alchemy.library.v1 import registry_service_pb2 as pb
from alchemy.library.v1.library_service_pb2_grpc import LibraryServiceStub
from alchemy.library.v1.registry_service_pb2_grpc import RegistryServiceStub
from alchemy.type.v1.audio_pb2 import AudioProperties
from alchemy.type.v1.music_pb2 import MusicSummary
from services.analysis.domain import Findings, Known, Source
from services.analysis.messages import feature_value, features_from, key_of
from services.analysis.ports import Registered
from services.analysis.results import Feature
from services.mesh.blobs import Digest
from services.mesh.errors import DependencyUnavailable, InvalidRequest, MusicChanged, Violation
from services.mesh.filenames import titled_filename
from services.mesh.identity import acting_for
from services.mesh.music import Corrections
from services.mesh.music_messages import corrections_from, corrections_message, key_message
from services.mesh.remote import Remote, patiently

_DEADLINE_SECONDS = 15.0
_PAGE = 1000
_FULL_SET = frozenset({"drums", "bass", "other", "vocals"})
# Stems of a part of the track are of no use; decoders differ by some samples of silence.
_SAME_LENGTH_SECONDS = 0.2

T = TypeVar("T")


class GrpcLibrary:
    """Asks the library service; rides out its restarts where a finished job would be lost otherwise."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._registry = RegistryServiceStub(channel)
        self._library = LibraryServiceStub(channel)

    async def source(self, owner: str, track: str, artifact: str, *, mix_only: bool) -> Source:
        """Returns the audio to measure; see `Library`."""
        found = await self._track(owner, track)
        if artifact:
            file = await self._artifact(owner, artifact)
            return _source(found.title, file.sha256, file.audio, {})
        stems = {} if mix_only else await self._stems(owner, found)
        return _source(found.title, found.sha256, found.audio, stems)

    async def register(
        self,
        owner: str,
        analysis: str,
        *,
        title: str,
        digest: Digest,
        findings: Findings,
        features: Sequence[Feature],
    ) -> Registered:
        """Makes results visible; see `Library`."""
        request = pb.RegisterAnalysisRequest(
            analysis=analysis,
            sha256=digest.sha256,
            size_bytes=digest.size_bytes,
            filename=titled_filename(title, "analysis", ".binpb"),
            features=map(feature_value, features),
            measured=_summary(findings),
        )
        reply = await patiently(
            "library",
            lambda: self._registry.RegisterAnalysis(request, metadata=acting_for(owner), timeout=_DEADLINE_SECONDS),
        )
        return Registered(reply.artifact.name, reply.artifact.sha256)

    async def known(self, owner: str, track: str) -> Known:
        """Returns what is known about a track; see `Library`."""
        request = pb.GetMusicRequest(name=track)
        reply = await _asked(self._registry.GetMusic(request, metadata=acting_for(owner), timeout=_DEADLINE_SECONDS))
        return _known(reply.music)

    async def correct(self, owner: str, track: str, corrections: Corrections, revision: int) -> Known:
        """Replaces what people corrected; see `Library`."""
        request = pb.CorrectMusicRequest(name=track, corrections=corrections_message(corrections), revision=revision)
        reply = await _asked(
            self._registry.CorrectMusic(request, metadata=acting_for(owner), timeout=_DEADLINE_SECONDS)
        )
        return _known(reply.music)

    async def _track(self, owner: str, name: str) -> track_pb2.Track:
        request = pb.ResolveTrackRequest(name=name)
        call = self._registry.ResolveTrack(request, metadata=acting_for(owner), timeout=_DEADLINE_SECONDS)
        return (await _asked(call)).track

    async def _artifact(self, owner: str, name: str) -> track_pb2.Artifact:
        request = library_service_pb2.GetArtifactRequest(name=name)
        call = self._library.GetArtifact(request, metadata=acting_for(owner), timeout=_DEADLINE_SECONDS)
        file = (await _asked(call)).artifact
        if not file.HasField("audio"):
            raise InvalidRequest([Violation("analysis.artifact", "must be a file with audio")])
        return file

    async def _stems(self, owner: str, track: track_pb2.Track) -> dict[str, str]:
        """Returns the SHA-256 of the stems to use, by name: of the newest separation with all four, else of the newest."""
        request = library_service_pb2.ListArtifactsRequest(parent=track.name, page_size=_PAGE)
        call = self._library.ListArtifacts(request, metadata=acting_for(owner), timeout=_DEADLINE_SECONDS)
        separations: defaultdict[str, dict[str, str]] = defaultdict(dict)
        for file in (await _asked(call)).artifacts:
            whole = abs(_seconds(file.audio) - _seconds(track.audio)) < _SAME_LENGTH_SECONDS
            if file.separation and file.stem in _FULL_SET and whole:
                separations[file.separation][file.stem] = file.sha256
        # Names of separations sort by the time of creation.
        ranked = sorted(separations, key=lambda name: (separations[name].keys() == _FULL_SET, name))
        chosen = separations[ranked[-1]] if ranked else {}
        return dict(sorted(chosen.items()))


async def _asked(call: Awaitable[T]) -> T:
    try:
        return await call
    except grpc.aio.AioRpcError as error:
        if error.code() in {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED}:
            raise DependencyUnavailable("library") from error
        if error.code() is grpc.StatusCode.ABORTED:
            raise MusicChanged("the track") from error
        raise Remote(error) from error


def _source(title: str, sha256: str, audio: AudioProperties, stems: Mapping[str, str]) -> Source:
    return Source(
        files={"mix": sha256, **stems}, title=title, duration=_seconds(audio), channel_count=audio.channel_count
    )


def _known(music: pb.Music) -> Known:
    return Known(
        features={features_from([one.feature])[0]: (one.analysis, one.sha256) for one in music.features},
        corrections=corrections_from(music.corrections),
        revision=music.revision,
    )


def _summary(findings: Findings) -> MusicSummary:
    found = findings.measurements
    summary = MusicSummary()
    if found.rhythm:
        summary.bpm, summary.bpm_confidence = found.rhythm.tempo.bpm, found.rhythm.tempo.confidence
        if found.rhythm.metre:
            summary.beats_per_bar = found.rhythm.metre.beats_per_bar
            summary.beat_unit = found.rhythm.metre.beat_unit
    if found.tonality:
        summary.key.CopyFrom(key_message(key_of(found.tonality.key)))
        summary.key_confidence = found.tonality.key.confidence
    if found.loudness and found.loudness.integrated_lufs is not None:
        summary.integrated_lufs = found.loudness.integrated_lufs
    return summary


def _seconds(audio: AudioProperties) -> float:
    return audio.sample_count / audio.sample_rate_hz if audio.sample_rate_hz else 0.0
