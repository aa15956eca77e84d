"""What a web page meets: CORS, foreign origins, foreign names, gRPC-Web by hand."""

import aiohttp
import pytest

from alchemy.library.v1 import library_service_pb2 as library
from tests.door.conftest import Door

STUDIO = "http://localhost:8001"
FOREIGN = "https://evil.example"
GET_TRACK = "/alchemy.library.v1.LibraryService/GetTrack"


@pytest.mark.parametrize("path", [GET_TRACK, "/v1/tracks/a", "/media/a/b.wav"])
async def test_a_preflight_of_the_studio_is_allowed(door: Door, http: aiohttp.ClientSession, path: str) -> None:
    headers = {"Origin": STUDIO, "Access-Control-Request-Method": "POST"}
    async with http.options(door.url + path, headers=headers) as response:
        assert response.status == 200
        assert response.headers["Access-Control-Allow-Origin"] == STUDIO
        assert "x-grpc-web" in response.headers["Access-Control-Allow-Headers"]
    assert not door.backend.calls


@pytest.mark.parametrize("path", ["/v1/tracks/a", "/media/a/b.wav", "/v1/tracks/missing", "/v1/nothing"])
async def test_answers_can_be_read_by_the_studio(door: Door, http: aiohttp.ClientSession, path: str) -> None:
    async with http.get(door.url + path, headers={"Origin": STUDIO}) as response:
        assert response.headers["Access-Control-Allow-Origin"] == STUDIO


async def test_a_foreign_origin_is_refused(door: Door, http: aiohttp.ClientSession) -> None:
    preflight = {"Origin": FOREIGN, "Access-Control-Request-Method": "POST"}
    async with http.options(door.url + GET_TRACK, headers=preflight) as response:
        assert "Access-Control-Allow-Origin" not in response.headers
    async with http.post(f"{door.url}/v1/tracks:upload", data=b"x", headers={"Origin": FOREIGN}) as response:
        assert response.status == 403
        assert (await response.json())["code"] == 7
    assert not door.backend.calls


async def test_a_foreign_name_for_this_machine_is_refused(door: Door, http: aiohttp.ClientSession) -> None:
    async with http.get(f"{door.url}/v1/tracks/a", headers={"Host": "rebound.evil.example:3000"}) as response:
        assert response.status == 404
    assert not door.backend.calls


async def test_grpc_web_errors_can_be_read_by_scripts(door: Door, http: aiohttp.ClientSession) -> None:
    message = library.GetTrackRequest(name="tracks/missing").SerializeToString()
    frame = b"\0" + len(message).to_bytes(4, "big") + message
    headers = {"Origin": STUDIO, "Content-Type": "application/grpc-web+proto", "X-Grpc-Web": "1"}
    async with http.post(door.url + GET_TRACK, data=frame, headers=headers) as response:
        assert response.headers["Access-Control-Allow-Origin"] == STUDIO
        exposed = response.headers["Access-Control-Expose-Headers"]
        assert response.headers.get("grpc-status", "5") == "5"
    for name in ("grpc-status", "grpc-message", "grpc-status-details-bin", "content-range", "etag"):
        assert name in exposed
