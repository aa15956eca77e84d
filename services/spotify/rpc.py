"""SpotifyService: translate, call, translate back."""

from collections.abc import AsyncIterator
from typing import Any

import grpc.aio

from alchemy.spotify.v1 import spotify_service_pb2 as pb
from alchemy.spotify.v1.spotify_service_pb2_grpc import SpotifyServiceServicer
from services.mesh.drain import Drain
from services.mesh.errors import InvalidRequest, PageTokenInvalid, SpotifyNotFound, Violation
from services.mesh.identity import owner
from services.mesh.pages import decode_token, encode_token
from services.spotify.domain import Album, Artist, Kind, Playlist, Ref, Track
from services.spotify.links import is_id, is_loopback
from services.spotify.translate import (
    album_message,
    artist_message,
    item_message,
    playlist_message,
    track_message,
)
from services.spotify.usecases import SEARCH_END, Spotify

Context = grpc.aio.ServicerContext[Any, Any]

_MAX_QUERY = 250
_MAX_PAGE_SIZE = 50
_DEFAULT_PAGE_SIZE = 10


class SpotifyRpc(SpotifyServiceServicer):
    """Serves SpotifyService."""

    def __init__(self, spotify: Spotify, drain: Drain) -> None:
        self._spotify = spotify
        self._drain = drain

    async def SearchTracks(self, request: pb.SearchTracksRequest, context: Context) -> pb.SearchTracksResponse:
        query, size = _valid_search(request)
        bound = ["spotify-search", query]
        offset = _offset(decode_token(request.page_token, bound))
        found = await self._spotify.search(query, offset=offset, size=size)
        return pb.SearchTracksResponse(
            tracks=[track_message(track) for track in found.tracks],
            next_page_token="" if found.next_offset is None else encode_token(bound, [str(found.next_offset)]),
            total_size=found.total,
        )

    async def ResolveLink(self, request: pb.ResolveLinkRequest, context: Context) -> pb.ResolveLinkResponse:
        match await self._spotify.resolve(owner(context), request.link):
            case Track() as track:
                return pb.ResolveLinkResponse(track=track_message(track))
            case Album() as album:
                return pb.ResolveLinkResponse(album=album_message(album))
            case Artist() as artist:
                return pb.ResolveLinkResponse(artist=artist_message(artist))
            case Playlist() as playlist:
                return pb.ResolveLinkResponse(playlist=playlist_message(playlist))

    async def GetTrack(self, request: pb.GetTrackRequest, context: Context) -> pb.GetTrackResponse:
        return pb.GetTrackResponse(track=track_message(await self._spotify.track(_ref(request.name, Kind.TRACK))))

    async def GetAlbum(self, request: pb.GetAlbumRequest, context: Context) -> pb.GetAlbumResponse:
        album, tracks = await self._spotify.album(_ref(request.name, Kind.ALBUM))
        return pb.GetAlbumResponse(album=album_message(album), tracks=[track_message(track) for track in tracks])

    async def GetArtist(self, request: pb.GetArtistRequest, context: Context) -> pb.GetArtistResponse:
        return pb.GetArtistResponse(artist=artist_message(await self._spotify.artist(_ref(request.name, Kind.ARTIST))))

    async def GetPlaylist(
        self, request: pb.GetPlaylistRequest, context: Context
    ) -> AsyncIterator[pb.GetPlaylistResponse]:
        wanted = self._spotify.playlist(owner(context), _ref(request.name, Kind.PLAYLIST))
        playlist, asker = await self._drain.unless_started(wanted)
        yield pb.GetPlaylistResponse(playlist=playlist_message(playlist))
        pages = self._spotify.items(playlist, asker)
        while (items := await self._drain.unless_started(anext(pages, None))) is not None:
            yield pb.GetPlaylistResponse(items=[item_message(item) for item in items])
        yield pb.GetPlaylistResponse(complete=True)

    async def BeginAuthorization(
        self, request: pb.BeginAuthorizationRequest, context: Context
    ) -> pb.BeginAuthorizationResponse:
        if not is_loopback(request.redirect_uri):
            raise InvalidRequest(
                [Violation("redirect_uri", "must be http://127.0.0.1:PORT/PATH, or the same with [::1]")]
            )
        address, state = await self._spotify.accounts.begin(owner(context), request.redirect_uri)
        return pb.BeginAuthorizationResponse(authorization_uri=address, state=state)

    async def CompleteAuthorization(
        self, request: pb.CompleteAuthorizationRequest, context: Context
    ) -> pb.CompleteAuthorizationResponse:
        await self._spotify.accounts.complete(owner(context), request.state, request.code)
        return pb.CompleteAuthorizationResponse()

    async def GetAuthorization(
        self, request: pb.GetAuthorizationRequest, context: Context
    ) -> pb.GetAuthorizationResponse:
        return pb.GetAuthorizationResponse(connected=await self._spotify.accounts.connected(owner(context)))

    async def RevokeAuthorization(
        self, request: pb.RevokeAuthorizationRequest, context: Context
    ) -> pb.RevokeAuthorizationResponse:
        await self._spotify.accounts.revoke(owner(context))
        return pb.RevokeAuthorizationResponse()


def _valid_search(request: pb.SearchTracksRequest) -> tuple[str, int]:
    """Returns the words and the page size. Raises InvalidRequest with every fault."""
    query = " ".join(request.query.split())
    faults = []
    if not 1 <= len(query) <= _MAX_QUERY:
        faults.append(Violation("query", f"must have 1 to {_MAX_QUERY} characters"))
    if not 0 <= request.page_size <= _MAX_PAGE_SIZE:
        faults.append(Violation("page_size", f"must be between 0 and {_MAX_PAGE_SIZE}, not {request.page_size}"))
    if faults:
        raise InvalidRequest(faults)
    return query, request.page_size or _DEFAULT_PAGE_SIZE


def _offset(position: list[str] | None) -> int:
    if position is None:
        return 0
    if len(position) != 1 or not position[0].isdecimal() or not int(position[0]) < SEARCH_END:
        raise PageTokenInvalid
    return int(position[0])


def _ref(name: str, kind: Kind) -> Ref:
    """Returns what a resource name says. A malformed one names nothing."""
    identity = name.removeprefix(f"spotify/{kind.value}s/")
    if identity == name or not is_id(identity):
        raise SpotifyNotFound(name)
    return Ref(kind, identity)
