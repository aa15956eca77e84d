"""What the spotify service knows about songs, over gRPC."""

import grpc
import grpc.aio

from alchemy.spotify.v1 import spotify_service_pb2 as pb
from alchemy.spotify.v1.catalogue_pb2 import Track
from alchemy.spotify.v1.spotify_service_pb2_grpc import SpotifyServiceStub
from services.download.domain import Song
from services.mesh.errors import DependencyUnavailable, LinkUnsupported
from services.mesh.identity import acting_for
from services.mesh.remote import Remote

_DEADLINE_SECONDS = 20.0


class GrpcSongs:
    """Asks the spotify service."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._spotify = SpotifyServiceStub(channel)

    async def resolve(self, owner: str, link: str) -> str:
        """Returns the page that a short link leads to.

        Raises:
            LinkUnsupported: it leads to something else than a track.
            Remote: the spotify service refuses; DependencyUnavailable: it does not answer.
        """
        try:
            reply = await self._spotify.ResolveLink(
                pb.ResolveLinkRequest(link=link), metadata=acting_for(owner), timeout=_DEADLINE_SECONDS
            )
        except grpc.aio.AioRpcError as error:
            raise _error(error) from error
        kind = reply.WhichOneof("resource")
        if kind != "track":
            raise LinkUnsupported(link, f"it leads to a Spotify {kind}, not to a track")
        return str(reply.track.page_uri)

    async def song(self, owner: str, uri: str) -> Song:
        """Returns a song by its address, "spotify:track:...".

        Raises:
            Remote: the spotify service refuses; DependencyUnavailable: it does not answer.
        """
        request = pb.GetTrackRequest(name=f"spotify/tracks/{uri.rpartition(':')[2]}")
        try:
            reply = await self._spotify.GetTrack(request, metadata=acting_for(owner), timeout=_DEADLINE_SECONDS)
        except grpc.aio.AioRpcError as error:
            raise _error(error) from error
        return _song(reply.track)


def _song(track: Track) -> Song:
    artists = tuple(artist.title for artist in track.artists)
    album_artist = ", ".join(artist.title for artist in track.album.artists)
    return Song(
        title=track.title,
        artist=", ".join(artists),
        artists=artists,
        album=track.album.title,
        album_artist=album_artist if album_artist != ", ".join(artists) else "",
        release_date=track.album.release_date,
        track_number=track.track_number,
        isrc=track.isrc,
        duration_seconds=track.duration.ToMicroseconds() / 1e6 if track.HasField("duration") else None,
        artwork_uri=track.album.artwork[0].uri if track.album.artwork else "",
    )


def _error(error: grpc.aio.AioRpcError) -> Remote | DependencyUnavailable:
    if error.code() in {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED}:
        return DependencyUnavailable("spotify")
    return Remote(error)
