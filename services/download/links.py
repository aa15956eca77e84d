"""What a link is, before anything is asked of the network. Pure."""

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from services.download.addresses import is_forbidden_host
from services.mesh.errors import AddressForbidden, LinkUnsupported

MAX_LINK = 2048

# Its id alone, its name in this mesh, and the forms in which Spotify itself gives it away.
_SPOTIFY_ID = re.compile(r"(?:spotify/tracks/)?(?P<id>[0-9A-Za-z]{22})")
_SPOTIFY_URI = re.compile(r"spotify:(?P<kind>[a-z]+):(?P<id>[0-9A-Za-z]{22})(?:\?.*)?")
_SPOTIFY_PATH = re.compile(r"/(?:intl-[a-zA-Z-]{2,8}/)?(?:embed/)?(?P<kind>[a-z]+)/(?P<id>[0-9A-Za-z]{22})/?")
_SPOTIFY_HOSTS = {"open.spotify.com", "play.spotify.com"}
_SPOTIFY_SHORT_HOSTS = {"spotify.link", "spotify.app.link"}
_DEFAULT_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[a-z0-9._:\-]+")
# What a parser may read differently from its neighbour.
_AMBIGUOUS = re.compile(r"[\x00-\x20\x7f-\xa0\\\u2028\u2029\ufeff]")


@dataclass(frozen=True)
class Link:
    """A link in the one spelling by which two of the same source are known as equal.

    Attributes:
        uri: that spelling; "spotify:track:..." for a song of Spotify's catalogue.
        short: whether only Spotify knows what it leads to.
    """

    uri: str
    short: bool = False

    @property
    def names_song(self) -> bool:
        """Whether it names a song of a catalogue, and holds no audio itself."""
        return self.short or is_song(self.uri)


def is_song(uri: str) -> bool:
    """Whether an address names a song of Spotify's catalogue."""
    return uri.startswith("spotify:")


def parse_link(text: str, *, allowed_hosts: frozenset[str] = frozenset()) -> Link:
    """Reads a link.

    Args:
        text: what a user gave.
        allowed_hosts: "host:port" that need not be public.

    Raises:
        LinkUnsupported: nothing here can fetch it.
        AddressForbidden: it names a host that is not on the public internet.
    """
    link = text.strip()
    if not link or len(link) > MAX_LINK:
        raise LinkUnsupported(link[:80], f"it must have 1 to {MAX_LINK} characters")
    if _AMBIGUOUS.search(link):
        raise LinkUnsupported(link[:80], "it holds spaces, control characters or backslashes")
    if found := _SPOTIFY_ID.fullmatch(link):
        return Link(f"spotify:track:{found['id']}")
    if link.lower().startswith("spotify:"):
        return _spotify(link, _SPOTIFY_URI.fullmatch(link))
    try:
        parts = urlsplit(link)
        port = parts.port
    except ValueError as error:
        raise LinkUnsupported(link[:80], "it is not a valid address") from error
    if parts.scheme not in _DEFAULT_PORTS:
        raise LinkUnsupported(link[:80], "it does not begin with http:// or https://")
    if parts.hostname in _SPOTIFY_HOSTS:
        return _spotify(link, _SPOTIFY_PATH.fullmatch(parts.path))
    web = _web(link, parts, port, allowed_hosts)
    return Link(web.uri, short=True) if parts.hostname in _SPOTIFY_SHORT_HOSTS else web


def _spotify(link: str, match: re.Match[str] | None) -> Link:
    if match is None:
        raise LinkUnsupported(link, "it is none of a track of Spotify")
    if match["kind"] in {"album", "playlist"}:
        detail = f"it is a Spotify {match['kind']} of many songs; `sfa import` takes it, others pass on its tracks one by one"
        raise LinkUnsupported(link, detail)
    if match["kind"] != "track":
        raise LinkUnsupported(link, f"it is a Spotify {match['kind']}, not a track")
    return Link(f"spotify:track:{match['id']}")


def _web(link: str, parts: SplitResult, port: int | None, allowed_hosts: frozenset[str]) -> Link:
    if parts.username is not None or parts.password is not None:
        raise LinkUnsupported(parts.hostname or "", "it holds a user name or password")
    host = _ascii_host(link, parts.hostname or "")
    default = _DEFAULT_PORTS[parts.scheme]
    if port == 0:
        raise LinkUnsupported(link[:80], "it is not a valid address")
    if f"{host}:{port or default}" not in allowed_hosts and is_forbidden_host(host):
        raise AddressForbidden(host)
    shown = f"[{host}]" if ":" in host else host
    netloc = shown if port in {None, default} else f"{shown}:{port}"
    uri = parts._replace(scheme=parts.scheme, netloc=netloc, path=parts.path or "/", fragment="").geturl()
    return Link(uri)


def _ascii_host(link: str, host: str) -> str:
    """Returns a host name as resolvers take it. IDNA also turns full-width digits and dots into plain ones."""
    try:
        name = (host if host.isascii() else host.encode("idna").decode()).lower().rstrip(".")
    except UnicodeError as error:
        raise LinkUnsupported(link[:80], "its host is not a valid name") from error
    if not _HOST.fullmatch(name):
        raise LinkUnsupported(link[:80], "its host is not a valid name")
    return name
