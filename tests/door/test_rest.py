"""REST through the real Envoy: JSON in, JSON out, streams, errors, uploads."""

import asyncio
import hashlib
import io
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import aiohttp

from tests.door.backend import FILE, FRACTIONS
from tests.door.conftest import MAX_UPLOAD_BYTES, Door

SEPARATION = "tracks/a/separations/b"


async def test_json_carries_int64_as_text_and_shows_zero_values(door: Door, http: aiohttp.ClientSession) -> None:
    async with http.get(f"{door.url}/v1/tracks/a") as response:
        track = (await response.json())["track"]
        assert response.headers["x-request-id"]
    assert track["sizeBytes"] == str(2**53 + 1)
    assert track["title"] == ""


async def test_paths_query_and_body_reach_their_fields(door: Door, http: aiohttp.ClientSession) -> None:
    body = {"encoding": "AUDIO_ENCODING_FLAC_PCM24"}
    async with http.post(f"{door.url}/v1/tracks/a/separations?request_id=r1", json=body) as response:
        created = (await response.json())["separation"]
    assert created["name"] == "tracks/a/separations/r1"
    assert created["encoding"] == "AUDIO_ENCODING_FLAC_PCM24"
    async with http.patch(f"{door.url}/v1/tracks/a?updateMask=title,albumArtist", json={"title": "é"}) as response:
        assert (await response.json())["track"]["title"] == "é"
    async with http.post(f"{door.url}/v1/{SEPARATION}:cancel", json={}) as response:
        assert (await response.json())["separation"]["name"] == SEPARATION


async def test_a_page_larger_than_the_connection_buffer_arrives_whole(door: Door, http: aiohttp.ClientSession) -> None:
    async with http.get(f"{door.url}/v1/tracks?page_size=5000") as response:
        assert len((await response.json())["tracks"]) == 5000


async def test_streams_are_lines_of_json_and_arrive_as_they_are_sent(door: Door, http: aiohttp.ClientSession) -> None:
    arrivals, fractions = [], []
    async with http.get(f"{door.url}/v1/{SEPARATION}:watch") as response:
        assert response.content_type == "application/json"
        async for line in response.content:
            arrivals.append(time.monotonic())
            fractions.append(json.loads(line)["separation"]["progress"]["fraction"])
    assert tuple(fractions) == FRACTIONS
    assert arrivals[1] - arrivals[0] > 0.2


async def test_streams_are_server_sent_events_for_those_who_ask(door: Door, http: aiohttp.ClientSession) -> None:
    headers = {"Accept": "text/event-stream"}
    async with http.get(f"{door.url}/v1/{SEPARATION}:watch", headers=headers) as response:
        assert response.content_type == "text/event-stream"
        events = (await response.text()).strip().split("\n\n")
    snapshots = [json.loads(event.removeprefix("data: "))["separation"] for event in events]
    assert tuple(snapshot["progress"]["fraction"] for snapshot in snapshots) == FRACTIONS
    assert snapshots[-1]["state"] == "JOB_STATE_SUCCEEDED"


async def test_a_large_message_in_a_stream_arrives_whole(door: Door, http: aiohttp.ClientSession) -> None:
    async with http.get(f"{door.url}/v1/tracks/a/separations/large:watch") as response:
        lines = (await response.read()).splitlines()
    last = json.loads(lines[-1])
    assert len(last["separation"]["device"]) == 2_000_000


async def test_leaving_a_watch_ends_it_upstream(door: Door, http: aiohttp.ClientSession) -> None:
    async with http.get(f"{door.url}/v1/tracks/a/separations/endless:watch") as response:
        await response.content.readline()
        assert not door.backend.watches_ended.is_set()
    async with asyncio.timeout(5):
        await door.backend.watches_ended.wait()


async def test_errors_of_services_are_status_json(door: Door, http: aiohttp.ClientSession) -> None:
    for path in ("/v1/tracks/missing", "/v1/tracks/missing/separations/b:watch"):
        async with http.get(door.url + path) as response:
            assert response.status == 404
            assert reason_of(await response.json()) == "TRACK_NOT_FOUND"


