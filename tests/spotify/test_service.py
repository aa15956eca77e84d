"""SpotifyService from the client's side: real server, real Valkey, real spotipy, stand-in Web API."""

import asyncio
import time
from pathlib import Path

import grpc
import pytest

from alchemy.spotify.v1 import spotify_service_pb2 as pb
from alchemy.spotify.v1.catalogue_pb2 import PlaylistItem
from services.mesh.redis import Client
from services.spotify.adapters.metrics import CACHE
from sfa.sandbox import catalogue
from sfa.sandbox.spotify import Fault, SpotifySandbox
from tests.conftest import Valkey
from tests.rpc.failing import failing
from tests.spotify.conftest import AS_ANN, Far, service, settings

TRACK = catalogue.TRACKS[0]
NAME = f"spotify/tracks/{TRACK['id']}"
NOBODY = f"spotify/tracks/{catalogue.identity('nobody')}"


async def search(far: Far, query: str, size: int = 0, token: str = "") -> pb.SearchTracksResponse:
    request = pb.SearchTracksRequest(query=query, page_size=size, page_token=token)
    response: pb.SearchTracksResponse = await far.stub.SearchTracks(request, metadata=AS_ANN)
    return response


def looked_up() -> dict[str, float]:
    """The cache's metrics: how often each result came."""
    return {result: CACHE.labels(result)._value.get() for result in ("hit", "absent", "shared", "miss")}


async def get(far: Far, name: str = NAME) -> pb.GetTrackResponse:
    response: pb.GetTrackResponse = await far.stub.GetTrack(pb.GetTrackRequest(name=name), metadata=AS_ANN)
    return response


async def read_playlist(far: Far, name: str) -> list[pb.GetPlaylistResponse]:
    playlist = next(one for one in catalogue.PLAYLISTS if one["name"] == name)
    request = pb.GetPlaylistRequest(name=f"spotify/playlists/{playlist['id']}")
    return [part async for part in far.stub.GetPlaylist(request, metadata=AS_ANN)]


async def test_a_track_with_its_artwork_and_isrc(far: Far) -> None:
    track = (await get(far)).track
    assert (track.name, track.title, track.isrc) == (NAME, TRACK["name"], "QZSFA2600000")
    assert track.duration.ToMilliseconds() == 3000
    assert track.album.artwork[0].width == 640
    assert track.page_uri == TRACK["external_urls"]["spotify"]
    assert not track.preview_uri


async def test_fields_that_spotify_withdrew_are_empty(far: Far) -> None:
    far.sandbox.reduced = True
    track = (await get(far)).track
    assert (track.title, track.isrc) == (TRACK["name"], "")


async def test_a_playlist_of_230_tracks_arrives_whole_and_page_by_page(far: Far) -> None:
    """Defect 1.3/9 of the original: one page of a playlist was read, and a null item ended the request."""
    parts = await read_playlist(far, catalogue.ROAD)
    assert parts[0].playlist.title == catalogue.ROAD
    assert parts[0].playlist.item_count == 230
    assert parts[0].playlist.description == "Made for trying things out & for tests."
    assert [len(part.items) for part in parts] == [0, 50, 50, 50, 50, 30, 0]
    assert [part.complete for part in parts] == [False] * 6 + [True]
    items = [item for part in parts for item in part.items]
    assert [item.position for item in items] == list(range(230))
    assert [item.track.title for item in items] == [track["name"] for track in catalogue.TRACKS]


async def test_what_is_no_track_keeps_its_place(far: Far) -> None:
    parts = await read_playlist(far, catalogue.ODDITIES)
    kinds = [PlaylistItem.Kind.Name(item.kind) for part in parts for item in part.items]
    assert kinds == [
        "KIND_TRACK",
        "KIND_UNAVAILABLE",
        "KIND_UNAVAILABLE",
        "KIND_LOCAL_FILE",
        "KIND_EPISODE",
        "KIND_TRACK",
    ]


