"""The library, over gRPC."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import grpc
import grpc.aio

from alchemy.library.v1 import registry_service_pb2 as pb
from alchemy.library.v1.registry_service_pb2_grpc import RegistryServiceStub
from services.mesh.errors import BlobMissing, DependencyUnavailable, TrackNotFound
from services.mesh.identity import acting_for
from services.processing.domain import StemFile, StemResult, TrackSource, TrackTags

_DEADLINE_SECONDS = 15.0
_PATIENCE_SECONDS = 60.0

T = TypeVar("T")


class GrpcLibrary:
    """Asks the library service; rides out its restarts where a finished job would be lost otherwise."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._registry = RegistryServiceStub(channel)

    async def source(self, owner: str, track: str) -> TrackSource:
        """Returns the audio of a track.

        Raises:
            TrackNotFound: the owner has no such track.
            DependencyUnavailable: the library does not answer.
        """
        request = pb.ResolveTrackRequest(name=track)
        reply = await _translated(
            track,
            lambda: self._registry.ResolveTrack(request, metadata=acting_for(owner), timeout=_DEADLINE_SECONDS),
        )
        audio = reply.track.audio
        return TrackSource(
            sha256=reply.track.sha256,
            tags=TrackTags(
                title=reply.track.title,
                artist=reply.track.artist,
                album=reply.track.album,
                album_artist=reply.track.album_artist,
                genre=reply.track.genre,
                release_date=reply.track.release_date,
                track_number=reply.track.track_number,
                isrc=reply.track.isrc,
                artwork_sha256=reply.artwork_sha256,
                artwork_media_type=reply.artwork_media_type,
            ),
            sample_rate_hz=audio.sample_rate_hz,
            duration_seconds=audio.sample_count / audio.sample_rate_hz,
        )

    async def register(
        self, owner: str, separation: str, model: str, stems: Sequence[StemFile]
    ) -> tuple[StemResult, ...]:
        """Makes the stems of a separation visible, all or none.

        Raises:
            TrackNotFound: the track was deleted meanwhile.
            BlobMissing: a stem is not in the blob store.
            DependencyUnavailable: the library did not answer for a minute.
        """
        request = pb.RegisterStemsRequest(separation=separation, model=model)
        for stem in stems:
            file = request.stems.add(
                stem=stem.stem,
                sha256=stem.sha256,
                size_bytes=stem.size_bytes,
                filename=stem.filename,
                media_type=stem.media_type,
                waveform_sha256=stem.waveform_sha256,
                waveform_bytes=stem.waveform_bytes,
            )
            file.audio.sample_count = stem.sample_count
            file.audio.sample_rate_hz = stem.sample_rate_hz
            file.audio.channel_count = stem.channel_count
            file.audio.bits_per_sample = stem.bits_per_sample
            file.audio.codec = stem.codec
            file.audio.peak = stem.peak
            file.audio.duration.FromNanoseconds(stem.sample_count * 1_000_000_000 // stem.sample_rate_hz)

        async def register() -> pb.RegisterStemsResponse:
            return await _translated(
                separation.rsplit("/", 2)[0],
                lambda: self._registry.RegisterStems(request, metadata=acting_for(owner), timeout=_DEADLINE_SECONDS),
            )

        reply = await _patiently(register)
        return tuple(
            StemResult(
                stem=artifact.stem, artifact=artifact.name, size_bytes=artifact.size_bytes, sha256=artifact.sha256
            )
            for artifact in reply.artifacts
        )


async def _translated(track: str, call: Callable[[], Awaitable[T]]) -> T:
    try:
        return await call()
    except grpc.aio.AioRpcError as error:
        if error.code() is grpc.StatusCode.NOT_FOUND:
            raise TrackNotFound(track) from error
        if error.code() in {grpc.StatusCode.DATA_LOSS, grpc.StatusCode.FAILED_PRECONDITION}:
            raise BlobMissing(track) from error
        if error.code() in {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED}:
            raise DependencyUnavailable("library") from error
        raise


async def _patiently(call: Callable[[], Awaitable[T]]) -> T:
    deadline = asyncio.get_running_loop().time() + _PATIENCE_SECONDS
    while True:
        try:
            return await call()
        except DependencyUnavailable:
            if asyncio.get_running_loop().time() > deadline:
                raise
            await asyncio.sleep(1)
