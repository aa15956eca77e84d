"""The real yt-dlp, its generic extractor, against a local page."""

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.download.adapters.egress import egress
from services.download.adapters.page import PageLimits, PageOptions, PageProvider
from services.download.adapters.said import error_for
from services.download.domain import DownloadSpec
from services.download.ports import Progress
from services.mesh.audio.ffmpeg import ffmpeg_path
from services.mesh.errors import MeshError
from tests.download.far_end import FarEnd, canary, far_end

pytest.importorskip("yt_dlp")


@pytest.fixture
async def server() -> AsyncIterator[FarEnd]:
    async with far_end() as server:
        yield server
        for provider in _MADE:
            await provider.close()
        _MADE.clear()


_MADE: list[PageProvider] = []


def _provider(
    server: FarEnd,
    *,
    max_bytes: int = 10**8,
    transfer: float = 60.0,
    cookies: Path | None = None,
    proxy: str = "",
    ipv4: bool = False,
    hosts: frozenset[str] = frozenset(),
) -> PageProvider:
    provider = PageProvider(
        enabled=True,
        limits=PageLimits(max_bytes=max_bytes, max_seconds=3600, transfer_seconds=transfer, stall_seconds=5),
        options=PageOptions(cookies=cookies, proxy=proxy, ipv4=ipv4, ffmpeg=ffmpeg_path()),
        allowed_hosts=hosts or frozenset({server.host}),
    )
    _MADE.append(provider)
    return provider


def _spec(uri: str) -> DownloadSpec:
    return DownloadSpec(link=uri, uri=uri)


async def test_the_song_of_a_page_arrives(server: FarEnd, tmp_path: Path) -> None:
    said: list[Progress] = []
    fetched = await _provider(server).fetch(_spec(server.url("/player/1")), tmp_path, said.append)
    assert fetched.path.read_bytes() == server.song
    assert (fetched.song.title, fetched.filename, fetched.provider) == ("Night Song", "Night Song.wav", "page")
    assert said[0].stage == "searching"
    assert max(one.received_bytes for one in said) == len(server.song)
    # It lived in the folder that it was given, and nowhere else.
    assert fetched.path.parent == tmp_path


async def test_a_page_that_plays_nothing_says_so(server: FarEnd, tmp_path: Path) -> None:
    with pytest.raises(MeshError) as caught:
        await _provider(server).fetch(_spec(server.url("/page/1")), tmp_path, _quiet)
    assert caught.value.reason == "LINK_UNSUPPORTED"


@pytest.mark.parametrize(("status", "reason"), [(404, "SOURCE_NOT_FOUND"), (403, "PROVIDER_BLOCKED")])
async def test_what_the_site_says_is_told(server: FarEnd, tmp_path: Path, status: int, reason: str) -> None:
    with pytest.raises(MeshError) as caught:
        await _provider(server).fetch(_spec(server.url(f"/status/{status}")), tmp_path, _quiet)
    assert caught.value.reason == reason


async def test_a_song_that_is_too_long_is_not_fetched(server: FarEnd, tmp_path: Path) -> None:
    with pytest.raises(MeshError) as caught:
        await _provider(server).fetch(_spec(server.url("/described/PT1H1S")), tmp_path, _quiet)
    assert caught.value.reason == "TOO_LONG"
    assert [path for path, _ in server.gets] == ["/described/PT1H1S"]
    fetched = await _provider(server).fetch(_spec(server.url("/described/PT2S")), tmp_path, _quiet)
    assert (fetched.song.title, fetched.song.duration_seconds) == ("Described Song", 2)


@pytest.mark.parametrize("source", ["/song/inside.wav", "/endless"])
async def test_a_song_that_is_too_large_is_stopped(server: FarEnd, tmp_path: Path, source: str) -> None:
    """Also one whose server does not say how large it is."""
    with pytest.raises(MeshError) as caught:
        await _provider(server, max_bytes=300_000).fetch(_spec(server.url(f"/player/1?src={source}")), tmp_path, _quiet)
    assert caught.value.reason == "TOO_LARGE"