async def test_an_album_comes_with_all_its_tracks(far: Far) -> None:
    album = catalogue.ALBUMS[3]
    request = pb.GetAlbumRequest(name=f"spotify/albums/{album['id']}")
    response = await far.stub.GetAlbum(request, metadata=AS_ANN)
    assert response.album.title == album["name"]
    assert [track.track_number for track in response.tracks] == list(range(1, 24))
    assert {track.album.title for track in response.tracks} == {album["name"]}


async def test_a_long_album_is_read_to_its_end(far: Far, monkeypatch: pytest.MonkeyPatch) -> None:
    """Defect 1.3/9 again, for albums."""
    monkeypatch.setattr("services.spotify.usecases._PAGE", 10)
    request = pb.GetAlbumRequest(name=f"spotify/albums/{catalogue.ALBUMS[0]['id']}")
    response = await far.stub.GetAlbum(request, metadata=AS_ANN)
    assert len(response.tracks) == 23


async def test_an_artist(far: Far) -> None:
    artist = catalogue.ARTISTS[1]
    response = await far.stub.GetArtist(pb.GetArtistRequest(name=f"spotify/artists/{artist['id']}"), metadata=AS_ANN)
    assert (response.artist.title, list(response.artist.genres)) == (artist["name"], ["sandbox rock"])


async def test_a_search_is_read_page_by_page_without_gaps(far: Far) -> None:
    titles, token = [], ""
    while True:
        response = await search(far, "river", 7, token)
        assert len(response.tracks) <= 7
        titles += [track.title for track in response.tracks]
        token = response.next_page_token
        if not token:
            break
    known = [(track["name"], track["artists"][0]["name"]) for track in catalogue.TRACKS]
    assert titles == [title for title, artist in known if "River" in title + artist]
    assert response.total_size == len(titles)
    assert all("limit=10" in request for request in far.sandbox.requests)


@pytest.mark.parametrize(
    ("query", "size", "field"), [("", 0, "query"), ("a" * 251, 0, "query"), ("a", 51, "page_size")]
)
async def test_a_search_out_of_bounds_is_refused(far: Far, query: str, size: int, field: str) -> None:
    with failing("INVALID_REQUEST") as failure:
        await search(far, query, size)
    assert failure.fields == [field]
    with failing("PAGE_TOKEN_INVALID"):
        await search(far, "a", token="AAAA")
    assert far.sandbox.requests == []


@pytest.mark.parametrize(
    ("kind", "name", "resource"),
    [
        ("track", TRACK["name"], "track"),
        ("album", catalogue.ALBUMS[0]["name"], "album"),
        ("artist", catalogue.ARTISTS[0]["name"], "artist"),
        ("playlist", catalogue.ROAD, "playlist"),
    ],
)
async def test_a_link_is_resolved(far: Far, kind: str, name: str, resource: str) -> None:
    request = pb.ResolveLinkRequest(link=catalogue.link(kind, name))
    response = await far.stub.ResolveLink(request, metadata=AS_ANN)
    assert response.WhichOneof("resource") == resource
    assert getattr(response, resource).title == name


async def test_a_link_to_elsewhere_costs_nothing(far: Far) -> None:
    with failing("LINK_INVALID") as failure:
        await far.stub.ResolveLink(pb.ResolveLinkRequest(link="https://127.0.0.1/track/x"), metadata=AS_ANN)
    assert failure.code is grpc.StatusCode.INVALID_ARGUMENT
    assert far.sandbox.requests == []


async def test_what_does_not_exist_is_remembered(far: Far) -> None:
    for _ in range(3):
        with failing("SPOTIFY_NOT_FOUND") as failure:
            await get(far, NOBODY)
    assert failure.metadata == {"name": NOBODY}
    assert len(far.sandbox.requests) == 1


@pytest.mark.parametrize(
    "name", ["", "spotify/tracks/", "spotify/tracks/../x", f"spotify/albums/{TRACK['id']}", "tracks/1"]
)
async def test_a_malformed_name_is_not_asked_for(far: Far, name: str) -> None:
    with failing("SPOTIFY_NOT_FOUND"):
        await get(far, name)
    assert far.sandbox.requests == []


