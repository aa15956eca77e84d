"""The library, over gRPC."""

import asyncio
from collections.abc import AsyncIterator

import grpc.aio

from alchemy.chain.v1.chain_pb2 import Then
from alchemy.library.v1 import registry_service_pb2 as pb
from alchemy.library.v1.registry_service_pb2_grpc import RegistryServiceStub
from services.download.domain import Song
from services.download.ports import Fetched, Image, Stored
from services.mesh.identity import acting_for
from services.mesh.remote import patiently

_DEADLINE_SECONDS = 15.0
# The library decodes the file to its end before it answers.
_STORE_SECONDS = 900.0
_PIECE = 2**18
_MAX_TEXT = 500


class GrpcLibrary:
    """Asks the library service; rides out its restarts."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._registry = RegistryServiceStub(channel)

    async def find(self, owner: str, download: str, uri: str, then: bytes) -> Stored | None:
        """Returns the track that the download, or the address, led to before; adds what should follow.

        Raises:
            DependencyUnavailable: the library did not answer for a minute.
        """
        request = pb.FindImportedRequest(download=download, uri=uri, then=Then.FromString(then))
        reply = await patiently(
            "library",
            lambda: self._registry.FindImported(request, metadata=acting_for(owner), timeout=_DEADLINE_SECONDS),
        )
        return Stored(reply.track.name, reply.track.source.download) if reply.HasField("track") else None

    async def store(self, owner: str, download: str, uri: str, fetched: Fetched, then: bytes) -> Stored:
        """Adds a file that came from `uri`.

        Raises:
            Remote: the library does not take it.
            DependencyUnavailable: the library did not answer for a minute.
        """
        first = pb.ImportTrackRequest(
            filename=fetched.filename,
            source={
                "uri": uri,
                "provider": fetched.provider,
                "license_note": fetched.license_note[:_MAX_TEXT],
                "download": download,
            },
            tags=_tags(fetched.song, fetched.artwork),
            then=Then.FromString(then),
        )

        async def pieces() -> AsyncIterator[pb.ImportTrackRequest]:
            yield first
            with fetched.path.open("rb") as file:
                while data := await asyncio.to_thread(file.read, _PIECE):
                    yield pb.ImportTrackRequest(data=data)

        reply = await patiently(
            "library", lambda: self._registry.ImportTrack(pieces(), metadata=acting_for(owner), timeout=_STORE_SECONDS)
        )
        return Stored(reply.track.name, download)


def _tags(song: Song, artwork: Image | None) -> pb.Tags:
    return pb.Tags(
        title=song.title[:_MAX_TEXT],
        artist=song.artist[:_MAX_TEXT],
        album=song.album[:_MAX_TEXT],
        album_artist=song.album_artist[:_MAX_TEXT],
        release_date=song.release_date,
        track_number=song.track_number,
        isrc=song.isrc,
        artwork=artwork.data if artwork else b"",
        artwork_media_type=artwork.media_type if artwork else "",
    )
