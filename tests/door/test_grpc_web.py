"""gRPC-Web through the real Envoy, with the client that web pages use."""

import asyncio
import json
from typing import Any

from tests.clients import watch_command
from tests.door.backend import FRACTIONS
from tests.door.conftest import Door


async def watch(door: Door, separation: str) -> list[dict[str, Any]]:
    process = await asyncio.create_subprocess_exec(*watch_command(door.url, separation), stdout=asyncio.subprocess.PIPE)
    output, _ = await asyncio.wait_for(process.communicate(), 60)
    return [json.loads(line) for line in output.splitlines()]


async def test_snapshots_arrive_as_typed_messages(door: Door) -> None:
    snapshots = await watch(door, "tracks/a/separations/b")
    # This client's JSON leaves out zero values.
    assert tuple(snapshot["progress"].get("fraction", 0) for snapshot in snapshots) == FRACTIONS
    assert snapshots[-1]["state"] == "JOB_STATE_SUCCEEDED"


async def test_an_error_before_the_first_message_carries_its_reason(door: Door) -> None:
    (answer,) = await watch(door, "tracks/missing/separations/b")
    assert (answer["error"]["code"], answer["error"]["reason"]) == ("NotFound", "TRACK_NOT_FOUND")


async def test_an_error_in_mid_stream_carries_its_reason(door: Door) -> None:
    *snapshots, answer = await watch(door, "tracks/a/separations/cut")
    assert len(snapshots) == 1
    assert (answer["error"]["code"], answer["error"]["reason"]) == ("Unavailable", "SERVER_DRAINING")
