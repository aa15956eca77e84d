"""Native gRPC through the real Envoy: what is routed, retried and stripped."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import grpc
import grpc.aio
import pytest

from alchemy.library.v1 import library_service_pb2 as library
from alchemy.library.v1 import registry_service_pb2 as registry
from alchemy.library.v1.library_service_pb2_grpc import LibraryServiceStub
from alchemy.library.v1.registry_service_pb2_grpc import RegistryServiceStub
from alchemy.processing.v1 import processing_service_pb2 as processing
from alchemy.processing.v1.processing_service_pb2_grpc import ProcessingServiceStub
from tests.door.backend import FILE, FRACTIONS
from tests.door.conftest import Door


async def test_unary_and_streams_pass(channel: grpc.aio.Channel) -> None:
    track = (await LibraryServiceStub(channel).GetTrack(library.GetTrackRequest(name="tracks/a"))).track
    assert track.size_bytes == 2**53 + 1
    request = processing.WatchSeparationRequest(name="tracks/a/separations/b")
    watch = ProcessingServiceStub(channel).WatchSeparation(request)
    assert tuple([snapshot.separation.progress.fraction async for snapshot in watch]) == FRACTIONS
    download = LibraryServiceStub(channel).DownloadArtifact(library.DownloadArtifactRequest(name="a"))
    assert b"".join([piece.data async for piece in download]) == FILE


async def test_an_upload_passes(channel: grpc.aio.Channel) -> None:
    async def pieces() -> AsyncIterator[library.UploadTrackRequest]:
        yield library.UploadTrackRequest(filename="song.mp3")
        for _ in range(40):
            yield library.UploadTrackRequest(data={"data": bytes(256 * 1024)})

    uploaded = await LibraryServiceStub(channel).UploadTrack(pieces())
    assert (uploaded.track.filename, uploaded.track.size_bytes) == ("song.mp3", 10 * 1024 * 1024)


async def test_a_cut_watch_ends_with_the_status_of_the_service(channel: grpc.aio.Channel) -> None:
    request = processing.WatchSeparationRequest(name="tracks/a/separations/cut")
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        async for _ in ProcessingServiceStub(channel).WatchSeparation(request):
            pass
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE


async def test_an_internal_service_is_not_reachable(channel: grpc.aio.Channel) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await RegistryServiceStub(channel).ResolveTrack(registry.ResolveTrackRequest(name="tracks/a"))
    assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED
    assert "{" not in (caught.value.details() or "")


async def test_a_client_cannot_say_who_it_is(door: Door, http: aiohttp.ClientSession) -> None:
    spoofed = {"x-alchemy-user": "mallory", "X-Alchemy-Role": "root", "x-envoy-retry-on": "5xx"}
    async with grpc.aio.insecure_channel(door.address) as channel:
        metadata = tuple((key.lower(), value) for key, value in spoofed.items())
        await LibraryServiceStub(channel).GetTrack(library.GetTrackRequest(name="tracks/a"), metadata=metadata)
    async with http.get(f"{door.url}/v1/tracks/a", headers=spoofed) as response:
        assert response.status == 200
    for seen in door.backend.metadata:
        assert seen["x-alchemy-user"] == "local"
        assert seen["x-alchemy-role"] == "admin"
        assert "x-envoy-retry-on" not in seen
    assert len(door.backend.metadata) == 2


async def test_reads_are_retried_and_writes_are_not(door: Door, channel: grpc.aio.Channel) -> None:
    stub = LibraryServiceStub(channel)
    await stub.GetTrack(library.GetTrackRequest(name="tracks/flaky"))
    assert door.backend.calls["GetTrack"] == 3
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await stub.DeleteTrack(library.DeleteTrackRequest(name="tracks/flaky"))
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
    assert door.backend.calls["DeleteTrack"] == 1


async def test_a_deadline_reaches_the_service_and_ends_the_call(door: Door, channel: grpc.aio.Channel) -> None:
    request = processing.WatchSeparationRequest(name="tracks/a/separations/endless")
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        async for _ in ProcessingServiceStub(channel).WatchSeparation(request, timeout=0.5):
            pass
    assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED


@pytest.mark.parametrize("protocol", ["grpc", "grpcweb"])
async def test_buf_curl_needs_no_schema(door: Door, protocol: str) -> None:
    method = "alchemy.processing.v1.ProcessingService/GetModel"
    options = ["--protocol", protocol, "--http2-prior-knowledge", "-d", '{"name": "models/m"}']
    command = [str(Path(sys.executable).with_name("buf")), "curl", *options, f"{door.url}/{method}"]
    process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    answer, faults = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, faults.decode()
    assert json.loads(answer)["model"]["name"] == "models/m"


async def test_every_request_leaves_a_line_of_json_without_secrets(
    door: Door, channel: grpc.aio.Channel, http: aiohttp.ClientSession
) -> None:
    async with http.get(f"{door.url}/media/id/logged.wav?signature=hush-hush") as response:
        await response.read()
    async with http.get(f"{door.url}/v1/tracks/logged") as response:
        await response.read()
    with pytest.raises(grpc.aio.AioRpcError):
        await LibraryServiceStub(channel).GetTrack(library.GetTrackRequest(name="tracks/missing"))
    await asyncio.sleep(0.3)  # the log is flushed every 50 ms
    text = door.log.read_text()
    assert "hush-hush" not in text
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    media, rest, rpc = lines[-3:]
    assert (media["path"], media["status"], media["upstream"]) == ("/media/id/logged.wav", 200, "media")
    assert (rest["path"], rest["rpc"]) == ("/v1/tracks/logged", rpc["rpc"])
    assert (rpc["rpc"], rpc["grpc_status"]) == ("/alchemy.library.v1.LibraryService/GetTrack", "NotFound")
    assert rpc["request_id"]


async def test_the_admin_page_shows_figures_and_obeys_nobody(door: Door, http: aiohttp.ClientSession) -> None:
    async with http.get(f"http://{door.admin}/stats/prometheus") as response:
        assert response.status == 200
    for method, path in (("GET", "config_dump"), ("POST", "quitquitquit")):
        async with http.request(method, f"http://{door.admin}/{path}") as response:
            assert response.status == 403
