"""Files over HTTP: whole, continued, refused."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.download.adapters.direct import DirectProvider, HttpCovers
from services.download.adapters.guarded import GuardedHttp
from services.download.domain import DownloadSpec
from services.download.ports import LooksLikePage, Progress
from services.mesh.errors import MeshError
from tests.download.far_end import FarEnd, far_end


@pytest.fixture
async def server() -> AsyncIterator[FarEnd]:
    async with far_end() as server:
        yield server


def _provider(server: FarEnd, *, max_bytes: int = 10**8, transfer: float = 30.0, stall: float = 1.0) -> DirectProvider:
    http = GuardedHttp(allowed_hosts=frozenset({server.host}), stall_seconds=stall)
    return DirectProvider(http, enabled=True, max_bytes=max_bytes, transfer_seconds=transfer, stall_seconds=stall)


def _spec(server: FarEnd, path: str) -> DownloadSpec:
    return DownloadSpec(link=server.url(path), uri=server.url(path))


async def test_a_file_arrives_as_it_is(server: FarEnd, tmp_path: Path) -> None:
    said: list[Progress] = []
    fetched = await _provider(server).fetch(_spec(server, "/song/Blue%20Train.wav?x=1"), tmp_path, said.append)
    assert fetched.path.read_bytes() == server.song
    assert (fetched.filename, fetched.provider) == ("Blue Train.wav", "direct")
    assert said[-1].received_bytes == said[-1].total_bytes == len(server.song)
    assert [one.received_bytes for one in said] == sorted(one.received_bytes for one in said)
    assert {one.stage for one in said} == {"downloading"}


async def test_the_name_that_the_server_gives_has_no_folders(server: FarEnd, tmp_path: Path) -> None:
    assert (await _provider(server).fetch(_spec(server, "/named/1"), tmp_path, _quiet)).filename == "My Song.wav"


async def test_redirects_are_followed(server: FarEnd, tmp_path: Path) -> None:
    fetched = await _provider(server).fetch(_spec(server, "/to/x?uri=/song/a.wav"), tmp_path, _quiet)
    assert fetched.path.read_bytes() == server.song


async def test_a_cut_transfer_is_continued_where_it_was(server: FarEnd, tmp_path: Path) -> None:
    server.cuts = 2
    fetched = await _provider(server).fetch(_spec(server, "/cut/a.wav"), tmp_path, _quiet)
    assert fetched.path.read_bytes() == server.song
    assert [wanted for _, wanted in server.gets] == ["", "bytes=100000-", "bytes=200000-"]


async def test_another_attempt_continues_what_a_killed_one_left(server: FarEnd, tmp_path: Path) -> None:
    attempt = asyncio.ensure_future(_provider(server, stall=20).fetch(_spec(server, "/gated/a.wav"), tmp_path, _quiet))
    half = len(server.song) // 2
    part = tmp_path / "direct.part"
    while not (part.exists() and part.stat().st_size > half - 20_000):
        await asyncio.sleep(0.02)
    attempt.cancel()
    await asyncio.wait({attempt})
    left = part.stat().st_size
    server.gate.set()
    fetched = await _provider(server).fetch(_spec(server, "/gated/a.wav"), tmp_path, _quiet)
    assert fetched.path.read_bytes() == server.song
    assert server.gets[-1] == ("/gated/a.wav", f"bytes={left}-")


async def test_a_file_that_changed_meanwhile_is_fetched_anew(server: FarEnd, tmp_path: Path) -> None:
    part = tmp_path / "direct.part"
    part.write_bytes(b"RIFF of another version")
    notes = {"uri": server.url("/song/a.wav"), "validator": '"v0"'}
    part.with_suffix(".json").write_text(json.dumps(notes))
    fetched = await _provider(server).fetch(_spec(server, "/song/a.wav"), tmp_path, _quiet)
    assert fetched.path.read_bytes() == server.song
    assert server.gets == [("/song/a.wav", "bytes=23-")]


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/text/a.mp3", "SOURCE_NOT_AUDIO"),
        ("/empty/a.mp3", "SOURCE_NOT_AUDIO"),
        ("/status/404", "SOURCE_NOT_FOUND"),
        ("/status/410", "SOURCE_NOT_FOUND"),
        ("/status/400", "SOURCE_NOT_FOUND"),
        ("/status/401", "PROVIDER_BLOCKED"),
        ("/status/403", "PROVIDER_BLOCKED"),
        ("/status/429", "PROVIDER_BLOCKED"),
        ("/status/451", "PROVIDER_BLOCKED"),
        ("/status/500", "SOURCE_UNAVAILABLE"),
        ("/status/503", "SOURCE_UNAVAILABLE"),
        ("/around", "SOURCE_UNAVAILABLE"),
        ("/silent", "SOURCE_UNAVAILABLE"),
        ("/drip", "SOURCE_UNAVAILABLE"),
        ("/endless/a.wav", "TOO_LARGE"),
    ],
)
async def test_what_cannot_be_fetched_says_why(server: FarEnd, tmp_path: Path, path: str, reason: str) -> None:
    provider = _provider(server, max_bytes=5_000_000, stall=0.3)
    async with asyncio.timeout(20):
        with pytest.raises(MeshError) as caught:
            await provider.fetch(_spec(server, path), tmp_path, _quiet)
    assert caught.value.reason == reason


async def test_a_size_that_is_told_is_refused_before_the_transfer(server: FarEnd, tmp_path: Path) -> None:
    with pytest.raises(MeshError) as caught:
        await _provider(server, max_bytes=1000).fetch(_spec(server, "/song/a.wav"), tmp_path, _quiet)
    assert caught.value.reason == "TOO_LARGE"
    assert not (tmp_path / "direct.part").exists()


async def test_a_transfer_may_not_take_for_ever(server: FarEnd, tmp_path: Path) -> None:
    with pytest.raises(MeshError) as caught:
        await _provider(server, transfer=0.5, stall=20).fetch(_spec(server, "/drip"), tmp_path, _quiet)
    assert caught.value.reason == "SOURCE_UNAVAILABLE"


async def test_a_page_is_left_to_the_provider_of_pages(server: FarEnd, tmp_path: Path) -> None:
    with pytest.raises(LooksLikePage):
        await _provider(server).fetch(_spec(server, "/page"), tmp_path, _quiet)


async def test_nobody_listens(server: FarEnd, tmp_path: Path, unused_port: int) -> None:
    http = GuardedHttp(allowed_hosts=frozenset({f"127.0.0.1:{unused_port}"}), stall_seconds=1)
    provider = DirectProvider(http, enabled=True, max_bytes=10, transfer_seconds=5, stall_seconds=1)
    uri = f"http://127.0.0.1:{unused_port}/a.mp3"
    with pytest.raises(MeshError) as caught:
        await provider.fetch(DownloadSpec(link=uri, uri=uri), tmp_path, _quiet)
    assert caught.value.reason == "SOURCE_UNAVAILABLE"


async def test_covers(server: FarEnd) -> None:
    covers = HttpCovers(GuardedHttp(allowed_hosts=frozenset({server.host}), stall_seconds=1))
    cover = await covers.cover(server.url("/cover/1"))
    assert cover is not None
    assert cover.media_type == "image/png"
    for path in ("/status/404", "/page", "/endless/1", "/silent"):
        assert await covers.cover(server.url(path)) is None
    assert await covers.cover("http://127.0.0.1:1/") is None


def _quiet(_: Progress) -> None:
    return
