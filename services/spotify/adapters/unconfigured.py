"""Catalogue, short links and accounts of a mesh without an application at Spotify."""

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

    async def begin(self, user: str, redirect_uri: str) -> tuple[str, str]:  # noqa: ARG002 (Accounts' signature)
        """Raises SpotifyNotConfigured."""
        raise SpotifyNotConfigured

    async def complete(self, user: str, state: str, code: str) -> None:  # noqa: ARG002 (Accounts' signature)
        """Raises SpotifyNotConfigured."""
        raise SpotifyNotConfigured

    async def connected(self, user: str) -> bool:  # noqa: ARG002 (Accounts' signature)
        """Nobody has."""
        return False

    async def revoke(self, user: str) -> None:  # noqa: ARG002 (Accounts' signature)
        """Raises SpotifyNotConfigured."""
        raise SpotifyNotConfigured
