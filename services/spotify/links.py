"""What a pasted link leads to. Pure: no network, and no work that grows faster than the text.

The original handed the pasted text to a shell after a regular expression that matched anywhere in it. Here a text is taken
apart completely, and what comes out is a kind and an id of 22 letters and digits, or an error.
"""

import re
from typing import Final
from urllib.parse import SplitResult, urlsplit

from services.mesh.errors import LinkInvalid
from services.spotify.domain import Kind, Ref, ShortLink

MAX_CHARACTERS: Final = 2048
PAGE_HOSTS: Final = frozenset({"open.spotify.com", "play.spotify.com"})
SHORT_HOSTS: Final = frozenset({"spotify.link", "spotify.app.link"})

_ID = re.compile(r"[0-9A-Za-z]{22}")
_INTL = re.compile(r"intl-[a-z]{2,3}(-[a-zA-Z]{2,4})?")
_SHORT_PATH = re.compile(r"/[0-9A-Za-z_-]{1,64}/?")
_LOOPBACK = re.compile(r"http://(127\.0\.0\.1|\[::1\])(:\d{1,5})?(/[0-9A-Za-z/_-]{0,200})?")
_PORTS: Final = {"https": 443, "http": 80}
_NOT_MUSIC: Final = {
    "episode": "it is an episode of a podcast",
    "show": "it is a podcast",
    "user": "it is a user's page",
    "audiobook": "it is an audiobook",
    "chapter": "it is a chapter of an audiobook",
    "concert": "it is a concert",
    "genre": "it is a genre's page",
    "search": "it is a search",
    "collection": "it is somebody's own collection, which only they can open",
}


def parse(text: str) -> Ref | ShortLink:
    """Returns what a link names, or the short link that it is.

    Raises:
        LinkInvalid: the text is anything else; the message says what is wrong with it.
    """
    link = text.strip()
    if not link:
        raise LinkInvalid(text, "it is empty")
    if len(link) > MAX_CHARACTERS:
        raise LinkInvalid(text, f"it is longer than {MAX_CHARACTERS} characters")
    if not link.isascii() or any(ord(character) <= ord(" ") or character in "\x7f\\" for character in link):
        raise LinkInvalid(text, "it holds characters that a link cannot have")
    if link[:8].lower() == "spotify:":
        return _from_uri(link)
    return _from_address(link)


def is_id(text: str) -> bool:
    """Whether a text has the form of Spotify's ids."""
    return _ID.fullmatch(text) is not None


def is_loopback(text: str) -> bool:
    """Whether an address leads to the machine of whoever opens it, as Spotify wants it written since 2025: by number."""
    return _LOOPBACK.fullmatch(text) is not None


def _from_uri(link: str) -> Ref:
    parts = link.split("?", 1)[0].split(":")[1:]
    # The old form with the owner in it: spotify:user:someone:playlist:37i9...
    if len(parts) == 4 and parts[0] == "user" and parts[1] and parts[2] == "playlist":  # noqa: PLR2004 (as shown)
        parts = parts[2:]
    return _ref(link, parts)


def _from_address(link: str) -> Ref | ShortLink:
    # Without a scheme as people copy it from an address bar: open.spotify.com/track/...
    try:
        address = urlsplit(link if "://" in link else f"https://{link}")
        port = address.port
    except ValueError:
        raise LinkInvalid(link, "it is not an address") from None
    if address.scheme not in _PORTS:
        raise LinkInvalid(link, "it is no web address")
    if address.username is not None or address.password is not None:
        raise LinkInvalid(link, "it holds a user name or password")
    if port not in {None, _PORTS[address.scheme]}:
        raise LinkInvalid(link, "it names a port")
    host = (address.hostname or "").removesuffix(".")
    if host in SHORT_HOSTS:
        return _short(link, host, address)
    if host not in PAGE_HOSTS:
        raise LinkInvalid(link, "it leads to another site")
    return _ref(link, _segments(address.path))


def _short(link: str, host: str, address: SplitResult) -> ShortLink:
    if not _SHORT_PATH.fullmatch(address.path):
        raise LinkInvalid(link, "it is no short link of Spotify")
    return ShortLink(host, address.path.rstrip("/"))


def _segments(path: str) -> list[str]:
    segments = path.removeprefix("/").removesuffix("/").split("/")
    if segments and _INTL.fullmatch(segments[0]):
        segments = segments[1:]
    if segments and segments[0] in {"embed", "embed-podcast"}:
        segments = segments[1:]
    # The old form with the owner in it: /user/someone/playlist/37i9...
    if len(segments) == 4 and segments[0] == "user" and segments[1] and segments[2] == "playlist":  # noqa: PLR2004 (as shown)
        segments = segments[2:]
    return segments


def _ref(link: str, parts: list[str]) -> Ref:
    if parts and parts[0] in _NOT_MUSIC:
        raise LinkInvalid(link, _NOT_MUSIC[parts[0]])
    if len(parts) != 2 or parts[0] not in set(Kind):  # noqa: PLR2004 (kind and id)
        raise LinkInvalid(link, "it names no track, album, playlist or artist")
    if not is_id(parts[1]):
        raise LinkInvalid(link, "its id is not one of 22 letters and digits")
    return Ref(Kind(parts[0]), parts[1])