async def test_a_thousand_equal_searches_make_one_upstream_call(far: Far) -> None:
    far.sandbox.seconds = 0.3
    before = looked_up()
    responses = await asyncio.gather(*(search(far, "amber river") for _ in range(1000)))
    assert len(far.sandbox.requests) == 1
    counted = {result: count - before[result] for result, count in looked_up().items()}
    assert (counted["miss"], sum(counted.values())) == (1, 1000)
    assert {response.SerializeToString() for response in responses} == {responses[0].SerializeToString()}
    assert responses[0].tracks


async def test_two_processes_share_one_upstream_call(far: Far, valkey: Valkey, tmp_path: Path) -> None:
    far.sandbox.seconds = 0.3
    async with far.sandbox.serving() as url, service(settings(url, valkey.url, tmp_path), far.sandbox) as other:
        await asyncio.gather(*(search(one, "amber river") for one in (far, other) for _ in range(20)))
    assert len(far.sandbox.requests) == 1


async def test_one_that_leaves_takes_nothing_away_from_the_others(far: Far) -> None:
    far.sandbox.seconds = 0.3
    first = asyncio.ensure_future(search(far, "amber river"))
    await asyncio.sleep(0.1)
    second = asyncio.ensure_future(search(far, "amber river"))
    await asyncio.sleep(0.05)
    first.cancel()
    assert (await second).tracks
    assert len(far.sandbox.requests) == 1


async def test_a_pause_is_told_to_everyone_at_once_from_then_on(far: Far, valkey: Valkey, tmp_path: Path) -> None:
    """Defect 1.5 of the original: the client slept for the 86,400 seconds that Spotify asked for, in the request."""
    await search(far, "amber")
    far.sandbox.faults.append(Fault(status=429, retry_after=86_400))
    started = time.perf_counter()
    with failing("SPOTIFY_RATE_LIMITED") as failure:
        await get(far)
    assert time.perf_counter() - started < 2
    assert failure.code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert failure.retry_seconds == 86_400
    asked = len(far.sandbox.requests)
    async with far.sandbox.serving() as url, service(settings(url, valkey.url, tmp_path), far.sandbox) as other:
        # Connected before the clock runs.
        with failing("SPOTIFY_NOT_FOUND"):
            await get(other, "x")
        for one in (far, other):
            took = []
            for number in range(5):
                started = time.perf_counter()
                with failing("SPOTIFY_RATE_LIMITED") as failure:
                    await search(one, f"violet {number}")
                took.append(time.perf_counter() - started)
                assert 86_300 < (failure.retry_seconds or 0) <= 86_400
            assert sorted(took)[2] < 0.05
        assert (await search(other, "amber")).tracks
    assert len(far.sandbox.requests) == asked


async def test_a_short_pause_ends(far: Far) -> None:
    far.sandbox.faults.append(Fault(status=429, retry_after=1))
    with failing("SPOTIFY_RATE_LIMITED"):
        await get(far)
    await asyncio.sleep(1.1)
    assert (await get(far)).track.title


async def test_a_server_error_is_asked_again(far: Far) -> None:
    far.sandbox.faults.extend([Fault(status=502), Fault(status=503, body="<html>")])
    assert (await get(far)).track.title
    assert len(far.sandbox.requests) == 3


@pytest.mark.parametrize(
    "fault", [Fault(status=500), Fault(status=503, body="[]"), Fault(status=502, body='{"error": "text"}')], ids=str
)
async def test_an_outage_is_said_and_not_remembered(far: Far, fault: Fault) -> None:
    far.sandbox.faults.extend([fault] * 3)
    with failing("DEPENDENCY_UNAVAILABLE") as failure:
        await get(far)
    assert failure.metadata == {"dependency": "Spotify"}
    assert (await get(far)).track.title


async def test_a_slow_answer_is_given_up(far: Far) -> None:
    far.sandbox.faults.append(Fault(seconds=3))
    started = time.perf_counter()
    with failing("DEPENDENCY_UNAVAILABLE"):
        await get(far)
    assert time.perf_counter() - started < 2


