"""Short links, followed by asking Spotify's link server where they lead, and no other server."""

import asyncio
from collections.abc import Mapping
from types import TracebackType
from typing import Final, Self
from urllib.parse import urljoin

import aiohttp

from services.mesh.errors import DependencyUnavailable, LinkInvalid
from services.spotify import links
from services.spotify.domain import Ref, ShortLink

MOST_REDIRECTS: Final = 5
_TIMEOUT_SECONDS: Final = 5.0
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
HTTPS: Final[Mapping[str, str]] = {host: f"https://{host}" for host in links.SHORT_HOSTS}


class HttpShortLinks:
    """Follows redirects by hand, so that each is looked at before a connection is made."""

    def __init__(self, servers: Mapping[str, str] = HTTPS) -> None:
        """Args: servers: where the server of each short host is; nothing else is ever connected to."""
        self._servers = servers
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=_TIMEOUT_SECONDS), cookie_jar=aiohttp.DummyCookieJar()
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._session is not None
        await self._session.close()

    async def target(self, link: ShortLink) -> Ref:
        """Returns what a short link leads to; see ShortLinks."""
        for _ in range(MOST_REDIRECTS):
            location = await self._location(link)
            # A location may be relative. It is parsed as strictly as what people paste: only music, or another short link.
            found = links.parse(urljoin(f"https://{link.host}{link.path}", location))
            if isinstance(found, Ref):
                return found
            link = found
        raise LinkInvalid(f"https://{link.host}{link.path}", f"it redirects more than {MOST_REDIRECTS} times")

    async def _location(self, link: ShortLink) -> str:
        assert self._session is not None
        address = f"https://{link.host}{link.path}"
        try:
            async with self._session.get(self._servers[link.host] + link.path, allow_redirects=False) as response:
                status, location = response.status, response.headers.get("Location", "")
        except (aiohttp.ClientError, TimeoutError, asyncio.IncompleteReadError):
            raise DependencyUnavailable("Spotify's link server") from None
        if status >= 500:  # noqa: PLR2004 (server errors)
            raise DependencyUnavailable("Spotify's link server")
        if status not in _REDIRECTS or not location:
            raise LinkInvalid(address, "the short link leads nowhere")
        return location
