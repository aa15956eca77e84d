"""Tags and cover image of an audio file, as far as they can be had: a file with unreadable tags simply has none."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from services.mesh.audio.ffmpeg import READ_BYTES, ChildLimits, command, running

MAX_TEXT = 500
MAX_ARTWORK_BYTES = 20 * 2**20

_MAX_METADATA_BYTES = 2**20
_LIMITS = ChildLimits(cpu_seconds=20, wall_seconds=30.0)

# Global tags, and those of the first sound stream, where ogg keeps them.
_METADATA = ("-map", "0:a:0", "-c", "copy", "-f", "ffmetadata")
_COVER = re.compile(r"^  Stream #(0:\d+).*: Video: .*\(attached pic\)")

_DATE = re.compile(r"[0-9]{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12][0-9]|3[01]))?)?")
_ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}")
_TRACK = re.compile(r"\s*([0-9]{1,4})\b")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\ufffd\s]+")


@dataclass(frozen=True, kw_only=True)
class Artwork:
    """A cover image, and its media type as its first bytes tell it."""

    data: bytes
    media_type: str


@dataclass(frozen=True, kw_only=True)
class Tags:
    """What a file says about itself; empty = not said. Texts have at most 500 characters.

    Attributes:
        release_date: "YYYY", "YYYY-MM" or "YYYY-MM-DD".
        track_number: counted from 1; 0 = not said.
        isrc: twelve characters, without dashes.
    """

    title: str = ""
    artist: str = ""
    album: str = ""
    album_artist: str = ""
    genre: str = ""
    release_date: str = ""
    track_number: int = 0
    isrc: str = ""
    artwork: Artwork | None = None


async def read_tags(path: Path, *, ffmpeg: str) -> Tags:
    """Reads the tags and the first cover image of a file. Never fails: what cannot be read is left empty."""
    text, log = await _output(path, _METADATA, ffmpeg, _MAX_METADATA_BYTES)
    values = _parsed((text or b"").decode(errors="replace"))
    cover = next(filter(None, map(_COVER.match, log)), None)
    artwork = None
    if cover:
        copy = ("-map", cover[1], "-c", "copy", "-frames:v", "1", "-f", "rawvideo")
        artwork = _artwork((await _output(path, copy, ffmpeg, MAX_ARTWORK_BYTES))[0])
    return _tags(values, artwork)


async def _output(path: Path, options: Sequence[str], ffmpeg: str, most: int) -> tuple[bytes | None, list[str]]:
    """Runs ffmpeg; returns its output, None if there is none or too much of it, and its log."""
    data = bytearray()
    try:
        async with asyncio.timeout(_LIMITS.wall_seconds), running(command(ffmpeg, path, options, _LIMITS)) as child:
            while piece := await child.stdout.read(READ_BYTES):
                data += piece
                if len(data) > most:
                    return None, []
            _, log = await child.finish()
    except TimeoutError:
        return None, []
    return bytes(data) or None, log


def _parsed(text: str) -> dict[str, str]:
    """Reads the ffmetadata format: key=value lines with backslash escapes, in sections."""
    sections: list[dict[str, str]] = [{}]
    # A backslash before a line break continues the value.
    for line in re.split(r"(?<!\\)\n", text):
        if line.startswith("["):
            if line != "[STREAM]":
                break
            sections.append({})
            continue
        pair = re.match(r"((?:\\.|[^\\=])*)=(.*)", line, re.DOTALL)
        if pair and not line.startswith(";"):
            sections[-1].setdefault(_unescaped(pair[1]).lower(), _unescaped(pair[2]))
    values: dict[str, str] = {}
    for section in sections:
        for key, value in section.items():
            values.setdefault(key, value)
    return values


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)


def _tags(values: Mapping[str, str], artwork: Artwork | None) -> Tags:
    def text(*keys: str) -> str:
        found = next((values[key] for key in keys if values.get(key)), "")
        return _UNPRINTABLE.sub(" ", found).strip()[:MAX_TEXT].rstrip()

    date = _DATE.match(text("date", "year", "tdrl", "tyer"))
    isrc = text("isrc", "tsrc").upper().replace("-", "")
    number = _TRACK.match(text("track", "tracknumber"))
    return Tags(
        title=text("title"),
        artist=text("artist"),
        album=text("album"),
        album_artist=text("album_artist", "albumartist", "album artist"),
        genre=text("genre"),
        release_date=date[0] if date and date[0] > "0000" else "",
        track_number=int(number[1]) if number else 0,
        isrc=isrc if _ISRC.fullmatch(isrc) else "",
        artwork=artwork,
    )


def _artwork(data: bytes | None) -> Artwork | None:
    media_type = image_type(data[:16]) if data else None
    return Artwork(data=data, media_type=media_type) if data and media_type else None


def image_type(start: bytes) -> str | None:
    """Returns the media type of an image from its first 12 bytes, None if it is not one that every browser shows."""
    if start.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if start.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "image/webp"
    if start[:6] in (b"GIF87a", b"GIF89a"):
        return "image/gif"
    return None
