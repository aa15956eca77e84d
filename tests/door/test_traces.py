"""Spans of one request: the gateway's, those of the service behind it, and of a service that one calls; sent to a real OTLP port."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import grpc
import grpc.aio
import pytest

from services.mesh import access, traces
from services.mesh.drain import Drain
from services.mesh.errors import Internal, TrackNotFound
from services.mesh.server import ServiceBundle, serving
from sfa.door import SettingInvalid, contained
from sfa.gateway import Address
from tests.door.backend import running_backend
from tests.door.conftest import running_envoy, until

trace_service_pb2 = pytest.importorskip(
    "opentelemetry.proto.collector.trace.v1.trace_service_pb2", reason="pip install -e '.[otel]'"
)
KEY = b"0123456789abcdef0123456789abcdef"
EXPORT = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"


@dataclass
class Collector:
    """What arrived at the port that stands in for Jaeger's."""

    port: int = 0
    spans: list[tuple[str, Any]] = field(default_factory=list)

    def named(self, name: str) -> list[tuple[str, Any]]:
        return [(service, span) for service, span in self.spans if span.name == name]

    async def until(self, met: Callable[[], bool]) -> None:
        for _ in range(150):
            if met():
                return
            await asyncio.sleep(0.1)
        raise AssertionError([(service, span.name) for service, span in self.spans])


@pytest.fixture
async def collector() -> AsyncIterator[Collector]:
    found = Collector()

    async def export(request: Any, context: Any) -> Any:
        for resource in request.resource_spans:
            attributes = {one.key: one.value.string_value for one in resource.resource.attributes}
            for scope in resource.scope_spans:
                found.spans += [(attributes["service.name"], span) for span in scope.spans]
        return trace_service_pb2.ExportTraceServiceResponse()

    handler = grpc.unary_unary_rpc_method_handler(
        export,
        trace_service_pb2.ExportTraceServiceRequest.FromString,
        trace_service_pb2.ExportTraceServiceResponse.SerializeToString,
    )
    service, _, method = EXPORT.removeprefix("/").partition("/")
    server = grpc.aio.server()
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, {method: handler}),))
    found.port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    yield found
    await server.stop(0)


@pytest.fixture
def traced(collector: Collector) -> Iterator[None]:
    traces.start_traces("library", f"http://127.0.0.1:{collector.port}")
    yield
    traces.stop_traces()


async def flushed() -> None:
    """Sends this process's spans; what sends them blocks, and the port that takes them is on this loop."""
    await asyncio.to_thread(traces.stop_traces)


def attributes(span: Any) -> dict[str, Any]:
    return {one.key: one.value.string_value or one.value.int_value for one in span.attributes}


async def test_a_request_is_one_trace_from_the_gateway_on(collector: Collector, traced: None, tmp_path: Path) -> None:
    async with running_backend() as backend:
        async with running_envoy(backend, tmp_path, traces=Address("127.0.0.1", collector.port)) as door:
            await until(door, lambda status: status == 200)
            async with aiohttp.request("GET", f"{door.url}/v1/tracks/a") as response:
                assert response.status == 200
                request_id = response.headers["x-request-id"]
            await collector.until(lambda: any(service == "envoy" for service, _ in collector.spans))
        await flushed()
    ((service, call),) = collector.named("alchemy.library.v1.LibraryService/GetTrack")
    assert service == "library"
    assert attributes(call)["request.id"] == request_id
    assert attributes(call)["rpc.grpc.status_code"] == 0
    of_gateway = {span.span_id: span for service, span in collector.spans if service == "envoy"}
    assert call.parent_span_id in of_gateway
    assert of_gateway[call.parent_span_id].trace_id == call.trace_id


async def ask(channel: grpc.aio.Channel, method: str) -> bytes:
    call: Any = channel.unary_unary(f"/test.Chain/{method}")
    answer: bytes = await call(b"")
    return answer


def chain(behind: str) -> ServiceBundle:
    """A service of which one method calls another service, one refuses, one breaks."""

    async def one(request: bytes, context: Any) -> bytes:
        if not behind:
            return b"behind"
        async with access.channel(behind, KEY) as channel:
            return await ask(channel, "one")

    async def refuses(request: bytes, context: Any) -> bytes:
        raise TrackNotFound("tracks/a")

    async def breaks(request: bytes, context: Any) -> bytes:
        raise Internal("r")

    handlers: dict[str, Any] = {
        method.__name__: grpc.unary_unary_rpc_method_handler(method) for method in (one, refuses, breaks)
    }
    handler = grpc.method_handlers_generic_handler("test.Chain", handlers)
    return ServiceBundle(register=lambda server: server.add_generic_rpc_handlers((handler,)), names=["test.Chain"])


async def test_a_service_passes_the_trace_on(collector: Collector, traced: None) -> None:
    async with (
        serving(chain(""), "127.0.0.1:0", Drain(), 0, key=KEY) as behind,
        serving(chain(f"127.0.0.1:{behind}"), "127.0.0.1:0", Drain(), 0, key=KEY) as front,
        access.channel(f"127.0.0.1:{front}", KEY) as channel,
    ):
        assert await ask(channel, "one") == b"behind"
        await flushed()
    spans = [span for _, span in collector.named("test.Chain/one")]
    (root,) = [span for span in spans if not span.parent_span_id]
    (below,) = [span for span in spans if span.parent_span_id]
    assert (below.trace_id, below.parent_span_id) == (root.trace_id, root.span_id)


async def test_only_what_is_the_servers_fault_is_an_error(collector: Collector, traced: None) -> None:
    async with (
        serving(chain(""), "127.0.0.1:0", Drain(), 0, key=KEY) as port,
        access.channel(f"127.0.0.1:{port}", KEY) as channel,
    ):
        for method in ("refuses", "breaks"):
            with pytest.raises(grpc.aio.AioRpcError):
                await ask(channel, method)
        await flushed()
    ((_, refused),) = collector.named("test.Chain/refuses")
    ((_, broken),) = collector.named("test.Chain/breaks")
    assert (refused.status.code, broken.status.code) == (0, 2)
    assert attributes(refused)["rpc.grpc.status_code"] == grpc.StatusCode.NOT_FOUND.value[0]


async def test_an_attempt_at_a_job_is_a_trace_and_what_it_calls_belongs_to_it(
    collector: Collector, traced: None
) -> None:
    async def attempt(port: int) -> None:
        with traces.job("separate", "tracks/t/separations/s"):
            async with access.channel(f"127.0.0.1:{port}", KEY) as channel:
                await ask(channel, "one")

    async with serving(chain(""), "127.0.0.1:0", Drain(), 0, key=KEY) as port:
        await asyncio.create_task(attempt(port))
        await flushed()
    ((_, job),) = collector.named("job separate")
    ((_, call),) = collector.named("test.Chain/one")
    assert call.parent_span_id == job.span_id
    assert attributes(job)["job.name"] == "tracks/t/separations/s"


async def test_without_an_endpoint_nothing_is_sent_or_said() -> None:
    traces.start_traces("library", "")
    assert traces.headers() == ()
    span = traces.call("/test.Chain/one", {}, "r")
    assert traces.headers() == ()
    span.end(failed=False)


@pytest.mark.parametrize("endpoint", ["jaeger:4317", "https://jaeger:4317", "http://"])
def test_the_gateway_refuses_an_endpoint_that_it_cannot_send_to(endpoint: str, tmp_path: Path) -> None:
    with pytest.raises(SettingInvalid, match="OTEL_EXPORTER_OTLP_ENDPOINT"):
        contained({"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint}, tmp_path)
