"""Texts that are no link to anything here: at least two hundred, most of them families of one idea."""

from collections.abc import Iterator

ID = "4uLU6hMCjMI75M1A2tKUQC"

_SCHEMES = (
    *(
        "file",
        "ftp",
        "ftps",
        "sftp",
        "gopher",
        "dict",
        "ldap",
        "tftp",
        "telnet",
        "ssh",
        "git",
        "svn",
        "jar",
        "netdoc",
        "smb",
    ),
    *(
        "data",
        "javascript",
        "vbscript",
        "blob",
        "about",
        "chrome",
        "view-source",
        "mailto",
        "tel",
        "ws",
        "wss",
        "rtmp",
        "rtsp",
    ),
    *(
        "mms",
        "udp",
        "rtp",
        "srt",
        "hls",
        "concat",
        "subfile",
        "pipe",
        "cache",
        "crypto",
        "unix",
        "fd",
        "s3",
        "gs",
        "magnet",
    ),
    *("ytsearch", "scsearch", "ytsearch5", "httpx", "h ttp", "httphttp", "php", "expect", "phar", "zip"),
)
_NOT_TRACKS = (
    "album",
    "playlist",
    "artist",
    "episode",
    "show",
    "user",
    "audiobook",
    "chapter",
    "concert",
    "genre",
    "prerelease",
)
_IN_HOSTS = (
    "$",
    "'",
    '"',
    ";",
    "`",
    "(",
    ")",
    "{",
    "}",
    "|",
    "<",
    ">",
    "^",
    "*",
    "!",
    "=",
    "+",
    ",",
    "~",
    "&",
    "%65",
    "%00",
)
_BETWEEN = (
    " ",
    "\t",
    "\r",
    "\n",
    "\r\n",
    "\0",
    "\x0b",
    "\x1b",
    "\x7f",
    "\x85",
    "\xa0",
    "\u2028",
    "\u2029",
    "\ufeff",
    "\\",
)
_PORTS = ("0", "65536", "99999", "-1", "port", "8o", "1e3", "0x50", "80:80")
_USERS = ("user@", "user:secret@", "@", ":@", ":secret@", "a@b@", "user%40host@")
_BAD_IDS = (
    "",
    "short",
    ID + "x",
    ID[:-1],
    ID[:-1] + "-",
    ID[:-1] + "_",
    ID[:-1] + "é",
    ID[:-1] + "/",
    "../../etc/passwd",
    "%00" * 7,
)
_AFTER_IDS = (
    "/x",
    ";touch${IFS}x",
    '"; rm -rf ~; "',
    "$(id)",
    "`id`",
    "|cat",
    "&&id",
    "%0aid",
    "'--exec'id",
    "//",
)
_ALONE = (
    *(
        "",
        " ",
        "\t\n",
        "x",
        "example.org/a.mp3",
        "//example.org/a",
        "/etc/passwd",
        "../a.mp3",
        "C:\\a.mp3",
        "~/a.mp3",
        "?a=b",
    ),
    *(
        "http",
        "http:",
        "http:/",
        "http://",
        "http:///a.mp3",
        "http://:80/a",
        "https://?",
        "https://#",
        "http://.",
        "http://..",
    ),
    *(
        "http://[::1/",
        "http://::1]/",
        "http://[zz::1]/",
        "http://[]/",
        "http:\\\\example.org/a",
        "http://example.org\\@127.0.0.1/",
    ),
    *("spotify", "spotify:", "spotify::", "spotify:track", "spotify:track:", f"spotify:{ID}", f"spotify:track:{ID}:x"),
    *(f"spotify:user:me:playlist:{ID}", f"spotify:local:A:B:{ID}", f"spotify/albums/{ID}", f"tracks/{ID}", f"{ID}.mp3"),
    *(
        "https://open.spotify.com",
        "https://open.spotify.com/",
        "https://open.spotify.com/search/x",
        "https://open.spotify.com/track",
    ),
    *(
        "--exec id",
        "-o/etc/passwd",
        "ytsearch:song",
        "song title by artist",
        "http://example.org/" + "a" * 2048,
        "a" * 5000,
    ),
)


def _families() -> Iterator[str]:
    yield from _ALONE
    yield from (f"{scheme}:{rest}" for scheme in _SCHEMES for rest in ("//example.org/a.mp3", "a.mp3"))
    yield from (f"http://exam{sign}ple.org/" for sign in (*_IN_HOSTS, *_BETWEEN))
    yield from (f"http://example.org/a{sign}b" for sign in _BETWEEN)
    yield from (f"http://example.org:{port}/" for port in _PORTS)
    yield from (f"http://{user}example.org/" for user in _USERS)
    for page in ("https://open.spotify.com/", "https://open.spotify.com/intl-de/", "https://play.spotify.com/"):
        yield from (f"{page}{kind}/{ID}" for kind in _NOT_TRACKS)
        yield from (f"{page}track/{bad}" for bad in _BAD_IDS)
        yield from (f"{page}track/{ID}{rest}" for rest in _AFTER_IDS)
    yield from (f"spotify:{kind}:{ID}" for kind in _NOT_TRACKS)
    yield from (f"spotify:track:{bad}" for bad in _BAD_IDS)


MALFORMED = tuple(dict.fromkeys(_families()))
