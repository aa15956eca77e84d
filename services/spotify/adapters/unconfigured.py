"""A Catalogue for a mesh without an application at Spotify."""

from services.mesh.errors import SpotifyNotConfigured
from services.spotify.domain import JsonObject, Ref, ShortLink
from services.spotify.ports import Request


class Unconfigured:
    """Says, to every question, where to get credentials."""

    async def ask(self, request: Request) -> JsonObject:  # noqa: ARG002 (Catalogue's signature)
        """Raises SpotifyNotConfigured."""
        raise SpotifyNotConfigured

    async def target(self, link: ShortLink) -> Ref:  # noqa: ARG002 (ShortLinks' signature)
        """Raises SpotifyNotConfigured: what a short link names could not be looked up."""
        raise SpotifyNotConfigured
