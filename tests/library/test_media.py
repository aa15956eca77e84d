"""Media over HTTP: signed addresses, ranges, entity tags, and what a browser needs."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit, urlunsplit

import aiohttp
import pytest

from alchemy.library.v1 import library_service_pb2 as pb
from services.mesh.audio.waveform import MEDIA_TYPE, read_waveform
from tests.conftest import Valkey
from tests.library.conftest import ANN, LibraryUnderTest, running_library, sqlite_url
from tests.library.sounds import tone, wav

SONG = wav(tone(5.0))
SIZE = len(SONG)


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """Of one kind: nothing here depends on the database."""
    return sqlite_url(tmp_path)


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    # Signatures are checked as sent: the client must not rewrite addresses.
    async with aiohttp.ClientSession(requote_redirect_url=False, auto_decompress=False) as session:
        yield session


@pytest.fixture
async def uri(library: LibraryUnderTest) -> str:
    track = await library.upload(SONG, 'Größe "1" 100%.wav')
    return (await library.artifact(track.original_artifact)).media_uri


async def test_get(http: aiohttp.ClientSession, uri: str) -> None:
    async with http.get(uri) as response:
        assert response.status == 200
        assert await response.read() == SONG
        headers = response.headers
    assert headers["Content-Length"] == str(SIZE)
    assert headers["Content-Type"] == "audio/wav"
    assert headers["Accept-Ranges"] == "bytes"
    assert headers["ETag"].startswith('"')
    assert len(headers["ETag"]) == 66
    assert headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert "Content-Range" in headers["Access-Control-Expose-Headers"]
    assert headers["Content-Disposition"] == (
        "inline; filename=\"Gr__e _1_ 100_.wav\"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%221%22%20100%25.wav"
    )


async def test_head(http: aiohttp.ClientSession, uri: str) -> None:
    async with http.head(uri) as head, http.get(uri) as get:
        assert head.status == 200
        assert await head.read() == b""
        for name in ("Content-Length", "Content-Type", "ETag", "Accept-Ranges"):
            assert head.headers[name] == get.headers[name]


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-", 0, SIZE - 1),
        ("bytes=0-0", 0, 0),
        ("bytes=100-199", 100, 199),
        (f"bytes={SIZE - 1}-", SIZE - 1, SIZE - 1),
        ("bytes=-1", SIZE - 1, SIZE - 1),
        ("bytes=-300000", SIZE - 300_000, SIZE - 1),
        (f"bytes=-{SIZE * 2}", 0, SIZE - 1),
        (f"bytes=10-{SIZE * 2}", 10, SIZE - 1),
        ("bytes=200000-700000", 200_000, 700_000),
    ],
)
async def test_ranges(http: aiohttp.ClientSession, uri: str, asked: str, first: int, last: int) -> None:
    async with http.get(uri, headers={"Range": asked}) as response:
        assert response.status == 206
        assert response.headers["Content-Range"] == f"bytes {first}-{last}/{SIZE}"
        assert response.headers["Content-Length"] == str(last - first + 1)
        assert await response.read() == SONG[first : last + 1]


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", f"bytes={SIZE}-{SIZE + 5}", "bytes=-0"])
async def test_ranges_beyond_the_end(http: aiohttp.ClientSession, uri: str, asked: str) -> None:
    async with http.get(uri, headers={"Range": asked}) as response:
        assert response.status == 416
        assert response.headers["Content-Range"] == f"bytes */{SIZE}"


@pytest.mark.parametrize(
    "asked", ["bytes=5-4", "bytes=-", "bytes=a-b", "items=0-1", "bytes=0-1,5-6", f"bytes={'9' * 5000}-"]
)
async def test_ranges_that_are_none_give_everything(http: aiohttp.ClientSession, uri: str, asked: str) -> None:
    async with http.get(uri, headers={"Range": asked}) as response:
        assert response.status == 200
        assert len(await response.read()) == SIZE


async def test_entity_tags(http: aiohttp.ClientSession, uri: str) -> None:
    async with http.head(uri) as response:
        etag = response.headers["ETag"]
    for known in (etag, f'"other", W/{etag}', "*"):
        async with http.get(uri, headers={"If-None-Match": known}) as response:
            assert response.status == 304
            assert response.headers["ETag"] == etag
            assert await response.read() == b""
    async with http.get(uri, headers={"If-None-Match": '"other"'}) as response:
        assert response.status == 200
    async with http.get(uri, headers={"Range": "bytes=0-9", "If-Range": etag}) as response:
        assert response.status == 206
    async with http.get(uri, headers={"Range": "bytes=0-9", "If-Range": '"other"'}) as response:
        assert response.status == 200


async def test_a_page_of_another_origin_may_read_ranges(http: aiohttp.ClientSession, uri: str) -> None:
    asked = {"Origin": "https://studio.example", "Access-Control-Request-Method": "GET"}
    async with http.options(uri, headers={**asked, "Access-Control-Request-Headers": "range"}) as response:
        assert response.status == 204
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert "Range" in response.headers["Access-Control-Allow-Headers"]


async def test_what_was_not_signed_is_refused(http: aiohttp.ClientSession, uri: str, library: LibraryUnderTest) -> None:
    parts = urlsplit(uri)
    query = {key: values[0] for key, values in parse_qs(parts.query).items()}
    other = await library.upload()
    artifact_id = other.original_artifact.rsplit("/", 1)[1]
    forged = [
        parts.query.replace(f"expires={query['expires']}", f"expires={int(query['expires']) + 1}"),
        parts.query.replace("owner=ann", "owner=mallory"),
        parts.query[:-1],
        parts.query + "A",
        parts.query.replace("expires=", "expires=٣"),
        parts.query.replace(query["expires"], "9" * 400),
        "",
    ]
    addresses = [urlunsplit(parts._replace(query=query)) for query in forged]
    addresses.append(urlunsplit(parts._replace(path=f"/media/{artifact_id}/song.wav")))
    for address in addresses:
        async with http.get(address) as response:
            assert response.status == 403, address
            assert (await response.json())["code"] == 7


async def test_an_address_expires(http: aiohttp.ClientSession, tmp_path: Path, valkey: Valkey) -> None:
    async with running_library(tmp_path, valkey.url, MEDIA_TTL_SECONDS="2") as library:
        track = await library.upload()
        artifact = await library.artifact(track.original_artifact)
        assert 0 <= artifact.media_expire_time.seconds - artifact.create_time.seconds <= 3
        async with http.get(artifact.media_uri) as response:
            assert response.status == 200
        await asyncio.sleep(artifact.media_expire_time.ToNanoseconds() / 1e9 - time.time() + 0.01)
        async with http.get(artifact.media_uri) as response:
            assert response.status == 403


async def test_addresses_survive_a_restart(http: aiohttp.ClientSession, tmp_path: Path, valkey: Valkey) -> None:
    async with running_library(tmp_path, valkey.url) as library:
        track = await library.upload()
        uri = (await library.artifact(track.original_artifact)).media_uri
    assert (tmp_path / "media.key").stat().st_mode & 0o777 == 0o600
    async with running_library(tmp_path, valkey.url) as library:
        moved = urlsplit(uri)._replace(netloc=urlsplit(library.http).netloc)
        async with http.get(urlunsplit(moved)) as response:
            assert response.status == 200
        assert await library.all_tracks() == [track]


async def test_what_is_gone(http: aiohttp.ClientSession, uri: str, library: LibraryUnderTest) -> None:
    [track] = await library.all_tracks()
    library.files()[0].unlink()
    async with http.get(uri) as response:
        assert response.status == 500
        assert (await response.json())["details"][0]["reason"] == "BLOB_MISSING"
    await library.tracks.DeleteTrack(pb.DeleteTrackRequest(name=track.name), metadata=ANN)
    async with http.get(uri) as response:
        assert response.status == 404


async def test_bytes_that_were_cut_end_in_an_error_not_in_silence(
    http: aiohttp.ClientSession, uri: str, library: LibraryUnderTest
) -> None:
    library.files()[0].write_bytes(SONG[:1000])
    with pytest.raises(aiohttp.ClientError):
        async with http.get(uri) as response:
            await response.read()


async def test_the_description_of_the_api(http: aiohttp.ClientSession, library: LibraryUnderTest) -> None:
    async with http.get(f"{library.http}/openapi.json") as response:
        assert response.content_type == "application/json"
        assert (await response.json())["openapi"].startswith("3.1")
    async with http.get(f"{library.http}/docs") as response:
        assert response.status == 200
        assert response.content_type == "text/html"
    async with http.get(f"{library.http}/healthz") as response:
        assert await response.json() == {"status": "serving"}
    async with http.get(f"{library.http}/") as response:
        assert response.status == 404


async def test_the_waveform_of_an_upload(http: aiohttp.ClientSession, library: LibraryUnderTest) -> None:
    track = await library.upload(SONG, "tone.wav")
    artifact = await library.artifact(track.original_artifact)
    async with http.get(artifact.waveform_uri) as response:
        assert response.status == 200
        assert response.headers["Content-Type"] == MEDIA_TYPE
        waveform = read_waveform(await response.read())
    assert waveform.frames == artifact.audio.sample_count
    low, high, rms = waveform.levels[0].values[10] / 32767
    assert (low, high, rms) == pytest.approx((-0.5, 0.5, 0.5 / 2**0.5), abs=0.01)
    async with http.get(artifact.waveform_uri, headers={"Range": "bytes=0-3"}) as response:
        assert (response.status, await response.read()) == (206, b"SFWF")
    forged = artifact.waveform_uri.replace(artifact.name.rsplit("/", 1)[1], track.name.split("/")[1])
    async with http.get(forged) as response:
        assert response.status == 403


async def test_a_waveform_goes_with_its_track(library: LibraryUnderTest) -> None:
    track = await library.upload(SONG, "tone.wav")
    (path,) = library.waveforms()
    os.utime(path, (0, time.time() - 7200))  # older than what garbage collection spares
    await library.tracks.DeleteTrack(pb.DeleteTrackRequest(name=track.name), metadata=ANN)
    assert not library.waveforms()
