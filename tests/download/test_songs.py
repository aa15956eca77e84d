"""What the download service learns about songs: from the real spotify service, with spotipy speaking to a stand-in."""

from collections.abc import AsyncIterator
from pathlib import Path

import grpc.aio
import pytest

from services.download.adapters.songs import GrpcSongs
from services.download.domain import Song
from services.mesh.drain import Drain
from services.mesh.errors import MeshError
from services.mesh.redis import Client
from services.mesh.testing import serve
from services.spotify.wiring import build
from sfa.sandbox import catalogue
from sfa.sandbox.spotify import SpotifySandbox
from tests.conftest import Valkey, free_port
from tests.spotify.conftest import settings


@pytest.fixture
async def songs(tmp_path: Path, valkey: Valkey, redis_client: Client) -> AsyncIterator[GrpcSongs]:
    drain = Drain()
    async with (
        SpotifySandbox().serving() as url,
        build(settings(url, valkey.url, tmp_path), drain) as bundle,
        serve(bundle, drain) as channel,
    ):
        yield GrpcSongs(channel)


async def test_a_song_is_known_well_enough_to_be_searched_for(songs: GrpcSongs) -> None:
    track = catalogue.TRACKS[24]
    song = await songs.song("ann", track["uri"])
    assert song == Song(
        title=track["name"],
        artist=track["artists"][0]["name"],
        artists=(track["artists"][0]["name"],),
        album=track["album"]["name"],
        release_date=track["album"]["release_date"],
        track_number=track["track_number"],
        isrc=track["external_ids"]["isrc"],
        duration_seconds=track["duration_ms"] / 1000,
        artwork_uri=track["album"]["images"][0]["url"],
    )
    assert song.can_be_searched


async def test_what_spotify_does_not_have_is_its_own_error(songs: GrpcSongs) -> None:
    with pytest.raises(MeshError) as caught:
        await songs.song("ann", "spotify:track:4uLU6hMCjMI75M1A2tKUQC")
    assert caught.value.reason == "SPOTIFY_NOT_FOUND"


async def test_a_link_is_resolved_to_a_track_or_refused(songs: GrpcSongs) -> None:
    track = catalogue.TRACKS[0]
    assert await songs.resolve("ann", track["uri"]) == track["external_urls"]["spotify"]
    with pytest.raises(MeshError) as caught:
        await songs.resolve("ann", catalogue.link("playlist", catalogue.ROAD))
    assert caught.value.reason == "LINK_UNSUPPORTED"


async def test_without_the_spotify_service_it_says_which_part_is_missing() -> None:
    async with grpc.aio.insecure_channel(f"127.0.0.1:{free_port()}") as channel:
        for call in (GrpcSongs(channel).song("ann", "spotify:track:x"), GrpcSongs(channel).resolve("ann", "x")):
            with pytest.raises(MeshError) as caught:
                await call
            assert (caught.value.reason, caught.value.metadata) == ("DEPENDENCY_UNAVAILABLE", {"dependency": "spotify"})
