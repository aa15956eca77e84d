"""`sfa import` on a whole mesh of its own: songs from a stand-in for the internet, and what follows by itself."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from sfa import JobState, Mesh, connect
from tests.download.far_end import FarEnd, far_end
from tests.stack.cli import Cli
from tests.stack.conftest import EXAMPLE, Stack, running


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FarEnd]:
    async with far_end() as server:
        server.song = EXAMPLE.read_bytes()
        monkeypatch.setenv("DOWNLOAD_ALLOWED_HOSTS", server.host)
        yield server


@pytest.fixture
async def own(server: FarEnd, tmp_path: Path) -> AsyncIterator[Stack]:
    async with running(tmp_path / "mesh") as stack:
        yield stack


async def test_links_become_separated_tracks(own: Stack, server: FarEnd) -> None:
    cli = Cli(target=own.url)
    good = [server.url(f"/song/{n}.mp3") for n in range(3)]
    bad = [server.url("/status/404"), "http://169.254.169.254/latest", server.url("/text/a.mp3")]
    answer = await cli("import", "--json", *good, *bad, status=1)
    events = [json.loads(line) for line in answer.out.splitlines()]
    failed = {one["link"]: one["reason"] for one in events if one["event"] == "failed"}
    assert failed == dict(zip(bad, ["SOURCE_NOT_FOUND", "ADDRESS_FORBIDDEN", "SOURCE_NOT_AUDIO"], strict=True))
    imported = [one["download"] for one in events if one["event"] == "imported"]
    assert [one["link"] for one in imported] == good
    before = len(server.gets)

    # Again, and to be separated: nothing is fetched twice. Processing is away at that moment.
    own.kill("processing", signal.SIGSTOP)
    answer = await cli("import", "--json", "--separate", good[0])
    (again,) = [json.loads(line)["download"] for line in answer.out.splitlines() if '"imported"' in line]
    assert (again["reused"], again["track"], len(server.gets)) == (True, imported[0]["track"], before)
    own.kill("processing", signal.SIGCONT)
    async with connect(own.url) as mesh:
        assert (await mesh.processing.wait(await _job(mesh, again["track"]))).state == JobState.SUCCEEDED

        # The same wish with an upload, over REST.
        query = "filename=song.mp3&then.separate.model=models/spleeter-2stems&then.separate.wantedStems=vocals"
        async with (
            aiohttp.ClientSession(own.url) as http,
            http.post(f"/v1/tracks:upload?{query}", data=EXAMPLE.read_bytes()) as response,
        ):
            track = (await response.json())["track"]
        job = await mesh.processing.wait(await _job(mesh, track["name"]))
        assert [stem.stem for stem in job.stems] == ["vocals"]


async def _job(mesh: Mesh, name: str) -> str:
    async with asyncio.timeout(60):
        while True:
            (step,) = (await mesh.library.get_track(name)).steps
            if step.job:
                return step.job
            await asyncio.sleep(0.2)
