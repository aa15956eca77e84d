"""Fetches audio files by their address."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

import aiohttp

from services.download.adapters.guarded import GuardedHttp
from services.download.domain import DIRECT, DownloadSpec
from services.download.ports import Fetched, Image, LooksLikePage, OnProgress, Progress, ProviderStatus
from services.download.sniff import HEAD_BYTES, audio_suffix, image_type, is_page
from services.mesh.errors import (
    MeshError,
    ProviderBlocked,
    SourceNotAudio,
    SourceNotFound,
    SourceUnavailable,
    StorageFull,
    TooLarge,
)

_TRIES = 5
_PIECE = 2**16
# Written at once; enough to tell what a file is by its first piece, and little enough to keep most of a slow transfer.
_WRITE = 2**14
_MOST_COVER_BYTES = 4 * 2**20
_COVER_SECONDS = 20.0
# Less than this within the time of a stall is as good as nothing.
_LEAST_BYTES = 2**10

_OK, _PARTIAL, _NOT_SATISFIABLE = 200, 206, 416
_REFUSED = {401, 403, 407, 429, 451}
_GONE = {404, 410}
_SERVER_FAULT = 500


class _Cut(Exception):
    """The transfer ended too early; it may be continued."""


@dataclass
class _Part:
    """A file in the making, and what its server said about it, so that another attempt can go on with it."""

    path: Path
    uri: str
    validator: str = ""
    size: int = 0

    @property
    def _notes(self) -> Path:
        return self.path.with_suffix(".json")

    def load(self) -> None:
        """Finds what an earlier attempt left of the same source."""
        try:
            notes = json.loads(self._notes.read_text())
            if notes["uri"] == self.uri and notes["validator"]:
                self.validator, self.size = notes["validator"], self.path.stat().st_size
        except (OSError, ValueError, KeyError):
            self.validator, self.size = "", 0

    def begin(self, validator: str) -> None:
        """Starts anew."""
        self.validator, self.size = validator, 0
        self._notes.write_text(json.dumps({"uri": self.uri, "validator": validator}))

    def open(self) -> BinaryIO:
        """Opens the file where it ends."""
        file = self.path.open("r+b" if self.size else "wb", buffering=0)
        file.truncate(self.size)
        file.seek(self.size)
        return file


class DirectProvider:
    """Fetches files over HTTP."""

    def __init__(
        self, http: GuardedHttp, *, enabled: bool, max_bytes: int, transfer_seconds: float, stall_seconds: float
    ) -> None:
        self._http = http
        self._enabled = enabled
        self._max_bytes = max_bytes
        self._transfer_seconds = transfer_seconds
        self._stall_seconds = stall_seconds

    async def status(self) -> ProviderStatus:
        """It needs nothing that might be missing."""
        return ProviderStatus(id=DIRECT, description="Audio files by their address.", enabled=self._enabled)

    async def fetch(self, spec: DownloadSpec, folder: Path, on_progress: OnProgress) -> Fetched:
        """Fetches one file; see `Provider`."""
        part = _Part(folder / "direct.part", spec.uri)
        await asyncio.to_thread(part.load)
        host = urlsplit(spec.uri).netloc
        try:
            async with asyncio.timeout(self._transfer_seconds):
                filename = await self._patiently(part, on_progress)
        except TimeoutError as error:
            detail = f"the transfer takes longer than {self._transfer_seconds:g} s"
            raise SourceUnavailable(host=host, detail=detail) from error
        return Fetched(path=part.path, filename=filename, provider=DIRECT)

    async def close(self) -> None:
        """It keeps nothing running."""

    async def _patiently(self, part: _Part, on_progress: OnProgress) -> str:
        for tried in range(_TRIES):
            before = part.size
            try:
                return await self._once(part, on_progress)
            except (_Cut, SourceUnavailable) as error:
                if tried == _TRIES - 1 or (isinstance(error, SourceUnavailable) and not part.size and tried):
                    if isinstance(error, SourceUnavailable):
                        raise
                    raise SourceUnavailable(host=urlsplit(part.uri).netloc, detail=str(error)) from error
                if part.size <= before:
                    await asyncio.sleep(0.5 * 2**tried)
        raise AssertionError("the last try returns or raises")

    async def _once(self, part: _Part, on_progress: OnProgress) -> str:
        headers = {"Range": f"bytes={part.size}-", "If-Range": part.validator} if part.size else {}
        async with self._http.get(part.uri, headers) as response:
            total = _total(response, part)
            if response.status == _NOT_SATISFIABLE and part.size:
                part.size = 0
                raise _Cut("the file has changed on its server")
            _check_status(response, part.uri)
            if response.status == _OK:
                part.begin(_validator(response))
            if total and total > self._max_bytes:
                raise TooLarge(limit_bytes=self._max_bytes)
            async with _opened(part) as file:
                async for piece in self._pieces(response):
                    if part.size == 0:
                        _check_head(piece[:HEAD_BYTES], part.uri)
                    if part.size + len(piece) > self._max_bytes:
                        raise TooLarge(limit_bytes=self._max_bytes)
                    await asyncio.to_thread(_write, file, piece)
                    part.size += len(piece)
                    on_progress(
                        Progress(stage="downloading", provider=DIRECT, received_bytes=part.size, total_bytes=total or 0)
                    )
            if part.size == 0:
                raise SourceNotAudio(link=part.uri, detail="it is empty")
            if total and part.size < total:
                raise _Cut(f"it sent {part.size} of {total} bytes")
            return _filename(response, await asyncio.to_thread(_head, part.path))

    async def _pieces(self, response: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
        """Yields the body in pieces; the first has enough to tell what it is, unless the body is shorter."""
        window_start, window_bytes = time.monotonic(), 0
        buffer = bytearray()
        cut = ""
        while not cut:
            try:
                data = await response.content.read(_PIECE)
            except TimeoutError:
                data, cut = b"", "it sends nothing any more"
            except (aiohttp.ClientError, OSError):
                data, cut = b"", "the connection was lost"
            buffer += data
            window_bytes += len(data)
            if time.monotonic() - window_start > self._stall_seconds:
                if window_bytes < _LEAST_BYTES:
                    cut = cut or "it sends next to nothing"
                window_start, window_bytes = time.monotonic(), 0
            # After a cut, too little to tell what it is counts as nothing.
            if len(buffer) >= (HEAD_BYTES if cut else _WRITE) or (buffer and not data and not cut):
                yield bytes(buffer)
                buffer.clear()
            if not data:
                break
        if cut:
            raise _Cut(cut)


class HttpCovers:
    """Fetches covers."""

    def __init__(self, http: GuardedHttp) -> None:
        self._http = http

    async def cover(self, uri: str) -> Image | None:
        """Fetches an image of at most 4 MiB; None if that does not work."""
        try:
            async with asyncio.timeout(_COVER_SECONDS), self._http.get(uri, {}) as response:
                if response.status != _OK:
                    return None
                data = bytearray()
                async for piece in response.content.iter_chunked(_PIECE):
                    data += piece
                    if len(data) > _MOST_COVER_BYTES:
                        return None
        except (MeshError, aiohttp.ClientError, OSError, TimeoutError):
            return None
        media_type = image_type(bytes(data[:HEAD_BYTES]))
        return Image(bytes(data), media_type) if media_type else None


@asynccontextmanager
async def _opened(part: _Part) -> AsyncIterator[BinaryIO]:
    file = await asyncio.to_thread(part.open)
    try:
        yield file
    finally:
        file.close()


def _write(file: BinaryIO, data: bytes) -> None:
    view = memoryview(data)
    try:
        while view:
            view = view[file.write(view) :]
    except OSError as error:
        raise StorageFull from error


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)


def _total(response: aiohttp.ClientResponse, part: _Part) -> int | None:
    """Returns the size of the whole file, if the server says it; forgets the part that the answer does not continue."""
    if response.status == _PARTIAL:
        unit, _, rest = response.headers.get("Content-Range", "").partition(" ")
        span, _, total = rest.partition("/")
        if unit != "bytes" or span.partition("-")[0] != str(part.size):
            part.size = 0
            raise _Cut("it sent another part than the one asked for")
        return int(total) if total.isdecimal() else None
    length = response.headers.get("Content-Length", "")
    return int(length) if length.isdecimal() else None


def _check_status(response: aiohttp.ClientResponse, uri: str) -> None:
    status = response.status
    if status in {_OK, _PARTIAL}:
        return
    said = f"HTTP {status}"
    if status in _REFUSED:
        raise ProviderBlocked(DIRECT, said)
    if status in _GONE:
        raise SourceNotFound(link=uri, detail=said)
    if status >= _SERVER_FAULT:
        raise SourceUnavailable(host=urlsplit(uri).netloc, detail=said)
    raise SourceNotFound(link=uri, detail=said)


def _check_head(head: bytes, uri: str) -> None:
    if is_page(head):
        raise LooksLikePage
    if audio_suffix(head) is None:
        raise SourceNotAudio(link=uri, detail="its first bytes are those of no audio format")


def _validator(response: aiohttp.ClientResponse) -> str:
    """Returns what tells this version of the file from others; empty if it cannot be continued."""
    if response.headers.get("Accept-Ranges", "").lower() == "none":
        return ""
    etag = response.headers.get("ETag", "")
    return etag if etag and not etag.startswith("W/") else response.headers.get("Last-Modified", "")


def _filename(response: aiohttp.ClientResponse, head: bytes) -> str:
    """Returns the name that the server gives, or the last part of the address; with the suffix of what it is."""
    disposition = response.content_disposition
    given = (disposition.filename if disposition else None) or unquote(response.url.raw_path.rsplit("/", 1)[-1])
    stem, dot, suffix = given.replace("\\", "/").rsplit("/", 1)[-1].rpartition(".")
    if not dot or len(suffix) > 5 or not suffix.isalnum():  # noqa: PLR2004 (no suffix of audio is longer)
        stem, suffix = given.replace("\\", "/").rsplit("/", 1)[-1], ""
    ending = f".{suffix}" if suffix else audio_suffix(head) or ""
    clean = "".join(c for c in stem if c.isprintable()).strip() or "download"
    return clean.encode()[: 255 - len(ending.encode())].decode(errors="ignore") + ending
