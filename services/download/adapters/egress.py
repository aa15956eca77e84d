"""A forward proxy on loopback, for programs whose own connections we cannot judge.

yt-dlp connects through it, so that it too reaches public addresses only: the proxy resolves names itself, judges the
address, and connects to exactly that one.
"""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from services.download.addresses import is_forbidden_host, is_public
from services.mesh.errors import AddressForbidden

_HEAD_BYTES = 2**16
_CONNECT_SECONDS = 15.0
_PIECE = 2**16
_HOP_BY_HOP = (b"proxy-", b"connection:", b"keep-alive:")


class Egress:
    """A running proxy. `refused` holds the hosts that it did not connect to."""

    def __init__(self, allowed_hosts: frozenset[str], family: socket.AddressFamily) -> None:
        self.url = ""
        self.refused: list[str] = []
        self._allowed_hosts = allowed_hosts
        self._family = family

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serves one connection."""
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            method, target, _ = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
            host, port = _authority(method, target)
            there = await self._connect(host, port)
        except AddressForbidden as forbidden:
            self.refused.append(forbidden.metadata["host"])
            await _refuse(writer, b"403 Forbidden")
        except (ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            await _refuse(writer, b"400 Bad Request")
        except (OSError, TimeoutError):
            await _refuse(writer, b"502 Bad Gateway")
        else:
            if method == "CONNECT":
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                there[1].write(_origin_form(head, method, target))
            await _joined((reader, writer), there)

    async def _connect(self, host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        exempt = f"{host}:{port}" in self._allowed_hosts
        if not exempt and is_forbidden_host(host):
            raise AddressForbidden(host)
        found = await asyncio.get_running_loop().getaddrinfo(host, port, family=self._family, type=socket.SOCK_STREAM)
        error: Exception = OSError(f"{host} has no address")
        for _, _, _, _, where in found:
            if not exempt and not is_public(str(where[0])):
                error = AddressForbidden(host)
                continue
            try:
                async with asyncio.timeout(_CONNECT_SECONDS):
                    return await asyncio.open_connection(str(where[0]), port, limit=_HEAD_BYTES)
            except (OSError, TimeoutError) as failure:
                error = failure
        raise error


@asynccontextmanager
async def egress(allowed_hosts: frozenset[str], *, ipv4: bool = False) -> AsyncIterator[Egress]:
    """Runs a proxy during the block; its connections end with it.

    Args:
        allowed_hosts: "host:port" that need not be public.
        ipv4: whether it connects over IPv4 only. Who connects through it cannot say so: they only reach the proxy.
    """
    proxy = Egress(allowed_hosts, socket.AF_INET if ipv4 else socket.AF_UNSPEC)
    tasks: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(proxy.serve(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(accept, "127.0.0.1", 0, limit=_HEAD_BYTES)
    proxy.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield proxy
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)


def _authority(method: str, target: str) -> tuple[str, int]:
    """Returns host and port of a request to a proxy. Raises ValueError."""
    parts = urlsplit(f"//{target}" if method == "CONNECT" else target)
    if method != "CONNECT" and parts.scheme != "http":
        raise ValueError(target)
    if not parts.hostname:
        raise ValueError(target)
    return parts.hostname, parts.port or 80


def _origin_form(head: bytes, method: str, target: str) -> bytes:
    """Returns the head of a request as the origin server wants it; one request per connection."""
    parts = urlsplit(target)
    path = parts._replace(scheme="", netloc="", fragment="").geturl() or "/"
    lines = head.rstrip(b"\r\n").split(b"\r\n")[1:]
    kept = [line for line in lines if not line.lower().startswith(_HOP_BY_HOP)]
    return b"\r\n".join([f"{method} {path} HTTP/1.1".encode("latin-1"), *kept, b"Connection: close", b"", b""])


async def _refuse(writer: asyncio.StreamWriter, status: bytes) -> None:
    with contextlib.suppress(OSError):
        writer.write(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()


async def _joined(
    here: tuple[asyncio.StreamReader, asyncio.StreamWriter], there: tuple[asyncio.StreamReader, asyncio.StreamWriter]
) -> None:
    try:
        await asyncio.gather(_pumped(here[0], there[1]), _pumped(there[0], here[1]))
    finally:
        here[1].close()
        there[1].close()


async def _pumped(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(_PIECE):
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
