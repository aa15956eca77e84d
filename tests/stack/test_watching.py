"""One separation, watched at the same time by every kind of client."""

import asyncio
import json
import sys
from collections.abc import Awaitable
from pathlib import Path

import pytest
from google.protobuf import json_format

from alchemy.processing.v1 import processing_service_pb2 as pb
from alchemy.processing.v1.processing_service_pb2_grpc import ProcessingServiceStub
from alchemy.processing.v1.separation_pb2 import Separation
from alchemy.type.v1.job_pb2 import JobState
from sfa import Mesh
from sfa.gateway import descriptor_file
from tests.clients import watch_command
from tests.stack.conftest import Stack

pytestmark = pytest.mark.stack

Snapshots = list[Separation]


async def lines_of(*command: str) -> list[str]:
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    output, _ = await asyncio.wait_for(process.communicate(), 120)
    assert process.returncode == 0, command
    return [line for line in output.decode().splitlines() if line.strip()]


def parsed(text: str) -> Separation:
    return json_format.Parse(text, Separation())


def unwrapped(text: str) -> Separation:
    return json_format.ParseDict(json.loads(text)["separation"], Separation())


async def by_grpcio(processing: ProcessingServiceStub, name: str) -> Snapshots:
    call = processing.WatchSeparation(pb.WatchSeparationRequest(name=name))
    return [reply.separation async for reply in call]


async def by_sdk(mesh: Mesh, name: str) -> Snapshots:
    return [Separation.FromString(bytes(snapshot)) async for snapshot in mesh.processing.watch(name)]


async def by_browser_client(stack: Stack, name: str) -> Snapshots:
    return [parsed(line) for line in await lines_of(*watch_command(stack.url, name))]


async def by_curl_ndjson(stack: Stack, name: str) -> Snapshots:
    return [unwrapped(line) for line in await lines_of("curl", "-sSN", f"{stack.url}/v1/{name}:watch")]


async def by_curl_sse(stack: Stack, name: str) -> Snapshots:
    lines = await lines_of("curl", "-sSN", "-H", "Accept: text/event-stream", f"{stack.url}/v1/{name}:watch")
    assert all(line.startswith("data: ") for line in lines)
    return [unwrapped(line.removeprefix("data: ")) for line in lines]


async def by_buf_curl(stack: Stack, name: str) -> Snapshots:
    output = "\n".join(
        await lines_of(
            *(
                str(Path(sys.executable).parent / "buf"),
                "curl",
                "--protocol",
                "grpc",
                "--http2-prior-knowledge",
                "--schema",
                str(descriptor_file()),
            ),
            *("--data", json.dumps({"name": name})),
            f"{stack.url}/alchemy.processing.v1.ProcessingService/WatchSeparation",
        )
    )
    decoder, position, snapshots = json.JSONDecoder(), 0, []
    while position < len(output):
        value, position = decoder.raw_decode(output, position)
        snapshots.append(json_format.ParseDict(value["separation"], Separation()))
        while position < len(output) and output[position].isspace():
            position += 1
    return snapshots


async def test_six_kinds_of_client_see_the_same_job(
    stack: Stack, mesh: Mesh, processing: ProcessingServiceStub, longer_song: Path
) -> None:
    track = await mesh.library.upload(longer_song)
    job = await mesh.processing.separate(track.name)
    name = job.name
    watches: dict[str, Awaitable[Snapshots]] = {
        "grpcio": by_grpcio(processing, name),
        "betterproto2 SDK": by_sdk(mesh, name),
        "connect-es": by_browser_client(stack, name),
        "curl NDJSON": by_curl_ndjson(stack, name),
        "curl SSE": by_curl_sse(stack, name),
        "buf curl": by_buf_curl(stack, name),
    }
    async with asyncio.timeout(120):
        seen = dict(zip(watches, await asyncio.gather(*watches.values()), strict=True))
    for client, snapshots in seen.items():
        fractions = [snapshot.progress.fraction for snapshot in snapshots]
        revisions = [snapshot.revision for snapshot in snapshots]
        assert len(snapshots) >= 3, client
        assert fractions == sorted(fractions), client
        assert revisions == sorted(revisions), client
        assert snapshots[0].state in {JobState.JOB_STATE_QUEUED, JobState.JOB_STATE_RUNNING}, client
        assert all(snapshot.state != JobState.JOB_STATE_SUCCEEDED for snapshot in snapshots[:-1]), client
        assert any(snapshot.progress.HasField("remaining") for snapshot in snapshots), client
    lasts = [snapshots[-1] for snapshots in seen.values()]
    assert all(last == lasts[0] for last in lasts)
    assert lasts[0].state == JobState.JOB_STATE_SUCCEEDED
    assert lasts[0].progress.fraction == 1
    assert [stem.stem for stem in lasts[0].stems] == ["vocals", "accompaniment"]
