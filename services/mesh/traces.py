"""Traces, for those who want them: a span per call and per attempt at a job, sent by OTLP over gRPC.

Off unless OTEL_EXPORTER_OTLP_ENDPOINT is set; nothing of OpenTelemetry is imported then. The SDK's own variables, such as
OTEL_TRACES_SAMPLER, work too. Like metrics, traces belong to the process: there is one tracer, and it is kept here.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from services.mesh.settings import CannotStart

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

_started: "list[TracerProvider]" = []
_TRACER: Final = "services.mesh"
# How long the last spans may take on their way when the process ends.
_FLUSH_MS: Final = 2_000


class TracesUnavailable(CannotStart):
    """Traces are asked for, and the package that sends them is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, and OpenTelemetry is not installed: "
            "pip install 'sound-forge-alchemy[otel]', or unset it."
        )


def start_traces(service: str, endpoint: str) -> None:
    """Begins to send the spans of this process; an empty endpoint = none are made.

    Args:
        service: the name that they carry.
        endpoint: where they go, such as http://localhost:4317; https is encrypted.

    Raises:
        TracesUnavailable: OpenTelemetry is not installed.
    """
    if not endpoint:
        return
    try:
        from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - opt-in
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    except ImportError:
        raise TracesUnavailable from None
    resource = Resource.create({"service.name": service, "service.namespace": "sound-forge-alchemy"})
    provider = TracerProvider(resource=resource)
    exporter = OTLPSpanExporter(endpoint=endpoint, insecure=not endpoint.startswith("https:"))
    provider.add_span_processor(BatchSpanProcessor(exporter))
    _started.append(provider)


def stop_traces() -> None:
    """Sends what is left."""
    while _started:
        provider = _started.pop()
        provider.force_flush(_FLUSH_MS)
        provider.shutdown()


def headers() -> tuple[tuple[str, str], ...]:
    """What tells the next service which span a call belongs to (W3C trace context)."""
    if not _started:
        return ()
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator  # noqa: PLC0415

    carrier: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(carrier)
    return tuple(carrier.items())


class Span:
    """What is said of a call or a job while it runs; says nothing where traces are off."""

    def __init__(self, span: Any = None) -> None:  # noqa: ANN401 (OpenTelemetry's, which may not be installed)
        self._span = span

    def end(self, *, failed: bool, attributes: Mapping[str, str | int] = MappingProxyType({})) -> None:
        """Ends the span.

        Args:
            failed: whether it was the server's fault.
            attributes: what else is known of it.
        """
        if self._span is None:
            return
        from opentelemetry.trace import Status, StatusCode  # noqa: PLC0415

        for name, value in attributes.items():
            self._span.set_attribute(name, value)
        if failed:
            self._span.set_status(Status(StatusCode.ERROR))
        self._span.end()


def call(method: str, metadata: Mapping[str, Any], request_id: str) -> Span:
    """Starts the span of a call that this process answers, under the one of its caller.

    It is current until its task ends: every call has a task of its own.
    """
    service, _, name = method.removeprefix("/").partition("/")
    attributes = {"rpc.system": "grpc", "rpc.service": service, "rpc.method": name, "request.id": request_id}
    return _current(method.removeprefix("/"), attributes, metadata, server=True)


@contextmanager
def job(queue: str, name: str) -> Iterator[None]:
    """Makes a span of an attempt at a job, current until its task ends."""
    span = _current(f"job {queue}", {"job.name": name, "job.queue": queue}, {}, server=False)
    failed = True
    try:
        yield
        failed = False
    finally:
        span.end(failed=failed)


def _current(name: str, attributes: Mapping[str, str], carrier: Mapping[str, Any], *, server: bool) -> Span:
    if not _started:
        return Span()
    from opentelemetry import context, trace  # noqa: PLC0415
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator  # noqa: PLC0415

    parent = TraceContextTextMapPropagator().extract(dict(carrier), context=context.Context())
    kind = trace.SpanKind.SERVER if server else trace.SpanKind.CONSUMER
    span = _started[-1].get_tracer(_TRACER).start_span(name, context=parent, kind=kind, attributes=dict(attributes))
    # Never detached: a stream that its client leaves is closed in another context, where it could not be.
    context.attach(trace.set_span_in_context(span, parent))
    return Span(span)
