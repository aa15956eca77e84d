"""The real spotdl, searching a source on loopback, and what is made of what it finds."""

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from services.download.adapters.spotdl import SpotdlOptions, SpotdlProvider
from services.download.domain import DownloadSpec, Match, Song
from services.download.ports import Fetched, OnProgress, Progress
from services.mesh.audio.ffmpeg import ffmpeg_path
from services.mesh.errors import MeshError
from services.mesh.jobs.worker import WorkDied
from sfa.sandbox import catalogue
from sfa.sandbox.media import MediaSandbox
from sfa.sandbox.spotify import SpotifySandbox
from tests.download.far_end import canary

URI = "spotify:track:4uLU6hMCjMI75M1A2tKUQC"


@dataclass
class Found:
    """Stands for what fetches from where a song was found: its own tests are elsewhere."""

    uris: list[str] = field(default_factory=list)

    async def fetch(self, spec: DownloadSpec, folder: Path, on_progress: OnProgress) -> Fetched:
        self.uris.append(spec.uri)
        on_progress(Progress(stage="downloading", provider="page", received_bytes=1, total_bytes=2))
        return Fetched(path=folder / "page.webm", filename="Video.webm", provider="page", song=Song(title="Video (HD)"))

    async def close(self) -> None:
        pass


@dataclass
class Spotdl:
    provider: SpotdlProvider
    found: Found
    media: MediaSandbox
    address: str


@pytest.fixture(scope="module")
async def _shared(spotdl_python: Path) -> AsyncIterator[Spotdl]:
    media, found = MediaSandbox(), Found()
    async with SpotifySandbox().serving(0, media) as address:
        provider = _provider(spotdl_python, found, f"{address}/search")
        try:
            yield Spotdl(provider, found, media, address)
        finally:
            await provider.close()


@pytest.fixture
def spotdl(_shared: Spotdl) -> Spotdl:
    """One for all tests: it takes seconds to load."""
    _shared.found.uris.clear()
    _shared.media.searches.clear()
    return _shared


def _provider(python: Path, found: Found, source: str, *, seconds: float = 60.0) -> SpotdlProvider:
    options = SpotdlOptions(
        python=python,
        sources=(source,),
        cookies=None,
        proxy="",
        ipv4=False,
        ffmpeg=ffmpeg_path(),
        max_seconds=3600,
        max_bytes=10**8,
        search_seconds=seconds,
    )
    allowed = source.removeprefix("http://").partition("/")[0]
    return SpotdlProvider(enabled=True, options=options, found=found, allowed_hosts=frozenset({allowed}))


def _spec(number: int, **other: object) -> DownloadSpec:
    track = catalogue.TRACKS[number]
    known = {
        "title": track["name"],
        "artist": track["artists"][0]["name"],
        "album": track["album"]["name"],
        "duration_seconds": track["duration_ms"] / 1000,
    }
    return DownloadSpec(link=track["uri"], uri=track["uri"], song=Song(**{**known, **other}))


async def test_a_song_is_found_by_its_words_and_the_match_is_told(spotdl: Spotdl, tmp_path: Path) -> None:
    said: list[Progress] = []
    spec = _spec(7, duration_seconds=4.5)
    fetched = await spotdl.provider.fetch(spec, tmp_path, said.append)
    assert spotdl.found.uris == [f"{spotdl.address}/listen/7"]
    # The page's own words about a video do not win over Spotify's about the song.
    artist = catalogue.TRACKS[7]["artists"][0]["name"]
    assert (fetched.provider, fetched.filename, fetched.song) == (
        "spotdl",
        f"{artist} - {spec.song.title}.webm",
        Song(),
    )
    assert [one.stage for one in said] == ["searching", "searching", "downloading"]
    assert {one.provider for one in said} == {"spotdl"}
    match = said[1].match
    assert match is not None
    assert (match.title, match.author, match.duration_seconds) == (spec.song.title, artist, 3.007)
    assert (match.title_similarity, match.duration_difference_seconds) == (1.0, -1.493)
    assert 0.7 < match.score <= 1


async def test_a_song_is_found_by_the_code_of_its_recording(spotdl: Spotdl, tmp_path: Path) -> None:
    await spotdl.provider.fetch(_spec(7, isrc="QZSFA2600007"), tmp_path, _quiet)
    assert spotdl.media.searches == ["QZSFA2600007"]


async def test_a_song_that_nobody_plays_is_no_match(spotdl: Spotdl, tmp_path: Path) -> None:
    with pytest.raises(MeshError) as caught:
        await spotdl.provider.fetch(_spec(catalogue.SILENT), tmp_path, _quiet)
    assert caught.value.reason == "NO_MATCH"
    assert caught.value.metadata["title"] == catalogue.TRACKS[catalogue.SILENT]["name"]
    assert spotdl.found.uris == []


