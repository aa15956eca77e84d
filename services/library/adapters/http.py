"""The library's HTTP side: artifacts under signed addresses, the API's description, and a health page.

gRPC has no vocabulary for ranges, entity tags or redirects, and `<audio src>` sends no headers of ours; so music is served
as ordinary files are.
"""

import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from aiohttp import web
from google.protobuf.json_format import MessageToDict

from services.library.adapters.media import MediaSigner
from services.library.domain import WAVEFORM_FILENAME, Artifact
from services.library.usecases import Library
from services.mesh.errors import MeshError
from services.mesh.logs import logger

log = logger(__name__)

# Generated files: beside the package in a checkout, inside it in a wheel.
_API = next(
    (
        path
        for path in (Path(__file__).parents[1] / "openapi", Path(__file__).parents[3] / "gen" / "openapi")
        if path.exists()
    ),
    None,
)

# A player whose download is cut goes on with a range, so nothing is gained by waiting for it.
_SHUTDOWN_SECONDS = 1.0

_STATUS = {"NOT_FOUND": 404, "UNAVAILABLE": 503}
_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")
_SECONDS = re.compile(r"[0-9]{1,15}")
_ALLOWED = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "Accept-Ranges, Content-Disposition, Content-Length, Content-Range, ETag"),
)
_PREFLIGHT = (
    *_ALLOWED,
    ("Access-Control-Allow-Methods", "GET, HEAD"),
    ("Access-Control-Allow-Headers", "Range, If-Range, If-None-Match"),
    ("Access-Control-Max-Age", "86400"),
)


@dataclass(frozen=True)
class ByteRange:
    """Bytes `first` to `last`, both included."""

    first: int
    last: int

    @property
    def size(self) -> int:
        """How many bytes."""
        return self.last - self.first + 1


class RangeUnsatisfiable(Exception):
    """The range lies beyond the end."""


def parse_range(text: str, size: int) -> ByteRange | None:
    """Reads a Range header for `size` bytes; None means all of them, which also answers what is malformed or multiple.

    Raises:
        RangeUnsatisfiable: it names no byte that exists.
    """
    match = _RANGE.fullmatch(text.replace(" ", ""))
    if not match or match[0] == "bytes=-":
        return None
    if not match[1]:
        length = int(match[2])
        if not length:
            raise RangeUnsatisfiable
        return ByteRange(max(0, size - length), size - 1)
    first, last = int(match[1]), int(match[2] or size - 1)
    if match[2] and last < first:
        return None
    if first >= size:
        raise RangeUnsatisfiable
    return ByteRange(first, min(last, size - 1))


