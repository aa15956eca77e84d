"""The interceptor around every call, over a real server, for all four shapes of an RPC."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import grpc
import grpc.aio
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from services.mesh.calls import CallInterceptor
from services.mesh.errors import DOMAIN, InvalidRequest, QueueFull, TrackNotFound, Violation
from services.mesh.metrics import RPCS
from services.mesh.server import ServiceBundle
from services.mesh.testing import serve

SHAPES = ["unary_unary", "unary_stream", "stream_unary", "stream_stream"]
Behaviour = Callable[[], Awaitable[None]]


def bundle(before: Behaviour, after_first: Behaviour) -> ServiceBundle:
    """A service with one method per shape; each runs `before`, answers once, and streams run `after_first` then."""

    async def one(request: Any, context: Any) -> bytes:
        await before()
        return b"1"

    async def many(request: Any, context: Any) -> AsyncIterator[bytes]:
        await before()
        yield b"1"
        await after_first()
        yield b"2"

    handlers: dict[str, Any] = {
        "unary_unary": grpc.unary_unary_rpc_method_handler(one),
        "unary_stream": grpc.unary_stream_rpc_method_handler(many),
        "stream_unary": grpc.stream_unary_rpc_method_handler(one),
        "stream_stream": grpc.stream_stream_rpc_method_handler(many),
    }
    handler = grpc.method_handlers_generic_handler("test.Shapes", handlers)
    return ServiceBundle(register=lambda server: server.add_generic_rpc_handlers((handler,)), names=["test.Shapes"])


async def call(channel: grpc.aio.Channel, shape: str) -> list[bytes]:
    method = getattr(channel, shape)(f"/test.Shapes/{shape}")
    request: Any = iter([b"a"]) if shape.startswith("stream") else b"a"
    if shape.endswith("unary"):
        return [await method(request)]
    return [message async for message in method(request)]


def raising(error: Exception) -> Behaviour:
    async def behave() -> None:
        raise error

    return behave


async def fine() -> None:
    pass


@pytest.mark.parametrize("shape", SHAPES)
async def test_a_good_call_passes_and_is_counted(shape: str) -> None:
    counter = RPCS.labels(f"/test.Shapes/{shape}", "OK")
    before = counter._value.get()
    async with serve(bundle(fine, fine)) as channel:
        assert (await call(channel, shape))[0] == b"1"
    assert counter._value.get() == before + 1


@pytest.mark.parametrize("shape", SHAPES)
async def test_a_mesh_error_becomes_a_rich_status(shape: str) -> None:
    async with serve(bundle(raising(TrackNotFound("tracks/1")), fine)) as channel:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await call(channel, shape)
    status = rpc_status.from_call(caught.value)
    assert caught.value.code() is grpc.StatusCode.NOT_FOUND
    assert status is not None
    info = error_details_pb2.ErrorInfo()
    assert status.details[0].Unpack(info)
    assert (info.domain, info.reason, dict(info.metadata)) == (DOMAIN, "TRACK_NOT_FOUND", {"name": "tracks/1"})


@pytest.mark.parametrize("shape", ["unary_stream", "stream_stream"])
async def test_an_error_after_the_first_message_is_handled_too(shape: str) -> None:
    async with serve(bundle(fine, raising(TrackNotFound("tracks/1")))) as channel:
        method = getattr(channel, shape)(f"/test.Shapes/{shape}")
        stream = method(iter([b"a"]) if shape.startswith("stream") else b"a")
        assert await anext(aiter(stream)) == b"1"
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await anext(aiter(stream))
    assert caught.value.code() is grpc.StatusCode.NOT_FOUND


@pytest.mark.parametrize("shape", SHAPES)
async def test_a_defect_tells_the_client_nothing_but_the_request_id(shape: str) -> None:
    async with serve(bundle(raising(RuntimeError("password=hunter2")), fine)) as channel:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await call(channel, shape)
    assert caught.value.code() is grpc.StatusCode.INTERNAL
    assert "hunter2" not in (caught.value.details() or "")
    assert "request id" in (caught.value.details() or "")


async def test_violations_and_retry_delay_travel_as_details() -> None:
    async with serve(bundle(raising(InvalidRequest([Violation("page_size", "too big")])), fine)) as channel:
        with pytest.raises(grpc.aio.AioRpcError) as invalid:
            await call(channel, "unary_unary")
    async with serve(bundle(raising(QueueFull(limit=3, retry_after=2.5)), fine)) as channel:
        with pytest.raises(grpc.aio.AioRpcError) as full:
            await call(channel, "unary_unary")
    bad, retry = error_details_pb2.BadRequest(), error_details_pb2.RetryInfo()
    invalid_status, full_status = rpc_status.from_call(invalid.value), rpc_status.from_call(full.value)
    assert invalid_status is not None
    assert full_status is not None
    assert any(detail.Unpack(bad) for detail in invalid_status.details)
    assert any(detail.Unpack(retry) for detail in full_status.details)
    assert bad.field_violations[0].field == "page_size"
    assert retry.retry_delay.ToMilliseconds() == 2500


async def test_a_client_that_leaves_cancels_the_handler() -> None:
    started, ended = asyncio.Event(), asyncio.Event()

    async def wait() -> None:
        started.set()
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    async with serve(bundle(wait, fine)) as channel:
        running = asyncio.ensure_future(call(channel, "unary_stream"))
        await started.wait()
        running.cancel()
        async with asyncio.timeout(5):
            await ended.wait()


def test_the_interceptor_leaves_unknown_methods_to_the_server() -> None:
    async def nothing(_: Any) -> None:
        return None

    details: Any = type("Details", (), {"method": "/x/Y"})()
    assert asyncio.run(CallInterceptor().intercept_service(nothing, details)) is None
