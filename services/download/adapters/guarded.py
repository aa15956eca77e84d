"""HTTP requests that reach public addresses only.

What is judged is the address that the socket is about to connect to, after all names are resolved: neither an odd spelling, nor
a name that resolves differently the second time, nor a redirect gets around it. Redirects are followed one by one, each as a
new request with a new judgement.
"""

import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import aiohttp
from yarl import URL

from services.download.addresses import is_public
from services.download.links import is_song, parse_link
from services.mesh.errors import AddressForbidden, LinkUnsupported, SourceUnavailable

_REDIRECTS = {301, 302, 303, 307, 308}
_MOST_REDIRECTS = 8
_CONNECT_SECONDS = 10.0
_USER_AGENT = "Mozilla/5.0 (compatible; SoundForgeAlchemy)"


def judged_socket(address: tuple[object, ...]) -> socket.socket:
    """Makes the socket for a resolved address.

    Raises:
        AddressForbidden: it is not public.
    """
    family, kind, protocol, _, where = address
    assert isinstance(family, int)
    assert isinstance(kind, int)
    assert isinstance(protocol, int)
    assert isinstance(where, tuple)
    if family not in {socket.AF_INET, socket.AF_INET6} or not is_public(str(where[0])):
        raise AddressForbidden(str(where[0]))
    return socket.socket(family, kind, protocol)


class GuardedHttp:
    """Makes requests."""

    def __init__(self, *, allowed_hosts: frozenset[str], stall_seconds: float) -> None:
        """Makes it.

        Args:
            allowed_hosts: "host:port" that need not be public.
            stall_seconds: how long a server may be silent.
        """
        self._allowed_hosts = allowed_hosts
        self._stall_seconds = stall_seconds

    @asynccontextmanager
    async def get(self, uri: str, headers: Mapping[str, str]) -> AsyncIterator[aiohttp.ClientResponse]:
        """Gets an address, redirects followed; the body is as it was sent, never unpacked.

        Raises:
            AddressForbidden, LinkUnsupported: the address, or one that it redirects to, may not be fetched.
            SourceUnavailable: the server does not answer.
        """
        for _ in range(_MOST_REDIRECTS):
            uri = parse_link(uri, allowed_hosts=self._allowed_hosts).uri
            if is_song(uri):
                raise LinkUnsupported(uri, "it leads to a song's entry in a catalogue, which holds no audio")
            async with self._request(URL(uri, encoded=True), headers) as response:
                target = response.headers.get("Location")
                if response.status not in _REDIRECTS or not target:
                    yield response
                    return
                uri = _joined(response.url, target)
        raise SourceUnavailable(host=URL(uri).host or uri, detail="it redirects without an end")

    @asynccontextmanager
    async def _request(self, url: URL, headers: Mapping[str, str]) -> AsyncIterator[aiohttp.ClientResponse]:
        exempt = f"{url.host}:{url.port}" in self._allowed_hosts
        connector = aiohttp.TCPConnector(
            force_close=True, use_dns_cache=False, socket_factory=None if exempt else judged_socket
        )
        # No environment: a proxy named there would connect where we may not.
        session = aiohttp.ClientSession(
            connector=connector,
            trust_env=False,
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": _USER_AGENT, "Accept-Encoding": "identity"},
            timeout=aiohttp.ClientTimeout(
                total=None, sock_connect=min(_CONNECT_SECONDS, self._stall_seconds), sock_read=self._stall_seconds
            ),
        )
        async with session:
            try:
                response = await session.get(url, headers=headers, allow_redirects=False)
            except AddressForbidden:
                raise AddressForbidden(url.host or "") from None
            except TimeoutError as error:
                raise SourceUnavailable(host=url.host or "", detail="it does not answer in time") from error
            except (aiohttp.ClientError, OSError, ValueError) as error:
                raise SourceUnavailable(host=url.host or "", detail=_said(error)) from error
            async with response:
                yield response


def _joined(base: URL, target: str) -> str:
    # As text, for `parse_link` to judge: what yarl cannot read must not be repaired on the way.
    if "://" in target.split("?", maxsplit=1)[0] or target.startswith("spotify:"):
        return target
    try:
        return str(base.join(URL(target, encoded=True)))
    except ValueError:
        return target


def _said(error: BaseException) -> str:
    return str(error)[:200] or type(error).__name__