class MediaHttp:
    """Serves artifacts."""

    def __init__(self, library: Library, signer: MediaSigner) -> None:
        self._library = library
        self._signer = signer

    async def preflight(self, _request: web.Request) -> web.Response:
        """Answers a browser that asks whether a page may read media."""
        return web.Response(status=204, headers=dict(_PREFLIGHT))

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answers GET and HEAD of /media/{artifact}/{filename}."""
        return await self._answer(request, lambda artifact: artifact)

    async def serve_waveform(self, request: web.Request) -> web.StreamResponse:
        """Answers GET and HEAD of /media/{artifact}/derived/waveform.sfwf."""
        return await self._answer(request, Artifact.waveform_file)

    async def _answer(self, request: web.Request, file_of: Callable[[Artifact], Artifact | None]) -> web.StreamResponse:
        try:
            return await self._serve(request, file_of)
        except MeshError as error:
            status = _STATUS.get(error.code.name, 500)
            return web.json_response(MessageToDict(error.to_status()), status=status, headers=dict(_ALLOWED))

    async def _serve(self, request: web.Request, file_of: Callable[[Artifact], Artifact | None]) -> web.StreamResponse:
        owner, artifact_id = request.query.get("owner", ""), request.match_info["artifact"]
        expires, signature = request.query.get("expires", ""), request.query.get("signature", "")
        if not (_SECONDS.fullmatch(expires) and self._signer.allows(owner, artifact_id, int(expires), signature)):
            message = "This address is not valid, or no longer. Get the artifact again for a fresh one."
            return web.json_response({"code": 7, "message": message}, status=403, headers=dict(_ALLOWED))
        found = await self._library.find_artifact(owner, artifact_id)
        artifact = file_of(found) if found else None
        if artifact is None:
            message = "The artifact does not exist any more."
            return web.json_response({"code": 5, "message": message}, status=404, headers=dict(_ALLOWED))
        headers = _headers(artifact)
        if _same(request.headers.get("If-None-Match", ""), headers["ETag"]):
            return web.Response(status=304, headers={k: v for k, v in headers.items() if k != "Content-Type"})
        try:
            part = self._part(request, artifact, headers["ETag"])
        except RangeUnsatisfiable:
            return web.Response(status=416, headers={**headers, "Content-Range": f"bytes */{artifact.size_bytes}"})
        return await self._send(request, artifact, part, headers)

    @staticmethod
    def _part(request: web.Request, artifact: Artifact, etag: str) -> ByteRange | None:
        if request.headers.get("If-Range", etag) != etag:
            return None
        return parse_range(request.headers.get("Range", ""), artifact.size_bytes)

    async def _send(
        self, request: web.Request, artifact: Artifact, part: ByteRange | None, headers: Mapping[str, str]
    ) -> web.StreamResponse:
        span = part or ByteRange(0, artifact.size_bytes - 1)
        async with self._library.reading(artifact, span.first) as pieces:
            response = web.StreamResponse(status=206 if part else 200, headers=headers)
            response.content_length = span.size
            if part:
                response.headers["Content-Range"] = f"bytes {span.first}-{span.last}/{artifact.size_bytes}"
            await response.prepare(request)
            if request.method == "HEAD":
                return response
            left = span.size
            async for piece in pieces:
                await response.write(piece[:left])
                left -= len(piece)
                if left <= 0:
                    break
            if left > 0:
                # The header promised more; only a cut connection tells the client so.
                log.error("blob shorter than its record", artifact=artifact.name)
                if request.transport is not None:
                    request.transport.abort()
                return response
        await response.write_eof()
        return response


def _headers(artifact: Artifact) -> dict[str, str]:
    # In quotes for clients of old, by RFC 5987 for all others.
    ascii_name = re.sub(r'[^ -~]|["\\%]', "_", artifact.filename)
    return {
        "Accept-Ranges": "bytes",
        # The bytes of an artifact never change, and the address is a credential.
        "Cache-Control": "private, max-age=31536000, immutable",
        "Content-Disposition": f"inline; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(artifact.filename, safe='')}",
        # Nothing in a file of a user may run as a page of this origin.
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Content-Type": artifact.media_type,
        "Cross-Origin-Resource-Policy": "cross-origin",
        "ETag": f'"{artifact.sha256}"',
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        **dict(_ALLOWED),
    }


def _same(if_none_match: str, etag: str) -> bool:
    return any(tag.strip().removeprefix("W/") in {etag, "*"} for tag in if_none_match.split(","))


async def _healthy(_request: web.Request) -> web.Response:
    return web.json_response({"status": "serving"})


def _generated(name: str) -> web.FileResponse:
    if _API is None:
        raise web.HTTPNotFound
    return web.FileResponse(_API / name)


async def _openapi(_request: web.Request) -> web.FileResponse:
    return _generated("openapi.json")


async def _docs(_request: web.Request) -> web.FileResponse:
    return _generated("index.html")


@asynccontextmanager
async def serving_http(media: MediaHttp, host: str, port: int) -> AsyncIterator[int]:
    """Serves HTTP while the block runs; yields the port that was bound."""
    app = web.Application()
    app.router.add_get("/media/{artifact}/{filename}", media.serve)
    app.router.add_options("/media/{artifact}/{filename}", media.preflight)
    app.router.add_get(f"/media/{{artifact}}/derived/{WAVEFORM_FILENAME}", media.serve_waveform)
    app.router.add_options(f"/media/{{artifact}}/derived/{WAVEFORM_FILENAME}", media.preflight)
    app.router.add_get("/openapi.json", _openapi)
    app.router.add_get("/docs", _docs)
    app.router.add_get("/healthz", _healthy)
    runner = web.AppRunner(app, handle_signals=False, access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()
