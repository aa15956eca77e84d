"""Files come in over REST as any HTTP client sends them, and go out with ranges; what is refused leaves nothing."""

import io
from collections.abc import Callable
from pathlib import Path

import aiohttp
import numpy as np
import pytest

from sfa import Mesh
from tests.library.sounds import encoded, tone, wav
from tests.stack.conftest import Stack, reason

pytestmark = pytest.mark.stack

UPLOAD = "/v1/tracks:upload"
NAN = np.full((44100, 2), np.nan, np.float32)

WORKING: dict[str, Callable[[], bytes]] = {
    "header says no data": lambda: wav(tone(), claimed_bytes=0),
    "one sample": lambda: wav(tone(1 / 44100)),
    "silence": lambda: wav(tone(level=0.0)),
    "mono": lambda: wav(tone(channels=1)),
    "5.1": lambda: wav(tone(channels=6)),
    "8 kHz": lambda: wav(tone(rate=8000), rate=8000),
    "192 kHz": lambda: wav(tone(rate=192_000), rate=192_000),
    "24 bit": lambda: wav(tone(), bits=24),
}

REFUSED: dict[str, tuple[str, Callable[[Path], bytes]]] = {
    "no bytes": ("AUDIO_EMPTY", lambda _: b""),
    "text": ("AUDIO_UNDECODABLE", lambda _: b"Not music, but words.\n" * 500),
    "cut mp3": ("AUDIO_TRUNCATED", lambda tmp: encoded(tmp, ".mp3", seconds=20.0)[:100_000]),
    "NaN": ("AUDIO_NOT_FINITE", lambda _: wav(NAN, bits=32)),
    "65 channels": ("AUDIO_LAYOUT_UNSUPPORTED", lambda _: wav(tone(0.1, channels=65))),
}


@pytest.mark.parametrize("make", WORKING.values(), ids=WORKING)
async def test_unusual_audio_comes_in(http: aiohttp.ClientSession, make: Callable[[], bytes]) -> None:
    data = make()
    async with http.post(UPLOAD, data=data) as reply:
        assert reply.status == 200
        track = (await reply.json())["track"]
    assert track["sizeBytes"] == str(len(data))
    assert track["title"] == "untitled"


@pytest.mark.parametrize(("expected", "make"), REFUSED.values(), ids=REFUSED)
async def test_bad_audio_is_refused_and_leaves_nothing(
    http: aiohttp.ClientSession, stack: Stack, tmp_path: Path, expected: str, make: Callable[[Path], bytes]
) -> None:
    before = stack.blobs()
    async with http.post(UPLOAD, params={"filename": "song.mp3"}, data=make(tmp_path)) as reply:
        assert reply.status == 400
        assert reason(await reply.json()) == expected
    assert stack.blobs() <= before


async def test_names_of_any_kind(http: aiohttp.ClientSession) -> None:
    data = wav(tone(0.1))
    for name in ("ü" * 125 + ".wav", "日本語 & 100% +1.wav"):
        async with http.post(UPLOAD, params={"filename": name}, data=data) as reply:
            assert (await reply.json())["track"]["filename"] == name
    async with http.post(UPLOAD, params={"filename": "x" * 256}, data=data) as reply:
        assert reply.status == 400
        assert reason(await reply.json()) == "INVALID_REQUEST"


async def test_a_large_file_comes_back_as_it_was(http: aiohttp.ClientSession, mesh: Mesh) -> None:
    data = wav(tone(120.0))  # 21 MB: many times what any buffer on the way holds
    async with http.post(UPLOAD, params={"filename": "large.wav"}, data=io.BytesIO(data)) as reply:
        track = (await reply.json())["track"]
    artifact = await mesh.library.get_artifact(track["originalArtifact"])
    async with http.get(artifact.media_uri) as reply:
        assert reply.headers["Content-Length"] == str(len(data))
        assert await reply.read() == data
    async with http.get(artifact.media_uri, headers={"Range": "bytes=10000000-"}) as reply:
        assert reply.status == 206
        assert await reply.read() == data[10_000_000:]
    async with http.head(artifact.media_uri) as reply:
        assert reply.status == 200
        assert reply.headers["ETag"] == f'"{track["sha256"]}"'
        assert reply.headers["Content-Length"] == str(len(data))


@pytest.mark.parametrize(
    ("path", "status", "expected"),
    [
        ("/v1/tracks?page_size=-1", 400, "INVALID_REQUEST"),
        ("/v1/tracks?page_token=x", 400, "PAGE_TOKEN_INVALID"),
        ("/v1/tracks/01900000-0000-7000-8000-000000000000", 404, "TRACK_NOT_FOUND"),
    ],
)
async def test_bad_questions(http: aiohttp.ClientSession, path: str, status: int, expected: str) -> None:
    async with http.get(path) as reply:
        assert reply.status == status
        assert reason(await reply.json()) == expected


async def test_tags_are_updated_over_rest(http: aiohttp.ClientSession) -> None:
    async with http.post(UPLOAD, params={"filename": "a.wav"}, data=wav(tone(0.1))) as reply:
        name = (await reply.json())["track"]["name"]
    changes = {"title": "New", "albumArtist": "Somebody"}
    async with http.patch(f"/v1/{name}?update_mask=album_artist", json=changes) as reply:
        track = (await reply.json())["track"]
        assert (track["title"], track["albumArtist"]) == ("a", "Somebody")
    async with http.delete(f"/v1/{name}") as reply:
        assert reply.status == 200
    async with http.get(f"/v1/{name}") as reply:
        assert reply.status == 404


async def test_the_api_describes_itself(http: aiohttp.ClientSession) -> None:
    async with http.get("/openapi.json") as reply:
        assert "/v1/tracks:upload" in (await reply.json())["paths"]
    async with http.get("/docs") as reply:
        assert reply.content_type == "text/html"
