"""The server runner: everything that is the same in every service, in one order.

Start: settings, logs, metrics, what `build` makes, the gRPC server, then health SERVING.
End (SIGTERM or SIGINT): health NOT_SERVING, watches told to end, background work stopped, calls in flight given
`drain_seconds`, then what `build` made is closed in reverse.
"""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

import grpc.aio
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1._async import HealthServicer
from grpc_reflection.v1alpha import reflection

from services.mesh.calls import CallInterceptor
from services.mesh.contract import PUBLIC_SERVICES
from services.mesh.drain import Drain, stop
from services.mesh.keys import load_key
from services.mesh.logs import configure_logs, logger
from services.mesh.metrics import serve_metrics
from services.mesh.settings import CannotStart, ServiceSettings, read_settings
from services.mesh.traces import start_traces, stop_traces

log = logger(__name__)

# A client or proxy may ping an idle connection every ten seconds; grpc's own default is five minutes, and it answers
# quicker ones by closing the connection, which ends streams without an error.
SERVER_OPTIONS = (
    ("grpc.http2.min_recv_ping_interval_without_data_ms", 10_000),
    ("grpc.keepalive_permit_without_calls", 1),
    # Without this a second process could share the port by accident and take half of the calls.
    ("grpc.so_reuseport", 0),
)
MAX_CONCURRENT_RPCS = 10_000


@dataclass(frozen=True, kw_only=True)
class ServiceBundle:
    """What a service's `build` hands to the runner.

    Attributes:
        register: adds the servicers to a server.
        names: full names of the proto services, for health.
        background: work that runs from start to drain; if one ends by itself or fails, the process ends.
    """

    register: Callable[[grpc.aio.Server], None]
    names: Sequence[str]
    background: Sequence[Callable[[], Awaitable[None]]] = ()


S = TypeVar("S", bound=ServiceSettings)
Build = Callable[[S, Drain], AbstractAsyncContextManager[ServiceBundle]]


@asynccontextmanager
async def serving(
    bundle: ServiceBundle, address: str, drain: Drain, grace: float, *, key: bytes | None = None
) -> AsyncIterator[int]:
    """Serves a bundle while the block runs; yields the port that was bound. With a key, only to who has it."""
    server = grpc.aio.server(
        interceptors=[CallInterceptor(key)], options=SERVER_OPTIONS, maximum_concurrent_rpcs=MAX_CONCURRENT_RPCS
    )
    bundle.register(server)
    health = HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(health, server)
    reflection.enable_server_reflection([*PUBLIC_SERVICES, reflection.SERVICE_NAME], server)
    port = server.add_insecure_port(address)
    await server.start()
    for name in ("", *bundle.names):
        await health.set(name, health_pb2.HealthCheckResponse.SERVING)
    try:
        yield port
    finally:
        await health.enter_graceful_shutdown()
        drain.start()
        await server.stop(grace)


def run(service: str, build: Build[S], settings_type: type[S]) -> None:
    """Runs a service until SIGTERM or SIGINT; see `run_process`."""

    async def serve(settings: S, drain: Drain) -> None:
        address = f"{settings.host}:{settings.port}"
        key = load_key(settings.mesh_key_file)
        async with (
            build(settings, drain) as bundle,
            serving(bundle, address, drain, settings.drain_seconds, key=key) as port,
        ):
            log.info("serving", address=f"{settings.host}:{port}", services=list(bundle.names))
            await run_background(bundle.background, drain)
            log.info("draining")

    run_process(service, serve, settings_type)


def run_worker(worker: str, work: Callable[[S, Drain], Awaitable[None]], settings_type: type[S]) -> None:
    """Runs a process that takes jobs and serves no calls; see `run_process`. It answers the health protocol where it is told to."""

    async def healthy(settings: S, drain: Drain) -> None:
        if not settings.health_port:
            await work(settings, drain)
            return
        nothing = ServiceBundle(register=lambda _server: None, names=())
        async with serving(nothing, f"{settings.host}:{settings.health_port}", drain, grace=0):
            await work(settings, drain)

    run_process(worker, healthy, settings_type)


def run_process(service: str, main: Callable[[S, Drain], Awaitable[None]], settings_type: type[S]) -> None:
    """Runs `main` with settings, logs, metrics and a drain that SIGTERM and SIGINT start.

    Ends the process with status 2, and a sentence for people, if settings are wrong or a program is missing.
    """

    async def supervised(settings: S) -> None:
        drain = Drain()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, drain.start)
        await main(settings, drain)

    try:
        settings = read_settings(settings_type)
        configure_logs(level=settings.log_level, form=settings.log_format, service=service)
        serve_metrics(settings.host, settings.metrics_port)
        start_traces(service, settings.traces_endpoint)
        asyncio.run(supervised(settings))
    except CannotStart as reason:
        sys.stderr.write(f"{service}: {reason}\n")
        raise SystemExit(2) from None
    finally:
        stop_traces()


async def run_background(background: Sequence[Callable[[], Awaitable[None]]], drain: Drain) -> None:
    """Runs background work until the drain starts; a failure of any part is raised."""
    tasks = [asyncio.ensure_future(work()) for work in background]
    drained = asyncio.ensure_future(drain.wait())
    try:
        done, _ = await asyncio.wait({drained, *tasks}, return_when=asyncio.FIRST_COMPLETED)
        for task in done - {drained}:
            task.result()
    finally:
        await stop(drained, *tasks)