async def test_after_five_failures_nobody_waits_any_more(far: Far) -> None:
    far.sandbox.faults.extend([Fault(status=500)] * 100)
    for number in range(2):
        with failing("DEPENDENCY_UNAVAILABLE"):
            await search(far, f"violet {number}")
    asked = len(far.sandbox.requests)
    assert asked == 5
    started = time.perf_counter()
    with failing("DEPENDENCY_UNAVAILABLE") as failure:
        await search(far, "golden")
    assert time.perf_counter() - started < 0.2
    assert 0 < (failure.retry_seconds or 0) <= 10
    assert len(far.sandbox.requests) == asked


async def test_an_expired_token_is_renewed(far: Far) -> None:
    await get(far)
    far.sandbox.tokens.clear()
    assert (await search(far, "amber")).tracks
    assert far.sandbox.token_requests == 2


async def test_a_token_is_asked_for_once(far: Far) -> None:
    await asyncio.gather(*(search(far, word) for word in ("amber", "blue", "golden", "green", "white", "violet")))
    assert far.sandbox.token_requests == 1


async def test_a_refusal_names_spotifys_words(far: Far) -> None:
    far.sandbox.faults.append(
        Fault(status=403, body='{"error": {"status": 403, "message": "Active premium subscription required"}}')
    )
    with failing("SPOTIFY_FORBIDDEN") as failure:
        await get(far)
    assert failure.code is grpc.StatusCode.PERMISSION_DENIED
    assert failure.metadata == {"name": NAME, "detail": "Active premium subscription required"}


async def test_wrong_credentials_are_told_apart(redis_client: Client, valkey: Valkey, tmp_path: Path) -> None:
    sandbox = SpotifySandbox()
    async with sandbox.serving() as url:
        values = settings(url, valkey.url, tmp_path, SPOTIFY_CLIENT_SECRET="wrong")
        async with service(values, sandbox) as far:
            with failing("SPOTIFY_CREDENTIALS_REJECTED") as failure:
                await get(far)
    assert failure.code is grpc.StatusCode.FAILED_PRECONDITION


async def test_without_credentials_the_service_says_where_to_get_them(valkey: Valkey, tmp_path: Path) -> None:
    values = settings("http://127.0.0.1:1", valkey.url, tmp_path, SPOTIFY_CLIENT_ID="", SPOTIFY_CLIENT_SECRET="")
    async with service(values, SpotifySandbox()) as far:
        with failing("SPOTIFY_NOT_CONFIGURED") as failure:
            await get(far)
        assert failure.code is grpc.StatusCode.FAILED_PRECONDITION
        assert failure.metadata["help"] == "https://developer.spotify.com/dashboard"
        assert failure.metadata["variables"] == "SPOTIFY_CLIENT_ID,SPOTIFY_CLIENT_SECRET"
        with failing("LINK_INVALID"):
            await far.stub.ResolveLink(pb.ResolveLinkRequest(link="nonsense"), metadata=AS_ANN)


async def test_no_log_holds_a_token_or_the_secret(
    far: Far, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level("DEBUG")
    await get(far)
    far.sandbox.faults.append(Fault(status=404))
    with failing("SPOTIFY_NOT_FOUND"):
        await get(far, NOBODY)
    written = caplog.text + "".join(capfd.readouterr())
    assert written
    secrets = [*far.sandbox.tokens, "sandbox-secret", "Bearer", "Basic"]
    assert not [secret for secret in secrets if secret in written]


async def test_a_draining_service_ends_a_playlist_with_a_reason(far: Far) -> None:
    far.sandbox.seconds = 0.3
    playlist = catalogue.PLAYLISTS[0]
    call = far.stub.GetPlaylist(pb.GetPlaylistRequest(name=f"spotify/playlists/{playlist['id']}"), metadata=AS_ANN)
    await anext(aiter(call))
    far.drain.start()
    with failing("SERVER_DRAINING"):
        async for _ in call:
            pass
