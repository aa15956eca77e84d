"""A stand-in for the sites that play songs, and for a search among them: pages for yt-dlp, sound, covers.

Every track of the catalogue is played on a page of its own, as a tone of its own. Three of the long playlist cannot be fetched,
each for a reason that the real world has: see `catalogue.SILENT`, `ADULT` and `REFUSED`.
"""

import json
import math
import struct
import wave
import zlib
from array import array
from dataclasses import dataclass, field
from html import escape
from io import BytesIO
from typing import Final

from aiohttp import web

from sfa.sandbox import catalogue
from sfa.sandbox.catalogue import Json

_RATE_HZ: Final = 8000
_LOWEST_HZ: Final = 220
_LEVEL: Final = 12000
_COVER_PIXELS: Final = 16
# How pages say that they are for adults; yt-dlp knows the mark.
_ADULTS_ONLY: Final = '<meta name="rating" content="RTA-5042-1996-1400-1577-RTA">'


@dataclass
class MediaSandbox:
    """The stand-in; its state is for tests to look at."""

    searches: list[str] = field(default_factory=list)
    """The words of every search."""
    plays: list[int] = field(default_factory=list)
    """The number of every track whose sound was sent."""

    def add_to(self, app: web.Application) -> None:
        """Adds its pages to a server."""
        app.add_routes(
            [
                web.get("/search", self._search),
                web.get("/listen/{number:\\d+}", _page),
                web.get("/sound/{number:\\d+}.wav", self._sound),
                web.get("/image/{name}", _cover),
                web.get("/plays", self._plays),
            ]
        )

    async def _search(self, request: web.Request) -> web.Response:
        """Finds tracks as `SPOTDL_AUDIO_SOURCE` wants them: by words, or by the code of a recording."""
        query = request.query.get("q", "")
        self.searches.append(query)
        words = query.lower().replace(" - ", " ").replace(",", " ").split()
        found = [
            number
            for number, track in enumerate(catalogue.TRACKS)
            if number != catalogue.SILENT
            and (track["external_ids"]["isrc"] == query or all(word in catalogue.searchable(track) for word in words))
        ]
        results = [_result(request, number) for number in found[:20]]
        return web.json_response({"results": results})

    async def _sound(self, request: web.Request) -> web.Response:
        number = _number(request)
        self.plays.append(number)
        return web.Response(body=_tone(number), content_type="audio/wav")

    async def _plays(self, request: web.Request) -> web.Response:  # noqa: ARG002 -- a handler's signature
        return web.json_response({"plays": self.plays})


def _result(request: web.Request, number: int) -> Json:
    track = catalogue.TRACKS[number]
    return {
        "url": f"http://{request.host}/listen/{number}",
        "title": track["name"],
        "artists": [artist["name"] for artist in track["artists"]],
        "album": track["album"]["name"],
        "seconds": track["duration_ms"] / 1000,
        "verified": True,
        "views": 1000 - number,
    }


async def _page(request: web.Request) -> web.Response:
    number = _number(request)
    if number == catalogue.REFUSED:
        return web.Response(status=403, text="Not for you.")
    track = catalogue.TRACKS[number]
    about = {
        "@context": "https://schema.org",
        "@type": "AudioObject",
        "name": track["name"],
        "contentUrl": f"http://{request.host}/sound/{number}.wav",
        "encodingFormat": "audio/wav",
        "duration": f"PT{track['duration_ms'] / 1000}S",
    }
    rating = _ADULTS_ONLY if number == catalogue.ADULT else ""
    html = (
        f"<!DOCTYPE html><html><head><title>{escape(track['name'])}</title>{rating}"
        f'<script type="application/ld+json">{json.dumps(about)}</script></head><body></body></html>'
    )
    return web.Response(text=html, content_type="text/html")


async def _cover(request: web.Request) -> web.Response:
    """A square of one colour, which the name decides."""
    colour = zlib.crc32(request.match_info["name"].encode()).to_bytes(4, "big")[:3]
    return web.Response(body=_png(colour, _COVER_PIXELS), content_type="image/png")


def _number(request: web.Request) -> int:
    number = int(request.match_info["number"])
    if number >= len(catalogue.TRACKS):
        raise web.HTTPNotFound
    return number


def _tone(number: int) -> bytes:
    """A track's sound: a sine of a pitch of its own, as long as the catalogue says, as a wav file."""
    count = round(_RATE_HZ * catalogue.TRACKS[number]["duration_ms"] / 1000)
    step = 2 * math.pi * (_LOWEST_HZ + number) / _RATE_HZ
    data = BytesIO()
    with wave.open(data, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(_RATE_HZ)
        file.writeframes(array("h", (round(_LEVEL * math.sin(step * n)) for n in range(count))).tobytes())
    return data.getvalue()


def _png(colour: bytes, side: int) -> bytes:
    rows = (b"\0" + colour * side) * side

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
