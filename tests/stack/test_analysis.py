"""Analysis through the gateway: REST, the SDK and the command line, after a separation, across restarts."""

import asyncio
import json
import signal
from pathlib import Path

import aiohttp
import pytest

from sfa import JobState, Mesh
from tests.analysis.songs import BPM, song
from tests.library.sounds import wav
from tests.stack.cli import Cli
from tests.stack.conftest import EXAMPLE, Stack, another

pytestmark = pytest.mark.stack

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def cli(stack: Stack) -> Cli:
    return Cli(target=stack.url)


async def test_separate_then_analyze_over_rest(
    http: aiohttp.ClientSession, mesh: Mesh, stack: Stack, cli: Cli, tmp_path: Path
) -> None:
    song_file = another(EXAMPLE, tmp_path)
    query = {"filename": "demo.mp3", "then.separate.model": "spleeter-2stems", "then.analyze.mix_only": "false"}
    async with http.post("/v1/tracks:upload", params=query, data=song_file.read_bytes()) as reply:
        assert reply.status == 200, await reply.text()
        track = (await reply.json())["track"]
    assert [step["action"] for step in track["steps"]] == ["separate", "analyze"]
    name = track["name"]
    old = stack.kill("library", signal.SIGKILL)
    await stack.restarted("library", old)
    async with asyncio.timeout(120):
        while not ((current := await mesh.library.get_track(name)).music and current.music.integrated_lufs is not None):
            await asyncio.sleep(0.5)
    analysis = await mesh.analysis.get(current.steps[1].job)
    assert analysis.state == JobState.SUCCEEDED
    assert analysis.stems == ["vocals"]
    assert analysis.start_time is not None
    (separation,) = [one async for one in mesh.processing.list(name)]
    assert separation.end_time is not None
    assert analysis.create_time is not None
    assert analysis.create_time >= separation.end_time
    async with http.get(f"/v1/{name}/analyses/current/results") as reply:
        results = (await reply.json())["results"]
    assert results["loudness"]["integratedLufs"] == pytest.approx(current.music.integrated_lufs)
    (stem,) = [one.name async for one in mesh.library.list_artifacts(name) if one.stem == "vocals"]
    alone = (await cli("analyze", stem, "--features", "loudness,melody", "--json")).objects[-1]["results"]
    assert alone["name"] != results["name"]
    assert alone["loudness"]["integratedLufs"] < results["loudness"]["integratedLufs"]
    unchanged = (await mesh.library.get_track(name)).music
    assert unchanged is not None
    assert unchanged.integrated_lufs == current.music.integrated_lufs
    params = {"kinds": "CURVE_KIND_MOMENTARY_LUFS", "max_steps": "20"}
    async with http.get(f"/v1/{name}/analyses/current/curves", params=params) as reply:
        (curve,) = (await reply.json())["curves"]
    assert 0 < len(curve["values"]) <= 20
    async with http.post(
        f"/v1/{name}/analyses:adjust", json={"bpm": 101.5, "key": {"tonic": 2, "mode": "MODE_MINOR"}}
    ) as reply:
        assert (await reply.json())["results"]["corrections"]["bpm"] == 101.5
    params = {"format": "EXPORT_FORMAT_PLOT_PNG"}
    async with http.get(f"/v1/{name}/analyses/current:export", params=params) as reply:
        assert reply.headers["Content-Type"] == "image/png"
        assert (await reply.read()).startswith(PNG)
    async with http.get("/v1/tracks", params={"filter": "key:Dm bpm:101.5"}) as reply:
        assert name in [one["name"] for one in (await reply.json())["tracks"]]


async def test_analyze_from_the_command_line(cli: Cli, tmp_path: Path) -> None:
    song_file = tmp_path / "click.wav"
    song_file.write_bytes(wav(song(20)))
    answer = await cli(
        "analyze", song_file, "--json", "--plot", tmp_path / "p.png", "--export", "csv,midi,json", tmp_path / "out"
    )
    done = answer.objects[-1]
    assert done["event"] == "done"
    rhythm = done["results"]["rhythm"]
    assert min(abs(tempo["bpm"] - BPM) for tempo in [rhythm["tempo"], *rhythm["alternatives"]]) < 1
    assert (tmp_path / "p.png").read_bytes().startswith(PNG)
    saved = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"click (beats).csv", "click (chords).mid", "click (analysis).json"} <= saved
    assert json.loads((tmp_path / "out" / "click (analysis).json").read_text())["results"]["duration"] == pytest.approx(
        20, abs=0.1
    )
    # Again: nothing is measured twice, and a person reads it too.
    again = await cli("analyze", done["track"])
    assert "tempo" in again.out
    assert "BPM" in again.out
