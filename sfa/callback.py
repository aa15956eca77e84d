"""A web server on loopback, to which a sign-in page sends its user back."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from urllib.parse import parse_qs, urlsplit

_PATH: Final = "/callback"
_HEAD_BYTES: Final = 16384
_SECONDS: Final = 5.0


class Refused(Exception):
    """The user came back without an agreement; the message is the page's word for why."""


class Callback:
    """Where users come back."""

    def __init__(self) -> None:
        self.redirect_uri = ""
        self._answers: asyncio.Queue[dict[str, str]] = asyncio.Queue()

    async def code(self, state: str) -> str:
        """Waits for the user who was sent away with `state`; returns the code that they bring. Others are not heard.

        Raises:
            Refused: If they bring none.
        """
        while True:
            answer = await self._answers.get()
            if answer.get("state") == state:
                if code := answer.get("code"):
                    return code
                raise Refused(answer.get("error", "no code"))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answers one request of a browser."""
        with contextlib.suppress(
            OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError
        ):
            async with asyncio.timeout(_SECONDS):
                head = await reader.readuntil(b"\r\n\r\n")
                method, target, _ = head.split(b"\r\n", 1)[0].decode("ascii").split(" ")
                parts = urlsplit(target)
                if (method, parts.path) == ("GET", _PATH):
                    self._answers.put_nowait({key: values[0] for key, values in parse_qs(parts.query).items()})
                    writer.write(_page("200 OK", "You can close this page and go back to the terminal."))
                else:
                    writer.write(_page("404 Not Found", "There is nothing here."))
                await writer.drain()
        writer.close()


@asynccontextmanager
async def callback(port: int = 0) -> AsyncIterator[Callback]:
    """Listens on loopback while the block runs; on any free port by default.

    Raises:
        OSError: If the port is taken.
    """
    made = Callback()
    server = await asyncio.start_server(made.serve, "127.0.0.1", port, limit=_HEAD_BYTES)
    # By number: Spotify accepts no "localhost" since 2025.
    made.redirect_uri = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}{_PATH}"
    try:
        yield made
    finally:
        server.close()


def _page(status: str, text: str) -> bytes:
    body = f"<!DOCTYPE html><title>Sound Forge Alchemy</title><p>{text}</p>".encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode() + body
