"""Texts that are no links to music, gathered from what people paste and from what attackers try."""

from collections.abc import Iterator
from urllib.parse import quote

ID = "4uLU6hMCjMI75M1A2tKUQC"
GOOD = f"https://open.spotify.com/track/{ID}"

_SHELL = [
    '"; rm -rf /; "',
    "$(id)",
    "`id`",
    "' && id #",
    "| nc 10.0.0.1 1",
    "\n--help",
    "%0aid",
    "${IFS}id",
    "& calc",
    "--config=/etc",
]
_HOSTS = [
    "spotify.com.evil.example", "evil.example", "open.spotify.com.evil.example", "open-spotify.com", "openspotify.com",
    "open.spotify.co", "xn--pen-spotify-kjb.com", "notopen.spotify.com", "api.spotify.com", "accounts.spotify.com",
    "spotify.link.evil.example", "evilspotify.link", "spotify.link@evil.example", "open.spotify.com@evil.example",
    "user:secret@open.spotify.com", "open.spotify.com:8080", "open.spotify.com:22", "open.spotify.com:0x50",
    "127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "0177.0.0.1", "[::ffff:127.0.0.1]", "169.254.169.254",
    "metadata.google.internal", "10.0.0.1", "open.spotify.com..", "open..spotify.com", ".open.spotify.com",
    "open.spotify.com%2f.evil.example", "open.spotify.com%00.evil.example", "", "[", "[::1", "open.spotify.com]",
]  # fmt: skip
_SCHEMES = [
    "ftp",
    "file",
    "gopher",
    "javascript",
    "data",
    "ws",
    "ssh",
    "spotify+https",
    "HTTPSS",
    "",
    "1https",
    "jar:https",
]
_IDS = [
    "", "short", ID[:-1], f"{ID}x", f"{ID[:-1]}-", f"{ID[:-1]}_", f"{ID[:-1]}.", f"{ID[:-1]}%41", f"{ID[:-1]}é", "../" + ID,
    "..", ".", "%2e%2e", f"{ID}/", f"{ID}//", f"{ID}/extra", f"{ID};id", f"{ID}%00", f"{ID}\x00", f"{ID},{ID}", f"{ID} {ID}",
    "0" * 21, "0" * 23, "0" * 500, ID.replace("4", "٤"), ID.replace("4", "\uff14"), f"{ID[:11]}\n{ID[11:]}", f"{ID[:11]}\t{ID[11:]}",
    f"{ID}|{ID}", f"{ID}*", f"({ID})", f"{ID}'", f'{ID}"', f"{ID}<", f"{ID}\\", f"{ID}`id`", f"{ID}$(id)", "null", "undefined",
]  # fmt: skip
_KINDS = [
    "", "Track", "TRACK", "tracks", "trac", "song", "episode", "show", "user", "audiobook", "chapter", "concert", "genre",
    "search", "collection", "local", "image", "station", "artist/related", "intl-de", "embed", "track/track", "..", "%74rack",
    "track%2f", "prerelease", "blend", "mix", "radio", "lyrics",
]  # fmt: skip
_LOCALES = [
    "de",
    "intl",
    "intl-",
    "intl-DE",
    "intl-d",
    "intl-deutsch",
    "intl_de",
    "INTL-de",
    "intl-de/intl-de",
    "en-US",
    "intl-1",
]
_SHORT = [
    "",
    "/",
    "/a/b",
    "/../a",
    "/%2e",
    "/a%00",
    "/a b",
    "/" + "a" * 65,
    "/a;b",
    "//evil.example/a",
    "/é",
    "/a\\b",
    "/.",
    "/a.",
]
_OTHER = [
    "", " ", "\n", "\t\t", "hello", "never gonna give you up", ID, "spotify", "spotify:", "spotify::", "spotify:track",
    "https://", "https:///", "https:", "://", "//", "/", "https://open.spotify.com", "https://open.spotify.com/",
    "https://open.spotify.com/track", "https://open.spotify.com/track/", f"https:open.spotify.com/track/{ID}",
    f"https:/open.spotify.com/track/{ID}", f"https:\\\\open.spotify.com\\track\\{ID}", f"see {GOOD}", f"{GOOD} {GOOD}",
    f"<{GOOD}>", f'"{GOOD}"', f"[song]({GOOD})", "\ufeff" + GOOD, "\u200b" + GOOD, GOOD + "\u202e", GOOD.replace("o", "\u043e"),
    GOOD + "a" * 3000, "a" * 2049, "\x00", "\x1b[31m", "🎵", quote(GOOD, safe=""), f"{GOOD}\r\nHost: evil.example",
    f"https://evil.example/?u={GOOD}", f"https://evil.example/{GOOD}", f"https://evil.example#{GOOD}",
    f"https://evil.example/spotify.com/track/{ID}", "https://open.spotify.com/?track=" + ID, "https://open.spotify.com/#" + ID,
    f"spotify:track:{ID}:", f"spotify:track:{ID}:extra", f"spotify:user:me:track:{ID}", f"spotify:user::playlist:{ID}",
    f"spotify:user:a:b:playlist:{ID}", f"spotify:local:a:b:c:{ID}", f"spotify//track/{ID}", f"spotify:/track/{ID}",
    f"spotify:https://open.spotify.com/track/{ID}", "https://open.spotify.com/user/me", f"https://open.spotify.com/user//playlist/{ID}",
]  # fmt: skip


def malformed() -> Iterator[str]:
    yield from _OTHER
    yield from (f"https://{host}/track/{ID}" for host in _HOSTS)
    yield from (f"{scheme}://open.spotify.com/track/{ID}" for scheme in _SCHEMES)
    yield from (f"https://open.spotify.com/track/{one}" for one in _IDS if one != f"{ID}/")
    yield from (f"spotify:track:{one}" for one in _IDS)
    yield from (f"https://open.spotify.com/{kind}/{ID}" for kind in _KINDS)
    yield from (f"spotify:{kind}:{ID}" for kind in _KINDS)
    yield from (f"https://open.spotify.com/{locale}/track/{ID}" for locale in _LOCALES)
    yield from (f"https://spotify.link{path}" for path in _SHORT)
    yield from (f"{GOOD}{attack}" for attack in _SHELL)
    yield from (f"{attack}{GOOD}" for attack in _SHELL if attack.strip())
