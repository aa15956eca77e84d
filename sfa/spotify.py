"""Spotify's catalogue, as a mesh with credentials for it sees it."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TypeAlias

import betterproto2

from alchemy_sdk.alchemy.spotify import v1
from sfa import errors
from sfa.transport import Transport

Resource: TypeAlias = v1.Track | v1.Album | v1.Artist | v1.Playlist
"""What a link can lead to."""


class Spotify:
    """Searches Spotify and reads its links; `mesh.spotify`.

    Any method raises FailedPrecondition if the mesh has no credentials for Spotify, and ResourceExhausted, with
    `retry_after`, while Spotify has told it to pause.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._stub = v1.SpotifyServiceStub(transport.channel)

    async def search(self, query: str, *, limit: int = 10) -> list[v1.Track]:
        """The tracks that match the words best, best first.

        Args:
            query: The words, as one would type them into Spotify's own search.
            limit: How many tracks to return at most, in [1, 50].

        Raises:
            InvalidArgument: If there are no words, or `limit` is out of bounds.
        """
        request = v1.SearchTracksRequest(query=query, page_size=limit)
        return (await self._transport.unary(self._stub.search_tracks, request)).tracks

    async def resolve(self, link: str) -> Resource:
        """What a link leads to: a track, an album, an artist or a playlist.

        Raises:
            InvalidArgument: If it is no link to any of these.
            NotFound: If nothing is there, or Spotify does not show it.
        """
        response = await self._transport.unary(self._stub.resolve_link, v1.ResolveLinkRequest(link=link))
        resource = betterproto2.which_one_of(response, "resource")[1]
        if not isinstance(resource, v1.Track | v1.Album | v1.Artist | v1.Playlist):
            raise errors.Internal("The link leads to something that this SDK does not know. Update it.")
        return resource

    async def get_track(self, name: str) -> v1.Track:
        """One track by its name, "spotify/tracks/...".

        Raises:
            NotFound: If there is none.
        """
        response = await self._transport.unary(self._stub.get_track, v1.GetTrackRequest(name=name))
        assert response.track is not None
        return response.track

    async def album_tracks(self, name: str) -> list[v1.Track]:
        """All tracks of an album by its name, "spotify/albums/...".

        Raises:
            NotFound: If there is none.
        """
        return (await self._transport.unary(self._stub.get_album, v1.GetAlbumRequest(name=name))).tracks

    async def playlist_items(self, name: str) -> AsyncGenerator[v1.PlaylistItem]:
        """Every item of a playlist by its name, "spotify/playlists/...", in order, as they arrive.

        A stream that is cut is read again from its start; what was already given is not given twice.

        Raises:
            NotFound: If there is none, or Spotify does not show it.
        """
        given = 0
        parts = self._transport.resuming(lambda: self._stub.get_playlist(v1.GetPlaylistRequest(name=name)))
        async with aclosing(parts) as responses:
            async for response in responses:
                if response.complete:
                    return
                for item in response.items:
                    if item.position >= given:
                        given = item.position + 1
                        yield item

    async def begin_authorization(self, redirect_uri: str) -> tuple[str, str]:
        """Begins to connect the caller's own Spotify account.

        Args:
            redirect_uri: Where Spotify sends the person back to, on this machine: "http://127.0.0.1:PORT/PATH".

        Returns:
            The page on which the person agrees, and the `state` that comes back with the code.

        Raises:
            InvalidArgument: If `redirect_uri` is not on this machine.
        """
        request = v1.BeginAuthorizationRequest(redirect_uri=redirect_uri)
        response = await self._transport.unary(self._stub.begin_authorization, request)
        return response.authorization_uri, response.state

    async def complete_authorization(self, state: str, code: str) -> None:
        """Connects the account, with what came back to the redirect address.

        Raises:
            FailedPrecondition: If the attempt is unknown or over, or Spotify refuses the code: begin again.
        """
        # Not repeated by itself: a code works once.
        request = v1.CompleteAuthorizationRequest(state=state, code=code)
        await self._transport.unary(self._stub.complete_authorization, request, idempotent=False)

    async def authorized(self) -> bool:
        """Whether the caller has connected an account."""
        response = await self._transport.unary(self._stub.get_authorization, v1.GetAuthorizationRequest())
        return response.connected

    async def revoke_authorization(self) -> None:
        """Has the mesh forget the caller's account."""
        await self._transport.unary(self._stub.revoke_authorization, v1.RevokeAuthorizationRequest())
