"""A media server on loopback that answers as good, slow, broken and hostile servers do, and counts who connects."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from tests.library.sounds import tone, wav


@dataclass
class FarEnd:
    """A running server. `gets` lists path and Range of every request."""

    port: int = 0
    song: bytes = field(default_factory=lambda: wav(tone(2.0)))
    gets: list[tuple[str, str]] = field(default_factory=list)
    cuts: int = 0
    etag: str = '"v1"'
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    pieces: Path = Path()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, path: str) -> str:
        return f"http://{self.host}{path}"

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.gets.append((request.path, request.headers.get("Range", "")))
        kind = request.path.split("/")[1]
        response: web.StreamResponse = await getattr(self, f"_{kind}")(request)
        return response

    async def _song(self, request: web.Request) -> web.StreamResponse:
        return self._part(request, self.song)

    async def _named(self, request: web.Request) -> web.StreamResponse:
        disposition = 'attachment; filename="../../My Song.wav"'
        return web.Response(body=self.song, headers={"Content-Disposition": disposition})

    async def _cut(self, request: web.Request) -> web.StreamResponse:
        """Breaks the first connections in the middle; goes on by Range."""
        if self.cuts <= 0:
            return self._part(request, self.song)
        self.cuts -= 1
        start = int(request.headers.get("Range", "bytes=0-")[6:-1])
        response = web.StreamResponse(
            status=206 if start else 200, headers={"ETag": self.etag, "Accept-Ranges": "bytes"}
        )
        response.content_length = len(self.song) - start
        if start:
            response.headers["Content-Range"] = f"bytes {start}-{len(self.song) - 1}/{len(self.song)}"
        await response.prepare(request)
        await response.write(self.song[start : start + 100_000])
        await asyncio.sleep(0.2)
        assert request.transport is not None
        request.transport.close()
        return response

    async def _gated(self, request: web.Request) -> web.StreamResponse:
        """Sends half, then waits for the gate."""
        start = int(request.headers.get("Range", "bytes=0-")[6:-1])
        response = web.StreamResponse(
            status=206 if start else 200, headers={"ETag": self.etag, "Accept-Ranges": "bytes"}
        )
        response.content_length = len(self.song) - start
        if start:
            response.headers["Content-Range"] = f"bytes {start}-{len(self.song) - 1}/{len(self.song)}"
        await response.prepare(request)
        middle = max(start, len(self.song) // 2)
        await response.write(self.song[start:middle])
        await self.gate.wait()
        await response.write(self.song[middle:])
        return response

    async def _drip(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        response.content_length = len(self.song)
        await response.prepare(request)
        with contextlib.suppress(ConnectionError):
            for byte in self.song:
                await response.write(bytes([byte]))
                await asyncio.sleep(0.05)
        return response

    async def _silent(self, request: web.Request) -> web.StreamResponse:
        await self.gate.wait()
        return web.Response()

    async def _endless(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        with contextlib.suppress(ConnectionError):
            await response.write(self.song)
            while True:
                await response.write(b"\0" * 65536)
        return response

    async def _page(self, request: web.Request) -> web.StreamResponse:
        return web.Response(text="<!DOCTYPE html><html><title>A page</title></html>", content_type="text/html")

    async def _player(self, request: web.Request) -> web.StreamResponse:
        """A page with a song in it, wherever `src` says."""
        source = request.query.get("src", "/song/inside.wav")
        return _html(f'<audio src="{source}"></audio>')

    async def _described(self, request: web.Request) -> web.StreamResponse:
        """A page that says how long its song is: `/described/PT5H`."""
        about = {
            "@type": "AudioObject",
            "name": "Described Song",
            "contentUrl": self.url("/song/inside.wav"),
            "encodingFormat": "audio/wav",
            "duration": request.path.split("/")[2],
        }
        return _html(
            f'<script type="application/ld+json">{json.dumps(about | {"@context": "https://schema.org"})}</script>'
        )

    async def _adults(self, request: web.Request) -> web.StreamResponse:
        """A page that is marked as one for adults, and shown only to who is signed in, if `members`."""
        if "members" in request.path and request.cookies.get("session") != "grown-up":
            return web.Response(status=403, text="Sign in to confirm your age")
        rating = '<meta name="rating" content="RTA-5042-1996-1400-1577-RTA">'
        return _html(f'{rating}<audio src="/song/inside.wav"></audio>')

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        """A song in pieces, whose container has to be written anew: `/stream/list.m3u8`."""
        return web.FileResponse(self.pieces / request.path.split("/")[2])

    async def _text(self, request: web.Request) -> web.StreamResponse:
        # Calls itself audio, and is not.
        return web.Response(body=b"root:x:0:0:root:/root:/bin/bash\n" * 100, content_type="audio/mpeg")

    async def _empty(self, request: web.Request) -> web.StreamResponse:
        return web.Response(body=b"", content_type="audio/mpeg")

    async def _status(self, request: web.Request) -> web.StreamResponse:
        return web.Response(status=int(request.path.split("/")[2]))

    async def _to(self, request: web.Request) -> web.StreamResponse:
        return web.Response(status=int(request.query.get("status", "302")), headers={"Location": request.query["uri"]})

    async def _around(self, request: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": request.path})

    async def _cover(self, request: web.Request) -> web.StreamResponse:
        return web.Response(body=b"\x89PNG\r\n\x1a\n" + b"\0" * 100)

    def _part(self, request: web.Request, data: bytes) -> web.Response:
        headers = {"ETag": self.etag, "Accept-Ranges": "bytes"}
        wanted = request.headers.get("Range")
        if wanted and request.headers.get("If-Range", self.etag) == self.etag:
            start = int(wanted[6:-1])
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
            return web.Response(status=206, body=data[start:], headers=headers)
        return web.Response(body=data, headers=headers)


def _html(body: str) -> web.Response:
    html = f"<!DOCTYPE html><html><head><title>Night Song</title></head><body>{body}</body></html>"
    return web.Response(text=html, content_type="text/html")


@asynccontextmanager
async def far_end() -> AsyncIterator[FarEnd]:
    server = FarEnd()
    app = web.Application()
    app.router.add_get("/{path:.*}", server.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.port = runner.addresses[0][1]
    try:
        yield server
    finally:
        server.gate.set()
        await runner.cleanup()


@dataclass
class Canary:
    """A listener on loopback, IPv4 and IPv6, that nobody may ever reach."""

    port: int
    connections: int = 0


@asynccontextmanager
async def canary() -> AsyncIterator[Canary]:
    seen = Canary(0)

    async def touched(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.connections += 1
        writer.close()

    first = await asyncio.start_server(touched, "127.0.0.1", 0)
    seen.port = first.sockets[0].getsockname()[1]
    servers = [first]
    with contextlib.suppress(OSError):  # machines without IPv6
        servers.append(await asyncio.start_server(touched, "::1", seen.port))
    try:
        yield seen
    finally:
        for server in servers:
            server.close()
