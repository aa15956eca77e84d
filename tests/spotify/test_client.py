"""The SDK and the command line, against the real service and the stand-in."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from alchemy_sdk.alchemy.spotify import v1
from services.mesh.drain import Drain
from services.mesh.redis import Client
from services.mesh.server import serving
from services.spotify.wiring import build
from sfa import Mesh, connect, errors
from sfa.sandbox import catalogue
from sfa.sandbox.spotify import Fault, SpotifySandbox
from sfa.songs import songs_of
from tests.conftest import Valkey
from tests.spotify.conftest import settings

ROAD = catalogue.link("playlist", catalogue.ROAD)
ODDITIES = catalogue.link("playlist", catalogue.ODDITIES)


@pytest.fixture
async def sandbox() -> SpotifySandbox:
    return SpotifySandbox()


@pytest.fixture
async def target(
    redis_client: Client, valkey: Valkey, tmp_path: Path, sandbox: SpotifySandbox, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[str]:
    """Where the service listens, without the gateway, which would say who calls."""
    monkeypatch.setattr("services.spotify.rpc.owner", lambda _: "ann")
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(sandbox.serving())
        drain = Drain()
        bundle = await stack.enter_async_context(build(settings(url, valkey.url, tmp_path), drain))
        port = await stack.enter_async_context(serving(bundle, "127.0.0.1:0", drain, grace=0))
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
async def mesh(target: str) -> AsyncIterator[Mesh]:
    async with connect(target) as mesh:
        yield mesh


async def sfa(target: str, *words: str) -> tuple[int, str, str]:
    command = [sys.executable, "-m", "sfa", "--target", target, *words]
    pipe = asyncio.subprocess.PIPE
    paths = os.pathsep.join(path for path in sys.path if path)
    process = await asyncio.create_subprocess_exec(
        *command, stdout=pipe, stderr=pipe, env={**os.environ, "PYTHONPATH": paths}
    )
    out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


async def test_search_and_links(mesh: Mesh) -> None:
    (track, *_) = await mesh.spotify.search("amber river", limit=3)
    assert track.title == "Amber River"
    found = await mesh.spotify.resolve(track.page_uri)
    assert isinstance(found, v1.Track)
    assert found == await mesh.spotify.get_track(track.name)
    assert track.album is not None
    assert len(await mesh.spotify.album_tracks(track.album.name)) == 23
    with pytest.raises(errors.InvalidArgument) as caught:
        await mesh.spotify.resolve("https://evil.example/track/x")
    assert caught.value.reason == "LINK_INVALID"


async def test_a_playlist_that_is_cut_is_read_on_without_a_gap(mesh: Mesh, sandbox: SpotifySandbox) -> None:
    playlist = await mesh.spotify.resolve(ROAD)
    # The third page fails as often as the service tries, so the stream ends in its middle.
    sandbox.faults.extend([Fault(), Fault(), *[Fault(status=502)] * 3])
    positions = [item.position async for item in mesh.spotify.playlist_items(playlist.name)]
    assert positions == list(range(230))


async def test_every_kind_of_link_becomes_songs(mesh: Mesh) -> None:
    track, album = catalogue.TRACKS[24], catalogue.ALBUMS[1]
    for link in (track["external_urls"]["spotify"], track["uri"], track["id"]):
        (song,) = [one async for one in songs_of(mesh.spotify, link)]
        assert song.label == f"{track['artists'][0]['name']} - {track['name']}"
        assert song.download is not None
        assert song.download.link == track["uri"]
        known = song.download.song
        assert known is not None
        assert (known.title, known.artists) == (track["name"], [track["artists"][0]["name"]])
        assert (known.isrc, known.track_number) == (track["external_ids"]["isrc"], track["track_number"])
        assert known.artwork_uri == album["images"][0]["url"]
    of_album = [one async for one in songs_of(mesh.spotify, album["external_urls"]["spotify"])]
    assert [one.download.link for one in of_album if one.download] == [one["uri"] for one in catalogue.TRACKS[23:46]]
    # Tracks of an album come without it; it is known all the same.
    assert {one.download.song.album for one in of_album if one.download and one.download.song} == {album["name"]}


async def test_what_is_no_song_keeps_its_place_and_says_why(mesh: Mesh) -> None:
    songs = [one async for one in songs_of(mesh.spotify, ODDITIES)]
    assert [one.refused.reason if one.refused else "" for one in songs] == [
        *("", "UNAVAILABLE", "UNAVAILABLE", "LOCAL_FILE", "EPISODE", ""),
    ]
    assert [one.label for one in songs][1:5] == ["item 2", "item 3", "Demo Tape", "Episode One"]


async def test_what_is_not_spotifys_is_not_spotifys_to_read(mesh: Mesh, sandbox: SpotifySandbox) -> None:
    for link in ("https://example.org/song.flac", "http://[", "spotify.example.org/track/1", "nonsense"):
        (song,) = [one async for one in songs_of(mesh.spotify, link)]
        assert song.download is not None
        assert (song.label, song.download.link) == (link, link)
    assert sandbox.requests == []
    with pytest.raises(errors.InvalidArgument, match="is an artist"):
        [one async for one in songs_of(mesh.spotify, catalogue.link("artist", catalogue.ARTISTS[0]["name"]))]


async def test_a_pause_is_an_error_with_a_time(mesh: Mesh, sandbox: SpotifySandbox) -> None:
    sandbox.faults.append(Fault(status=429, retry_after=86_400))
    with pytest.raises(errors.ResourceExhausted) as caught:
        await mesh.spotify.search("amber")
    assert caught.value.retry_after == pytest.approx(86_400, abs=5)


async def test_sfa_search(target: str) -> None:
    status, out, _ = await sfa(target, "search", "amber", "river", "--limit", "2")
    assert status == 0
    assert "Amber River" in out
    status, out, _ = await sfa(target, "search", "amber river", "--limit", "2", "--json")
    first, *_ = lines(out)
    assert first["title"] == "Amber River"
    assert first["pageUri"].startswith("https://open.spotify.com/track/")


async def test_sfa_resolve(target: str) -> None:
    status, out, _ = await sfa(target, "resolve", ROAD, "--json")
    head, *items = lines(out)
    assert (status, head["title"], len(items)) == (0, catalogue.ROAD, 230)
    status, out, err = await sfa(target, "resolve", ODDITIES)
    assert status == 0
    assert "4. Demo Tape: local file" in err
    assert "Amber Bridge" in out
    status, out, err = await sfa(target, "resolve", "nonsense", "--json")
    assert (status, out) == (4, "")
    assert json.loads(err)["error"]["reason"] == "LINK_INVALID"
