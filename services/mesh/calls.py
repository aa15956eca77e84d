"""What surrounds every call: request id, log line, metrics, and errors turned into a gRPC status.

One interceptor does it for all four shapes of an RPC, and it surrounds the iteration of streams too, so that an error after
the first message is handled like one before it. It is the only place that aborts.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypeAlias

import grpc
import grpc.aio
import structlog

from services.mesh import access, traces
from services.mesh.errors import Internal, MeshError
from services.mesh.ids import new_id
from services.mesh.logs import logger
from services.mesh.metrics import RPC_SECONDS, RPCS, RPCS_ACTIVE

log = logger(__name__)

REQUEST_ID_HEADER = "x-request-id"
STATUS_DETAILS = "grpc-status-details-bin"

# Probes and tools call these all the time.
_QUIET = ("/grpc.health.", "/grpc.reflection.")

_OUR_FAULT = frozenset({grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN, grpc.StatusCode.DATA_LOSS})

# Generic for type checkers only.
Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"
Found: TypeAlias = "grpc.RpcMethodHandler[Any, Any] | None"
Context = grpc.aio.ServicerContext[Any, Any]


class CallInterceptor(grpc.aio.ServerInterceptor):
    """Surrounds every call of a server."""

    def __init__(self, key: bytes | None = None) -> None:
        """Makes an interceptor; with a key, one that refuses calls without it."""
        self._key = key

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Found]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Found:
        """Wraps the handler that the server found for a call."""
        handler = await continuation(handler_call_details)
        method = handler_call_details.method
        # None where the method does not exist: the server answers UNIMPLEMENTED by itself.
        if handler is None or method.startswith(_QUIET):
            return handler
        return _surrounded(handler, lambda context: _call(method, context, self._key))


@asynccontextmanager
async def _call(method: str, context: Context, key: bytes | None) -> AsyncIterator[None]:
    request_id = _request_id(context)
    structlog.contextvars.bind_contextvars(request_id=request_id)
    active = RPCS_ACTIVE.labels(method)
    active.inc()
    started = time.perf_counter()
    code = grpc.StatusCode.OK
    metadata = dict(context.invocation_metadata() or ())
    span = traces.call(method, metadata, request_id)
    try:
        access.check(method, metadata, key)
        yield
    except MeshError as error:
        code = error.code
        await _abort(context, error)
    except asyncio.CancelledError:
        # The client left, or its deadline passed. Swallowing it would leak the call inside grpc.
        code = grpc.StatusCode.CANCELLED
        raise
    except Exception:
        code = grpc.StatusCode.INTERNAL
        log.exception("call failed", method=method)
        await _abort(context, Internal(request_id))
    finally:
        seconds = time.perf_counter() - started
        active.dec()
        RPCS.labels(method, code.name).inc()
        RPC_SECONDS.labels(method).observe(seconds)
        span.end(failed=code in _OUR_FAULT, attributes={"rpc.grpc.status_code": code.value[0]})
        log.info("call", method=method, code=code.name, seconds=round(seconds, 4))
        structlog.contextvars.unbind_contextvars("request_id")


async def _abort(context: Context, error: MeshError) -> None:
    details = (STATUS_DETAILS, error.to_status().SerializeToString())
    await context.abort(error.code, error.message, trailing_metadata=(details,))


def _request_id(context: Context) -> str:
    for key, value in context.invocation_metadata() or ():
        if key == REQUEST_ID_HEADER and isinstance(value, str):
            return value
    return new_id()


def _surrounded(handler: Handler, around: Callable[[Context], AbstractAsyncContextManager[None]]) -> Handler:
    """Returns a handler of the same shape whose behaviour, iteration included, runs inside `around`."""
    if handler.response_streaming:
        stream: Any = handler.stream_stream if handler.request_streaming else handler.unary_stream

        async def respond_many(request: Any, context: Context) -> AsyncIterator[Any]:  # noqa: ANN401 (any message)
            async with around(context):
                async for response in stream(request, context):
                    yield response

        make_many = (
            grpc.stream_stream_rpc_method_handler if handler.request_streaming else grpc.unary_stream_rpc_method_handler
        )
        return make_many(respond_many, handler.request_deserializer, handler.response_serializer)

    single: Any = handler.stream_unary if handler.request_streaming else handler.unary_unary

    async def respond_once(request: Any, context: Context) -> Any:  # noqa: ANN401 (any message)
        async with around(context):
            return await single(request, context)

    make_once = (
        grpc.stream_unary_rpc_method_handler if handler.request_streaming else grpc.unary_unary_rpc_method_handler
    )
    return make_once(respond_once, handler.request_deserializer, handler.response_serializer)
