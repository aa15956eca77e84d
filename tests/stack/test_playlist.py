"""A long playlist through the whole mesh: real Envoy, Valkey, spotipy, spotdl and yt-dlp; only the far ends are stand-ins."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from sfa import JobState, Mesh, connect
from sfa.sandbox import catalogue
from tests.stack.cli import Cli
from tests.stack.conftest import Stack, running

pytestmark = pytest.mark.stack

# On a machine that is busy with other work, two hundred songs take minutes.
_PATIENCE_SECONDS = 240.0
FAILING = {catalogue.SILENT: "NO_MATCH", catalogue.ADULT: "AGE_RESTRICTED", catalogue.REFUSED: "PROVIDER_BLOCKED"}


@pytest.fixture
async def sandboxed(tmp_path: Path, spotdl_python: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stack]:
    monkeypatch.setenv("SPOTDL_PYTHON", str(spotdl_python))
    async with running(tmp_path / "mesh", sandbox=True, log_level="warning") as stack:
        yield stack


async def _plays(stack: Stack) -> list[int]:
    """The number of every track whose sound the far end has sent."""
    address = f"http://127.0.0.1:{stack.supervisor.ports['sandbox']}/plays"
    async with aiohttp.ClientSession() as http, http.get(address) as response:
        plays: list[int] = (await response.json())["plays"]
    return plays


async def _killed_in_the_middle(stack: Stack, mesh: Mesh) -> None:
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while len(await _plays(stack)) < 40:
            await asyncio.sleep(0.1)
    old = stack.kill("download-worker", signal.SIGKILL)
    await stack.restarted("download-worker", old)


@pytest.mark.timeout(600)
async def test_a_playlist_becomes_tracks_and_twice_is_once(sandboxed: Stack) -> None:
    cli = Cli(target=sandboxed.url)
    link = catalogue.link("playlist", catalogue.ROAD)
    labels = [f"{track['artists'][0]['name']} - {track['name']}" for track in catalogue.TRACKS]
    async with connect(sandboxed.url) as mesh:
        killing = asyncio.ensure_future(_killed_in_the_middle(sandboxed, mesh))
        answer = await cli("import", "--json", link, status=1, seconds=_PATIENCE_SECONDS)
        await killing

        # Every track is listed, three of them with the reason why they are not there.
        ended = {one["link"]: one for one in answer.objects if one["event"] in {"imported", "failed"}}
        assert list(ended) == labels
        failed = {label: one["reason"] for label, one in ended.items() if one["event"] == "failed"}
        assert failed == {labels[number]: reason for number, reason in FAILING.items()}

        # The others are in the library, as Spotify describes them.
        tracks = {track.source.uri: track async for track in mesh.library.list_tracks() if track.source is not None}
        assert len(tracks) == catalogue.ROAD_TRACKS - len(FAILING)
        for number, known in enumerate(catalogue.TRACKS):
            if number in FAILING:
                continue
            track = tracks[known["uri"]]
            assert (track.title, track.artist) == (known["name"], known["artists"][0]["name"])
            assert (track.album, track.isrc) == (known["album"]["name"], known["external_ids"]["isrc"])
            assert track.track_number == known["track_number"]
            assert track.release_date == known["album"]["release_date"]
            assert track.artwork_artifact
            assert track.source is not None
            assert track.source.provider == "spotdl"
        downloads = [one for one in ended.values() if one["event"] == "imported"]
        match = downloads[0]["download"]["match"]
        assert (match["title"], match["titleSimilarity"], match["score"]) == (catalogue.TRACKS[0]["name"], 1, 1)
        # The death of the worker cost what it had in hand, and no more.
        sent = await _plays(sandboxed)
        assert set(sent) == set(range(catalogue.ROAD_TRACKS)) - set(FAILING)
        assert len(sent) <= len(set(sent)) + 3

        # Again: nothing is fetched twice.
        answer = await cli("import", "--json", link, status=1, seconds=_PATIENCE_SECONDS)
        again = [one["download"] for one in answer.objects if one["event"] == "imported"]
        assert len(again) == len(tracks)
        assert all(one["reused"] for one in again)
        assert await _plays(sandboxed) == sent
        assert len([track async for track in mesh.library.list_tracks()]) == len(tracks)


async def test_a_pasted_track_needs_no_more_than_its_link(sandboxed: Stack) -> None:
    """One call, over REST; what follows does so though processing is away when the song arrives."""
    track = catalogue.TRACKS[3]
    wish = {"link": track["external_urls"]["spotify"], "then": {"separate": {"wantedStems": ["vocals"]}, "analyze": {}}}
    sandboxed.kill("processing", signal.SIGSTOP)
    async with aiohttp.ClientSession(sandboxed.url) as http, http.post("/v1/downloads", json=wish) as response:
        created = (await response.json())["download"]
    async with connect(sandboxed.url) as mesh:
        async for download in mesh.downloads.watch(created["name"]):
            ended = download
        assert ended.state == JobState.SUCCEEDED, ended.error
        sandboxed.kill("processing", signal.SIGCONT)
        stored = await mesh.library.get_track(ended.track)
        assert (stored.title, stored.artist) == (track["name"], track["artists"][0]["name"])
        job = await mesh.processing.wait(await _followed_by(mesh, stored.name, "separate"))
        assert [stem.stem for stem in job.stems] == ["vocals"]
        analysis = await mesh.analysis.wait(await _followed_by(mesh, stored.name, "analyze"))
        assert (await mesh.analysis.results(analysis.name)).duration > 0

        # The other forms of the same link lead to the same track.
        for link in (track["uri"], track["id"], f"spotify/tracks/{track['id']}"):
            again = await mesh.downloads.create(link)
            async for download in mesh.downloads.watch(again.name):
                ended = download
            assert (ended.track, ended.reused) == (stored.name, True)
        assert await _plays(sandboxed) == [3]
        (spotdl,) = [one for one in await mesh.downloads.providers() if one.id == "spotdl"]
        assert spotdl.available
        assert spotdl.last_success_time is not None
        assert spotdl.version.startswith("spotdl ")


async def _followed_by(mesh: Mesh, name: str, action: str) -> str:
    """The job of a step that follows a track, once it is started."""
    async with asyncio.timeout(60):
        while True:
            for step in (await mesh.library.get_track(name)).steps:
                if step.action == action and step.job:
                    return step.job
            await asyncio.sleep(0.2)


async def test_an_account_is_connected_from_the_command_line(sandboxed: Stack) -> None:
    cli = Cli(target=sandboxed.url)
    assert (await cli("spotify", "status", "--json", status=1)).objects == [{"connected": False}]
    private = catalogue.link("playlist", "Private Stock")
    refused = await cli("import", "--json", private, status=1)
    assert [one["reason"] for one in refused.objects] == ["SPOTIFY_NOT_FOUND"]
    async with cli.started("spotify", "login", "--json") as process, aiohttp.ClientSession() as http:
        assert process.stdout is not None
        page = json.loads(await process.stdout.readline())["uri"]
        # Where a person would click; the stand-in agrees, and sends the browser back to the command.
        async with http.get(page) as response:
            assert response.url.path == "/callback"
        assert json.loads(await process.stdout.readline()) == {"event": "connected"}
        assert await process.wait() == 0
    assert (await cli("spotify", "status", "--json")).objects == [{"connected": True}]
    answer = await cli("import", "--json", private)
    assert len([one for one in answer.objects if one["event"] == "imported"]) == 3
    await cli("spotify", "logout")
    assert (await cli("spotify", "status", "--json", status=1)).objects == [{"connected": False}]