@pytest.mark.parametrize("page", ["/adults/1", "/adults/members"])
async def test_what_is_for_adults_needs_the_cookies_of_one(server: FarEnd, tmp_path: Path, page: str) -> None:
    with pytest.raises(MeshError) as caught:
        await _provider(server).fetch(_spec(server.url(page)), tmp_path, _quiet)
    assert caught.value.reason in {"AGE_RESTRICTED", "PROVIDER_BLOCKED"}
    assert (caught.value.reason == "AGE_RESTRICTED") == (page == "/adults/1")
    cookies = tmp_path / "operators.txt"
    line = "127.0.0.1\tFALSE\t/\tFALSE\t0\tsession\tgrown-up"
    cookies.write_text(f"# Netscape HTTP Cookie File\n{line}\n")
    before = cookies.read_bytes()
    fetched = await _provider(server, cookies=cookies).fetch(_spec(server.url(page)), tmp_path, _quiet)
    assert fetched.path.read_bytes() == server.song
    # yt-dlp writes into its cookie file; that was a copy.
    assert cookies.read_bytes() == before


async def test_an_operators_proxy_carries_everything(server: FarEnd, tmp_path: Path) -> None:
    async with egress(frozenset({server.host})) as operators:
        fetched = await _provider(server, proxy=operators.url).fetch(
            _spec(server.url("/player/1")), tmp_path / "a", _quiet
        )
        assert fetched.path.read_bytes() == server.song
    with pytest.raises(MeshError) as caught:
        await _provider(server, proxy=operators.url).fetch(_spec(server.url("/player/1")), tmp_path / "b", _quiet)
    assert caught.value.reason == "SOURCE_UNAVAILABLE"  # it has gone, and there is no way around it


async def test_ipv4_alone_is_used_if_the_operator_says_so(server: FarEnd, tmp_path: Path) -> None:
    assert (await _provider(server, ipv4=True).fetch(_spec(server.url("/player/1")), tmp_path, _quiet)).path.exists()
    async with canary() as six:
        hosts = frozenset({f"::1:{six.port}"})
        link = _spec(f"http://[::1]:{six.port}/a")
        with pytest.raises(MeshError) as caught:
            await _provider(server, ipv4=True, hosts=hosts).fetch(link, tmp_path, _quiet)
        assert caught.value.reason == "SOURCE_UNAVAILABLE"
        assert six.connections == 0
        with pytest.raises(MeshError):  # it hangs up; but it was reached
            await _provider(server, hosts=hosts).fetch(link, tmp_path, _quiet)
        assert six.connections > 0


async def test_a_container_that_is_written_anew_is_told(server: FarEnd, tmp_path: Path) -> None:
    server.pieces = tmp_path
    (tmp_path / "song.wav").write_bytes(server.song)
    into = ["-c:a", "aac", "-f", "hls", "-hls_time", "1", "-hls_list_size", "0", str(tmp_path / "list.m3u8")]
    subprocess.run([ffmpeg_path(), "-v", "error", "-i", str(tmp_path / "song.wav"), *into], check=True)
    said: list[Progress] = []
    fetched = await _provider(server).fetch(_spec(server.url("/stream/list.m3u8")), tmp_path, said.append)
    stages = [one.stage for one in said]
    assert stages.index("searching") < stages.index("downloading") < stages.index("converting")
    assert b"ftyp" in fetched.path.read_bytes()[:16]
    said.clear()
    await _provider(server).fetch(_spec(server.url("/player/1")), tmp_path, said.append)
    assert "converting" not in {one.stage for one in said}


async def test_a_page_leads_to_no_private_address(server: FarEnd, tmp_path: Path) -> None:
    async with canary() as bird:
        for target in (f"http://127.0.0.1:{bird.port}/a.mp3", f"http://localhost:{bird.port}/a.mp3"):
            for link in (server.url(f"/player/1?src={target}"), server.url(f"/to/x?uri={target}")):
                with pytest.raises(MeshError) as caught:
                    await _provider(server).fetch(_spec(link), tmp_path, _quiet)
                assert caught.value.reason == "ADDRESS_FORBIDDEN"
        assert bird.connections == 0