async def test_errors_of_the_gateway_are_status_json(door: Door, http: aiohttp.ClientSession) -> None:
    cases = {
        ("GET", "/v1/nothing"): (404, 5),
        ("PUT", "/v1/tracks/a"): (404, 5),
        ("GET", "/nothing"): (404, 5),
        ("GET", "/v1/tracks?nothing=1"): (400, 3),
        ("GET", "/v1/tracks?page_size=many"): (400, 3),
        ("GET", "/v1/tracks/a%2Fb"): (400, 3),
    }
    for (method, path), (status, code) in cases.items():
        async with http.request(method, door.url + path) as response:
            assert response.status == status, path
            assert response.content_type == "application/json", path
            assert (await response.json())["code"] == code, path


async def test_malformed_json_is_a_typed_error(door: Door, http: aiohttp.ClientSession) -> None:
    async with http.post(f"{door.url}/v1/tracks/a/separations", data="{") as response:
        assert response.status == 400
        assert reason_of(await response.json()) == "INVALID_REQUEST"


async def test_upload_streams_a_file_as_curl_sends_it(door: Door, http: aiohttp.ClientSession) -> None:
    block = bytes(1024 * 1024 - 1) + b"x"
    digest = hashlib.sha256(block * 50).hexdigest()

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(50):
            yield block

    headers = {"Content-Type": "application/x-www-form-urlencoded"}  # what curl --data-binary says
    url = f"{door.url}/v1/tracks:upload?filename=My+S%C3%B6ng.mp3"
    async with http.post(url, data=pieces(), headers=headers) as response:
        assert response.status == 200, await response.text()
        track = (await response.json())["track"]
    assert (track["sizeBytes"], track["sha256"]) == (str(50 * 1024 * 1024), digest)
    assert track["filename"] == "My Söng.mp3"
    assert door.backend.largest_piece <= 1024 * 1024


async def test_an_oversized_upload_is_refused_with_its_reason(door: Door, http: aiohttp.ClientSession) -> None:
    size = MAX_UPLOAD_BYTES + MAX_UPLOAD_BYTES // 50

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(0, size, 1024 * 1024):
            yield bytes(1024 * 1024)

    reader, writer = await asyncio.open_connection(*door.address.split(":"))
    writer.write(f"POST /v1/tracks:upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: {size}\r\n\r\n".encode())
    announced = (await asyncio.wait_for(reader.read(4096), 5)).decode()
    writer.close()
    assert announced.startswith("HTTP/1.1 413")
    async with http.post(f"{door.url}/v1/tracks:upload", data=pieces()) as response:
        streamed = await response.text()
        assert response.status == 413
    for answer in (announced.split("\r\n\r\n")[1], streamed):
        error = json.loads(answer)
        assert reason_of(error) == "UPLOAD_TOO_LARGE"
        assert error["details"][0]["metadata"] == {"limit_bytes": str(MAX_UPLOAD_BYTES)}


async def test_a_json_body_of_more_than_4_mib_is_refused_as_such(door: Door, http: aiohttp.ClientSession) -> None:
    body = io.BytesIO(json.dumps({"title": "x" * 5_000_000}).encode())
    async with http.patch(f"{door.url}/v1/tracks/a", data=body) as response:
        assert response.status == 413
        assert reason_of(await response.json()) == "INVALID_REQUEST"


async def test_media_and_documents_pass_through(door: Door, http: aiohttp.ClientSession) -> None:
    media = f"{door.url}/media/a/My%20Song%20(vocals).wav?signature=s"
    async with http.get(media, headers={"Range": "bytes=0-9"}) as response:
        assert (response.status, await response.read()) == (206, FILE[:10])
        assert response.headers["Content-Range"].startswith("bytes 0-9/")
    async with http.head(media) as response:
        assert response.headers["Content-Length"] == str(len(FILE))
        assert response.headers["ETag"] == '"abc"'
    for path in ("/openapi.json", "/docs"):
        async with http.get(door.url + path) as response:
            assert await response.text() == path


def reason_of(error: dict[str, Any]) -> str:
    (info,) = (detail for detail in error["details"] if detail["@type"].endswith("/google.rpc.ErrorInfo"))
    assert info["domain"] == "sound-forge-alchemy"
    return str(info["reason"])
