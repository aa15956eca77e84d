"""LibraryService and RegistryService: translate, call, translate back."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import grpc.aio

from alchemy.library.v1 import library_service_pb2 as pb
from alchemy.library.v1 import registry_service_pb2 as registry_pb
from alchemy.library.v1 import track_pb2
from alchemy.library.v1.library_service_pb2_grpc import LibraryServiceServicer
from alchemy.library.v1.registry_service_pb2_grpc import RegistryServiceServicer
from services.library.adapters.media import MediaSigner
from services.library.domain import Artifact, Order, sort_value
from services.library.known_music import KnownMusic
from services.library.music_messages import feature_names, music_message, summary_from
from services.library.rules import UPDATABLE, parse_filter, parse_order
from services.library.translate import (
    artifact_message,
    source_from,
    stem_from,
    steps_from,
    tags_from,
    track_message,
)
from services.library.uploads import Uploads
from services.library.usecases import Library
from services.mesh.errors import InvalidRequest, PageTokenInvalid, Violation
from services.mesh.identity import owner
from services.mesh.music_messages import corrections_from
from services.mesh.pages import decode_token, encode_token, page_size

Context = grpc.aio.ServicerContext[Any, Any]

_NUMERIC = {"create_time", "update_time", "duration", "bpm", "key"}


class LibraryRpc(LibraryServiceServicer):
    """Serves LibraryService."""

    def __init__(self, library: Library, uploads: Uploads, signer: MediaSigner) -> None:
        self._library = library
        self._uploads = uploads
        self._signer = signer

    async def UploadTrack(
        self, request_iterator: AsyncIterator[pb.UploadTrackRequest], context: Context
    ) -> pb.UploadTrackResponse:
        # Over REST the gateway cuts the body into messages and sets the fields of the query on the first alone.
        first = await anext(request_iterator, pb.UploadTrackRequest())

        async def pieces() -> AsyncIterator[bytes]:
            yield first.data.data
            async for message in request_iterator:
                yield message.data.data

        track = await self._uploads.upload(
            owner(context),
            first.filename,
            first.request_id,
            pieces(),
            steps=lambda track_id: steps_from(first.then, track_id),
        )
        return pb.UploadTrackResponse(track=track_message(track))

    async def GetTrack(self, request: pb.GetTrackRequest, context: Context) -> pb.GetTrackResponse:
        track = await self._library.get(owner(context), request.name)
        return pb.GetTrackResponse(track=track_message(track))

    async def ListTracks(self, request: pb.ListTracksRequest, context: Context) -> pb.ListTracksResponse:
        user = owner(context)
        faults = _Faults()
        with faults.noted():
            size = page_size(request.page_size, default=50)
        with faults.noted():
            order = parse_order(request.order_by)
        with faults.noted():
            wanted = parse_filter(request.filter)
        faults.check()
        query = ["tracks", user, order.field, str(order.descending), request.filter]
        after = _track_position(decode_token(request.page_token, query), order)
        tracks, total = await self._library.page(user, order, wanted, after, size + 1)
        more, tracks = len(tracks) > size, tracks[:size]
        return pb.ListTracksResponse(
            tracks=map(track_message, tracks),
            next_page_token=encode_token(query, [str(sort_value(tracks[-1], order.field)), tracks[-1].id])
            if more
            else "",
            total_size=total,
        )

    async def UpdateTrack(self, request: pb.UpdateTrackRequest, context: Context) -> pb.UpdateTrackResponse:
        values = {field: getattr(request.track, field) for field in UPDATABLE}
        track = await self._library.update(owner(context), request.track.name, values, request.update_mask.paths)
        return pb.UpdateTrackResponse(track=track_message(track))

    async def DeleteTrack(self, request: pb.DeleteTrackRequest, context: Context) -> pb.DeleteTrackResponse:
        await self._library.delete(owner(context), request.name)
        return pb.DeleteTrackResponse()

    async def GetArtifact(self, request: pb.GetArtifactRequest, context: Context) -> pb.GetArtifactResponse:
        artifact = await self._library.artifact(owner(context), request.name)
        return pb.GetArtifactResponse(artifact=self._message(artifact))

    async def ListArtifacts(self, request: pb.ListArtifactsRequest, context: Context) -> pb.ListArtifactsResponse:
        user = owner(context)
        size = page_size(request.page_size, default=100)
        query = ["artifacts", user, request.parent]
        after = _artifact_position(decode_token(request.page_token, query))
        artifacts = await self._library.artifacts(user, request.parent, after, size + 1)
        more, artifacts = len(artifacts) > size, artifacts[:size]
        return pb.ListArtifactsResponse(
            artifacts=map(self._message, artifacts),
            next_page_token=encode_token(query, [str(artifacts[-1].created_us), artifacts[-1].id]) if more else "",
        )

    async def DownloadArtifact(
        self, request: pb.DownloadArtifactRequest, context: Context
    ) -> AsyncIterator[pb.DownloadArtifactResponse]:
        artifact = await self._library.artifact(owner(context), request.name)
        offset = request.offset
        if not 0 <= offset <= artifact.size_bytes:
            fault = f"must be between 0 and the size, {artifact.size_bytes}, not {offset}"
            raise InvalidRequest([Violation("offset", fault)])
        async with self._library.reading(artifact, offset) as pieces:
            async for piece in pieces:
                yield pb.DownloadArtifactResponse(offset=offset, data=piece)
                offset += len(piece)

    def _message(self, artifact: Artifact) -> track_pb2.Artifact:
        return artifact_message(artifact, self._signer.address(artifact))


class RegistryRpc(RegistryServiceServicer):
    """Serves RegistryService to the workers of the mesh."""

    def __init__(self, library: Library, uploads: Uploads, music: KnownMusic, signer: MediaSigner) -> None:
        self._library = library
        self._uploads = uploads
        self._music = music
        self._signer = signer

    async def ResolveTrack(
        self, request: registry_pb.ResolveTrackRequest, context: Context
    ) -> registry_pb.ResolveTrackResponse:
        user = owner(context)
        track = await self._library.get(user, request.name)
        cover = await self._library.find_artifact(user, track.artwork_id) if track.artwork_id else None
        return registry_pb.ResolveTrackResponse(
            track=track_message(track),
            artwork_sha256=cover.sha256 if cover else "",
            artwork_media_type=cover.media_type if cover else "",
        )

    async def RegisterStems(
        self, request: registry_pb.RegisterStemsRequest, context: Context
    ) -> registry_pb.RegisterStemsResponse:
        stems = [stem_from(stem) for stem in request.stems]
        artifacts = await self._library.register_stems(owner(context), request.separation, request.model, stems)
        return registry_pb.RegisterStemsResponse(
            artifacts=[artifact_message(artifact, self._signer.address(artifact)) for artifact in artifacts]
        )

    async def ImportTrack(
        self, request_iterator: AsyncIterator[registry_pb.ImportTrackRequest], context: Context
    ) -> registry_pb.ImportTrackResponse:
        first = await anext(request_iterator, registry_pb.ImportTrackRequest())

        async def pieces() -> AsyncIterator[bytes]:
            yield first.data
            async for message in request_iterator:
                yield message.data

        track = await self._uploads.import_file(
            owner(context),
            first.filename,
            pieces(),
            source=source_from(first.source),
            known=tags_from(first.tags),
            steps=steps_from(first.then, _last(first.source.download)),
        )
        return registry_pb.ImportTrackResponse(track=track_message(track))

    async def FindImported(
        self, request: registry_pb.FindImportedRequest, context: Context
    ) -> registry_pb.FindImportedResponse:
        steps = steps_from(request.then, _last(request.download))
        track = await self._uploads.find_imported(owner(context), request.download, request.uri, steps)
        return registry_pb.FindImportedResponse(track=track_message(track) if track else None)

    async def RegisterAnalysis(
        self, request: registry_pb.RegisterAnalysisRequest, context: Context
    ) -> registry_pb.RegisterAnalysisResponse:
        artifact = await self._music.register(
            owner(context),
            request.analysis,
            sha256=request.sha256,
            size_bytes=request.size_bytes,
            filename=request.filename,
            features=feature_names(request.features),
            measured=summary_from(request.measured),
        )
        return registry_pb.RegisterAnalysisResponse(artifact=artifact_message(artifact, self._signer.address(artifact)))

    async def GetMusic(self, request: registry_pb.GetMusicRequest, context: Context) -> registry_pb.GetMusicResponse:
        music = await self._music.get(owner(context), request.name)
        return registry_pb.GetMusicResponse(music=music_message(music))

    async def CorrectMusic(
        self, request: registry_pb.CorrectMusicRequest, context: Context
    ) -> registry_pb.CorrectMusicResponse:
        corrections = corrections_from(request.corrections)
        music = await self._music.correct(owner(context), request.name, corrections, request.revision)
        return registry_pb.CorrectMusicResponse(music=music_message(music))


def _last(name: str) -> str:
    return name.rsplit("/", 1)[-1]


class _Faults:
    """Collects what several checks find, so that a client learns of all of it at once."""

    def __init__(self) -> None:
        self._violations: list[Violation] = []

    @contextmanager
    def noted(self) -> Iterator[None]:
        try:
            yield
        except InvalidRequest as invalid:
            self._violations += invalid.violations

    def check(self) -> None:
        if self._violations:
            raise InvalidRequest(self._violations)


def _track_position(position: list[str] | None, order: Order) -> tuple[str | int, str] | None:
    if position is None:
        return None
    if len(position) != 2:  # noqa: PLR2004 (sort value and id)
        raise PageTokenInvalid
    value, track_id = position
    return (_number(value) if order.field in _NUMERIC else value), track_id


def _artifact_position(position: list[str] | None) -> tuple[int, str] | None:
    if position is None:
        return None
    if len(position) != 2:  # noqa: PLR2004 (time and id)
        raise PageTokenInvalid
    return _number(position[0]), position[1]


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) > 18:  # noqa: PLR2004 (digits that always fit in 64 bits)
        raise PageTokenInvalid
    return int(text)