async def test_a_cancelled_run_leaves_no_process(server: FarEnd, tmp_path: Path) -> None:
    running = asyncio.ensure_future(_provider(server).fetch(_spec(server.url("/silent")), tmp_path, _quiet))
    async with asyncio.timeout(20):
        while not server.gets:
            await asyncio.sleep(0.05)
    children = _children()
    assert children
    running.cancel()
    async with asyncio.timeout(2):
        await asyncio.wait({running})
    assert not children & _children()


async def test_a_run_may_not_take_for_ever(server: FarEnd, tmp_path: Path) -> None:
    with pytest.raises(MeshError) as caught:
        await _provider(server, transfer=3).fetch(_spec(server.url("/silent")), tmp_path, _quiet)
    assert caught.value.reason == "SOURCE_UNAVAILABLE"


async def test_a_proxy_for_pages_reaches_only_what_is_public(server: FarEnd) -> None:
    async with canary() as bird, egress(frozenset({server.host})) as proxy:
        port = int(proxy.url.rpartition(":")[2])
        heads = [
            f"CONNECT 127.0.0.1:{bird.port} HTTP/1.1\r\n\r\n",
            f"CONNECT [::1]:{bird.port} HTTP/1.1\r\n\r\n",
            f"CONNECT localhost:{bird.port} HTTP/1.1\r\n\r\n",
            f"CONNECT 2130706433:{bird.port} HTTP/1.1\r\n\r\n",
            f"GET http://0x7f.1:{bird.port}/ HTTP/1.1\r\n\r\n",
            f"GET http://[::ffff:127.0.0.1]:{bird.port}/ HTTP/1.1\r\n\r\n",
            "GET ftp://example.org/ HTTP/1.1\r\n\r\n",
            "nonsense\r\n\r\n",
        ]
        for head in heads:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(head.encode())
            assert (await reader.read()).split(b" ")[1] in {b"403", b"400"}, head
            writer.close()
        assert bird.connections == 0
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"GET {server.url('/song/a.wav')} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert (await reader.read()).endswith(server.song)
        writer.close()


SAID = [
    (
        "ERROR: [youtube] x: Sign in to confirm your age. This video may be inappropriate for some users.",
        "AGE_RESTRICTED",
    ),
    ("ERROR: [youtube] x: Sign in to confirm you're not a bot. Use --cookies-from-browser", "PROVIDER_BLOCKED"),
    ("ERROR: [youtube] x: Private video. Sign in if you've been granted access to this video", "PROVIDER_BLOCKED"),
    ("ERROR: [youtube] x: Video unavailable", "SOURCE_NOT_FOUND"),
    ("ERROR: [youtube] x: The uploader has not made this video available in your country", "PROVIDER_BLOCKED"),
    ("ERROR: [youtube] x: This video has been removed by the uploader", "SOURCE_NOT_FOUND"),
    ("ERROR: unable to download video data: HTTP Error 403: Forbidden", "PROVIDER_BLOCKED"),
    ("ERROR: [generic] Unable to download webpage: HTTP Error 429: Too Many Requests", "PROVIDER_BLOCKED"),
    ("ERROR: [generic] Unable to download webpage: HTTP Error 502: Bad Gateway", "SOURCE_UNAVAILABLE"),
    ("ERROR: Unsupported URL: https://example.org/", "LINK_UNSUPPORTED"),
    ("ERROR: [x] 1: Requested format is not available. Use --list-formats", "SOURCE_NOT_AUDIO"),
    ("refused: it is too long", "TOO_LONG"),
    ("refused: it is live", "SOURCE_NOT_AUDIO"),
    ("File is larger than max-filesize (2 bytes > 1 bytes). Aborting.", "TOO_LARGE"),
    ("ERROR: Something nobody has seen before", "PROVIDER_FAILED"),
    ("", "PROVIDER_FAILED"),
]


@pytest.mark.parametrize(("text", "reason"), SAID)
def test_texts_have_reasons(text: str, reason: str) -> None:
    assert error_for("page", "https://example.org/", text, max_seconds=1, max_bytes=1).reason == reason


def _children() -> set[str]:
    """Processes that this one started and that still run."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if (
            fields[1] == str(os.getpid())
            and fields[0] != "Z"
            and b"ytdlp_child" in (stat.parent / "cmdline").read_bytes()
        ):
            found.add(stat.parent.name)
    return found


def _quiet(_: Progress) -> None:
    return
