"""Is it ready? One small question per kind of process, asked until the answer is yes."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import betterproto2
from betterproto2.grpclib import ServiceStub
from grpclib.client import Channel
from grpclib.exceptions import GRPCError, ProtocolError, StreamTerminatedError

from sfa.local import resp

Probe = Callable[[], Awaitable[bool]]
"""Returns whether the process serves now; never raises for a process that does not answer."""

_ASK_SECONDS: Final = 2.0


class Serving(IntEnum):
    """grpc.health.v1.HealthCheckResponse.ServingStatus."""

    UNKNOWN = 0
    SERVING = 1
    NOT_SERVING = 2
    SERVICE_UNKNOWN = 3


@dataclass(eq=False, repr=False)
class _HealthCheckRequest(betterproto2.Message):
    service: str = betterproto2.field(1, betterproto2.TYPE_STRING)


@dataclass(eq=False, repr=False)
class _HealthCheckResponse(betterproto2.Message):
    status: int = betterproto2.field(1, betterproto2.TYPE_INT32)  # an enum and an int32 are the same on the wire


class _HealthStub(ServiceStub):
    async def check(self, request: _HealthCheckRequest) -> _HealthCheckResponse:
        return await self._unary_unary("/grpc.health.v1.Health/Check", request, _HealthCheckResponse)


async def grpc_health(host: str, port: int, service: str) -> Serving:
    """What the server at this address says about one of its services, by its full proto name.

    Raises:
        OSError: If nothing answers, in time, with gRPC.
    """
    channel = Channel(host, port)
    try:
        response = await _HealthStub(channel, timeout=_ASK_SECONDS).check(_HealthCheckRequest(service=service))
    except (GRPCError, ProtocolError, StreamTerminatedError) as error:
        raise ConnectionError(str(error)) from error
    finally:
        channel.close()
    return Serving(response.status)


async def http_status(host: str, port: int, path: str) -> int:
    """The status code of a GET over HTTP/1.1.

    Raises:
        OSError: If nothing answers, in time, with HTTP.
    """
    async with asyncio.timeout(_ASK_SECONDS):
        reader, writer = await asyncio.open_connection(host, port)
        try:
            writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode())
            await writer.drain()
            status_line = (await reader.readline()).split()
        finally:
            writer.close()
    if len(status_line) < 2 or not status_line[1].isdigit():  # noqa: PLR2004 -- "HTTP/1.1 200"
        raise ConnectionError("not an HTTP server")
    return int(status_line[1])


def serving(host: str, port: int, services: Sequence[str]) -> Probe:
    """Ready when the gRPC server at this address says SERVING for each of the services."""

    async def probe() -> bool:
        try:
            return all([await grpc_health(host, port, service) is Serving.SERVING for service in services])
        except OSError:
            return False

    return probe


def answering(host: str, port: int, path: str) -> Probe:
    """Ready when a GET returns 200."""

    async def probe() -> bool:
        try:
            return await http_status(host, port, path) == 200  # noqa: PLR2004
        except OSError:
            return False

    return probe


def ponging(redis_url: str) -> Probe:
    """Ready when the Redis or Valkey server has loaded its data and answers PING."""

    async def probe() -> bool:
        try:
            async with asyncio.timeout(_ASK_SECONDS):
                return await resp.command(redis_url, "PING") == "PONG"
        except (OSError, resp.RedisError, asyncio.IncompleteReadError):
            return False

    return probe
