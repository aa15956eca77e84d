"""Fetches files over HTTP so that an interrupted download goes on where it was, in this process or a later one.

A file in the making is called by the SHA-256 that it must have, so that what is continued is always the same file.
"""

import fcntl
import hashlib
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException, HTTPResponse
from pathlib import Path

_PIECE_BYTES = 1 << 20
_SILENCE_SECONDS = 30.0
# In a row, without a byte between them.
_TRIES = 4
_FIRST_PAUSE_SECONDS = 0.5


class WrongContent(Exception):
    """The bytes that arrived are not those that were listed."""


@dataclass(frozen=True)
class RemoteFile:
    """A file on a server: where, and what it must be."""

    url: str
    sha256: str
    size_bytes: int


@contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Makes a folder and holds it alone while the block runs; waits for another process that has it.

    The kernel gives the lock back however its holder ends. An empty folder does not stay.
    """
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        except FileNotFoundError:
            continue
        fcntl.flock(lock, fcntl.LOCK_EX)
        if folder.exists() and folder.stat().st_ino == os.fstat(lock).st_ino:
            break
        os.close(lock)  # whoever had it has removed it
    try:
        yield
    finally:
        for empty in (folder, folder.parent):
            try:
                empty.rmdir()
            except OSError:
                break
        os.close(lock)


def fetch(file: RemoteFile, folder: Path, on_bytes: Callable[[int], None]) -> Path:
    """Downloads a file, or the rest of it, into a folder.

    Args:
        file: what to fetch.
        folder: where what is half done stays; held by `exclusive`.
        on_bytes: called with the bytes of this file that are there.

    Returns:
        Where the complete file lies, proven by its SHA-256.

    Raises:
        WrongContent: it is complete, but not what was listed; it has been removed.
        OSError: the disk refuses it, or (`urllib.error.URLError`, `TimeoutError`, ...) the server does not answer.
    """
    path = folder / f"{file.sha256}.part"
    failures = 0
    while (there := _size(path)) < file.size_bytes:
        on_bytes(there)
        try:
            _continue(file, path, there, on_bytes)
        except (urllib.error.URLError, TimeoutError, ConnectionError, HTTPException) as error:
            refused = isinstance(error, urllib.error.HTTPError) and error.code < HTTPStatus.INTERNAL_SERVER_ERROR
            failures = failures + 1 if _size(path) == there else 1
            if refused or failures == _TRIES:
                raise
            time.sleep(_FIRST_PAUSE_SECONDS * 2 ** (failures - 1))
    with path.open("rb") as content:
        found = hashlib.file_digest(content, "sha256").hexdigest()
    if found != file.sha256 or _size(path) != file.size_bytes:
        path.unlink()
        raise WrongContent(found)
    on_bytes(file.size_bytes)
    return path


def _continue(file: RemoteFile, path: Path, there: int, on_bytes: Callable[[int], None]) -> None:
    """Appends what is missing, until the server stops sending."""
    request = urllib.request.Request(file.url, headers={"Range": f"bytes={there}-"} if there else {})  # noqa: S310 - ours
    response: HTTPResponse
    with urllib.request.urlopen(request, timeout=_SILENCE_SECONDS) as response:  # noqa: S310 - likewise
        # A server may ignore the range and send everything.
        continued = response.status == HTTPStatus.PARTIAL_CONTENT
        with path.open("ab" if continued else "wb") as content:
            while piece := response.read(_PIECE_BYTES):
                content.write(piece)
                content.flush()
                on_bytes(content.tell())
                if content.tell() > file.size_bytes:
                    return


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
