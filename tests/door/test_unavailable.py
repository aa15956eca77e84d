"""What callers see while the services behind the gateway are down."""

import aiohttp
import grpc
import grpc.aio
import pytest

from alchemy.processing.v1 import processing_service_pb2 as processing
from alchemy.processing.v1.processing_service_pb2_grpc import ProcessingServiceStub
from tests.door.conftest import Door
from tests.door.test_rest import reason_of


async def test_rest_names_the_dependency(broken_door: Door, http: aiohttp.ClientSession) -> None:
    for path, service in {
        "/v1/models": "processing",
        "/v1/tracks/a": "library",
        "/v1/events:subscribe": "realtime",
        "/media/a/b.wav": "media",
    }.items():
        async with http.get(broken_door.url + path) as response:
            assert response.status == 503
            error = await response.json()
        assert reason_of(error) == "DEPENDENCY_UNAVAILABLE"
        assert error["details"][0]["metadata"] == {"dependency": service}


async def test_grpc_gets_its_own_kind_of_error(broken_door: Door) -> None:
    async with grpc.aio.insecure_channel(broken_door.address) as channel:
        watch = ProcessingServiceStub(channel).WatchSeparation(processing.WatchSeparationRequest(name="a"))
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            async for _ in watch:
                pass
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
    assert "{" not in (caught.value.details() or "")