async def test_another_recording_is_no_match(spotdl: Spotdl, tmp_path: Path) -> None:
    """Same title and artist, but seventy seconds instead of three: a live version, or a mix."""
    with pytest.raises(MeshError) as caught:
        await spotdl.provider.fetch(_spec(7, duration_seconds=73.0), tmp_path, _quiet)
    assert caught.value.reason == "NO_MATCH"


async def test_searches_share_one_program_and_one_after_another(spotdl: Spotdl, tmp_path: Path) -> None:
    await spotdl.provider.close()
    before = _children()
    for number in range(3):
        await spotdl.provider.fetch(_spec(number), tmp_path, _quiet)
    assert len(_children() - before) == 1
    await asyncio.gather(*(spotdl.provider.fetch(_spec(number), tmp_path, _quiet) for number in range(2)))
    assert len(_children() - before) == 2
    await spotdl.provider.close()
    assert _children() <= before
    # Closed is not the end: another song starts it again.
    await spotdl.provider.fetch(_spec(4), tmp_path, _quiet)


async def test_a_song_that_is_too_long_is_not_even_looked_for(spotdl: Spotdl, tmp_path: Path) -> None:
    with pytest.raises(MeshError) as caught:
        await spotdl.provider.fetch(_spec(7, duration_seconds=3601.0), tmp_path, _quiet)
    assert caught.value.reason == "TOO_LONG"
    assert spotdl.media.searches == []


async def test_a_source_that_fails_is_a_failure_of_the_provider(spotdl_python: Path, tmp_path: Path) -> None:
    async with SpotifySandbox().serving() as address:  # which has no search of songs
        provider = _provider(spotdl_python, Found(), f"{address}/nothing")
        with pytest.raises(MeshError) as caught:
            await provider.fetch(_spec(7), tmp_path, _quiet)
        await provider.close()
    assert caught.value.reason in {"PROVIDER_FAILED", "SOURCE_NOT_FOUND"}


async def test_a_search_reaches_no_private_address(spotdl_python: Path, tmp_path: Path) -> None:
    async with canary() as bird:
        provider = _provider(spotdl_python, Found(), f"http://127.0.0.1:{bird.port}/search")
        provider._allowed_hosts = frozenset()
        with pytest.raises(MeshError):
            await provider.fetch(_spec(7), tmp_path, _quiet)
        await provider.close()
        assert bird.connections == 0


async def test_a_search_may_not_take_for_ever_and_leaves_no_program(spotdl_python: Path, tmp_path: Path) -> None:
    before = _children()
    provider = _provider(spotdl_python, Found(), "http://127.0.0.1:1/search", seconds=0.2)
    with pytest.raises(MeshError) as caught:
        await provider.fetch(_spec(7), tmp_path, _quiet)
    assert caught.value.reason == "SOURCE_UNAVAILABLE"
    assert _children() <= before
    await provider.close()


async def test_a_killed_search_is_tried_again_by_the_job(spotdl: Spotdl, tmp_path: Path) -> None:
    await spotdl.provider.close()
    before = _children()
    running = asyncio.ensure_future(spotdl.provider.fetch(_spec(7), tmp_path, _quiet))
    async with asyncio.timeout(20):
        while not (started := _children() - before):
            await asyncio.sleep(0.02)
    os.kill(started.pop(), 9)
    with pytest.raises(WorkDied):
        await running


async def test_without_spotdl_it_says_how_to_get_it(tmp_path: Path) -> None:
    provider = _provider(tmp_path / "bin" / "python", Found(), "http://127.0.0.1:1/search")
    status = await provider.status()
    assert "sfa spotdl install" in status.unavailable_reason
    assert status.version == ""


def test_a_match_is_compared_with_what_was_wanted() -> None:
    song = Song(title="Amber River", duration_seconds=200)
    same = Match.of(song, uri="u", title="AMBER RIVER", author="a", seconds=203.5, score=0.9)
    assert (same.title_similarity, same.duration_difference_seconds) == (1.0, 3.5)
    other = Match.of(song, uri="u", title="Blue Train", author="a", seconds=None, score=0.5)
    assert other.title_similarity < 0.5
    assert other.duration_difference_seconds is None


def _quiet(_: Progress) -> None:
    pass


def _children() -> set[int]:
    """The processes that this one has started and that still run."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[1] == str(os.getpid()) and fields[0] != "Z":
            found.add(int(stat.parent.name))
    return found
