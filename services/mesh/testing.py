"""For tests: a real gRPC server with the real interceptor, on a free port, and a channel to it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import grpc.aio

from services.mesh.drain import Drain
from services.mesh.server import ServiceBundle, serving


@asynccontextmanager
async def serve(bundle: ServiceBundle, drain: Drain | None = None) -> AsyncIterator[grpc.aio.Channel]:
    """Serves a bundle on loopback and yields a channel to it; background work is not started."""
    drain = drain or Drain()
    async with (
        serving(bundle, "127.0.0.1:0", drain, grace=0) as port,
        grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel,
    ):
        yield channel
