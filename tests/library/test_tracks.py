"""Get, List, Update and Delete of tracks."""

import asyncio
import os
import time

import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask

from alchemy.library.v1 import library_service_pb2 as pb
from alchemy.library.v1.track_pb2 import Track
from services.mesh.ids import new_id
from tests.library.conftest import ANN, MALLORY, LibraryUnderTest
from tests.library.sounds import tone, wav
from tests.rpc.failing import failing

NO_TRACK = f"tracks/{new_id()}"


async def update(library: LibraryUnderTest, track: Track, *mask: str, **values: object) -> Track:
    wanted = Track(name=track.name, **values)  # type: ignore[arg-type]  # fields of the message
    request = pb.UpdateTrackRequest(track=wanted, update_mask=FieldMask(paths=mask))
    return (await library.tracks.UpdateTrack(request, metadata=ANN)).track


async def titles(library: LibraryUnderTest, **query: object) -> list[str]:
    """All titles of a query, read in pages of two."""
    found: list[str] = []
    token = ""
    while True:
        request = pb.ListTracksRequest(page_size=2, page_token=token, **query)  # type: ignore[arg-type]
        page = await library.tracks.ListTracks(request, metadata=ANN)
        assert len(page.tracks) <= 2
        found += [track.title for track in page.tracks]
        token = page.next_page_token
        if not token:
            assert page.total_size == len(found)
            return found


async def test_get(library: LibraryUnderTest) -> None:
    track = await library.upload()
    assert (await library.tracks.GetTrack(pb.GetTrackRequest(name=track.name), metadata=ANN)).track == track


@pytest.mark.parametrize("name", [NO_TRACK, "", "tracks/", "tracks/x", "artifacts/" + new_id(), NO_TRACK + "/x"])
async def test_what_does_not_exist_is_not_found(library: LibraryUnderTest, name: str) -> None:
    for call in (
        lambda: library.tracks.GetTrack(pb.GetTrackRequest(name=name), metadata=ANN),
        lambda: library.tracks.DeleteTrack(pb.DeleteTrackRequest(name=name), metadata=ANN),
        lambda: library.tracks.ListArtifacts(pb.ListArtifactsRequest(parent=name), metadata=ANN),
        lambda: library.tracks.UpdateTrack(pb.UpdateTrackRequest(track=Track(name=name, title="x")), metadata=ANN),
    ):
        with failing("TRACK_NOT_FOUND") as failure:
            await call()
        assert failure.code is grpc.StatusCode.NOT_FOUND
        assert failure.metadata == {"name": name}


async def test_what_belongs_to_others_does_not_exist(library: LibraryUnderTest) -> None:
    track = await library.upload()
    for call in (
        lambda: library.tracks.GetTrack(pb.GetTrackRequest(name=track.name), metadata=MALLORY),
        lambda: library.tracks.DeleteTrack(pb.DeleteTrackRequest(name=track.name), metadata=MALLORY),
        lambda: library.tracks.ListArtifacts(pb.ListArtifactsRequest(parent=track.name), metadata=MALLORY),
        lambda: library.tracks.UpdateTrack(
            pb.UpdateTrackRequest(track=Track(name=track.name, title="x")), metadata=MALLORY
        ),
    ):
        with failing("TRACK_NOT_FOUND"):
            await call()
    assert not (await library.tracks.ListTracks(pb.ListTracksRequest(), metadata=MALLORY)).tracks
    assert await library.all_tracks() == [track]


async def test_order_and_pages(library: LibraryUnderTest) -> None:
    for name, artist, seconds in (("b", "X", 0.3), ("A", "y", 0.2), ("c", "x", 0.1), ("a", "Y", 0.2), ("Ä", "", 0.1)):
        track = await library.upload(wav(tone(seconds)), f"{name}.wav")
        await update(library, track, "artist", artist=artist)
    uploaded = ["b", "A", "c", "a", "Ä"]
    assert await titles(library) == uploaded
    assert await titles(library, order_by="create_time") == uploaded
    assert await titles(library, order_by="create_time desc") == uploaded[::-1]
    assert await titles(library, order_by="update_time desc") == uploaded[::-1]
    # Letter case does not matter, and equal values follow in upload order in both directions.
    assert await titles(library, order_by="title") == ["A", "a", "b", "c", "Ä"]
    assert await titles(library, order_by="title desc") == ["Ä", "c", "b", "A", "a"]
    assert await titles(library, order_by="artist") == ["Ä", "b", "c", "A", "a"]
    assert await titles(library, order_by="artist desc") == ["A", "a", "b", "c", "Ä"]
    assert await titles(library, order_by="duration") == ["c", "Ä", "A", "a", "b"]
    assert await titles(library, order_by="duration  desc") == ["b", "A", "a", "c", "Ä"]
    assert await titles(library, order_by="album") == uploaded


async def test_filter(library: LibraryUnderTest) -> None:
    for filename, artist, album in (
        ("Straße 100%.wav", "Ólafur", "Re:member"),
        ("under_score.wav", "Beyoncé", "4"),
        ("back\u0308.wav", "ÉCOLE", ""),  # decomposed, as macOS writes names
    ):
        track = await library.upload(filename=filename)
        await update(library, track, "artist", "album", artist=artist, album=album)
    street, under, baeck = await titles(library)
    for text, expected in {
        "STRASSE": [street],
        "ólafur": [street],
        "ÓLAFUR re:": [street],
        "ólafur 4": [],
        "É": [under, baeck],
        "back\u0308": [baeck],
        "100%": [street],
        "%": [street],
        "_": [under],
        "\\": [],
        "'; drop table tracks; --": [],
        "wav": [street, under, baeck],
        "  ": [street, under, baeck],
    }.items():
        assert await titles(library, filter=text) == expected, text


async def test_all_faults_of_a_list_are_told_at_once(library: LibraryUnderTest) -> None:
    request = pb.ListTracksRequest(page_size=-1, order_by="size", filter="x" * 201)
    with failing("INVALID_REQUEST") as failure:
        await library.tracks.ListTracks(request, metadata=ANN)
    assert failure.fields == ["page_size", "order_by", "filter"]
    for order_by in ("title up", "title desc desc", "Title", "title,artist"):
        with failing("INVALID_REQUEST"):
            await library.tracks.ListTracks(pb.ListTracksRequest(order_by=order_by), metadata=ANN)


async def test_page_tokens_belong_to_their_query(library: LibraryUnderTest) -> None:
    for _ in range(3):
        await library.upload()
    token = (await library.tracks.ListTracks(pb.ListTracksRequest(page_size=2), metadata=ANN)).next_page_token
    for request in (
        pb.ListTracksRequest(page_token=token, filter="s"),
        pb.ListTracksRequest(page_token=token, order_by="title"),
        pb.ListTracksRequest(page_token=token, order_by="create_time desc"),
        pb.ListTracksRequest(page_token="nonsense"),
        pb.ListTracksRequest(page_token=token[:-3]),
    ):
        with failing("PAGE_TOKEN_INVALID"):
            await library.tracks.ListTracks(request, metadata=ANN)
    with failing("PAGE_TOKEN_INVALID"):
        await library.tracks.ListTracks(pb.ListTracksRequest(page_token=token), metadata=MALLORY)


async def test_pages_stay_in_step_while_tracks_come_and_go(library: LibraryUnderTest) -> None:
    tracks = [await library.upload(filename=f"{index}.wav") for index in range(4)]
    page = await library.tracks.ListTracks(pb.ListTracksRequest(page_size=2), metadata=ANN)
    await library.tracks.DeleteTrack(pb.DeleteTrackRequest(name=tracks[0].name), metadata=ANN)
    rest = pb.ListTracksRequest(page_size=2, page_token=page.next_page_token)
    assert [track.title for track in (await library.tracks.ListTracks(rest, metadata=ANN)).tracks] == ["2", "3"]


async def test_update_by_mask(library: LibraryUnderTest) -> None:
    track = await library.upload()
    changed = await update(
        library, track, "artist", "release_date", artist="New", title="Ignored", release_date="1999-12"
    )
    assert (changed.artist, changed.release_date, changed.title) == ("New", "1999-12", "song")
    assert changed.revision == track.revision + 1
    assert changed.update_time.ToNanoseconds() > track.update_time.ToNanoseconds()
    assert changed.create_time == track.create_time
    cleared = await update(library, track, "artist")
    assert cleared.artist == ""
    assert cleared.revision == 3


async def test_update_without_a_mask_takes_what_is_not_empty(library: LibraryUnderTest) -> None:
    track = await library.upload()
    changed = await update(library, track, title="T", track_number=7, isrc="USRC17607839", filename="ignored")
    assert (changed.title, changed.track_number, changed.isrc) == ("T", 7, "USRC17607839")
    assert changed.filename == "song.wav"
    assert (await update(library, track)) == changed


async def test_all_faults_of_an_update_are_told_at_once(library: LibraryUnderTest) -> None:
    track = await library.upload()
    with failing("INVALID_REQUEST") as failure:
        await update(
            library,
            track,
            "title", "artist", "album", "release_date", "track_number", "isrc", "sha256", "nonsense",
            title=" ", artist="x" * 501, album="a\nb", release_date="1999-13", track_number=-1, isrc="short",
        )  # fmt: skip
    assert failure.fields == [
        "update_mask",
        "update_mask",
        "track.title",
        "track.artist",
        "track.album",
        "track.release_date",
        "track.track_number",
        "track.isrc",
    ]
    assert await library.all_tracks() == [track]


async def test_updates_at_once_all_count(library: LibraryUnderTest) -> None:
    track = await library.upload()
    await asyncio.gather(*(update(library, track, "genre", genre=str(n)) for n in range(20)))
    assert (await library.all_tracks())[0].revision == 21


def make_old(library: LibraryUnderTest) -> None:
    """Makes all bytes older than what garbage collection spares."""
    for path in library.files():
        os.utime(path, (0, time.time() - 7200))


async def test_delete(library: LibraryUnderTest) -> None:
    track = await library.upload()
    make_old(library)
    await library.tracks.DeleteTrack(pb.DeleteTrackRequest(name=track.name), metadata=ANN)
    with failing("TRACK_NOT_FOUND"):
        await library.tracks.GetTrack(pb.GetTrackRequest(name=track.name), metadata=ANN)
    with failing("ARTIFACT_NOT_FOUND"):
        await library.artifact(track.original_artifact)
    assert library.files() == []


async def test_delete_keeps_bytes_that_others_share(library: LibraryUnderTest) -> None:
    mine, other = await library.upload(), await library.upload(metadata=MALLORY)
    make_old(library)
    await library.tracks.DeleteTrack(pb.DeleteTrackRequest(name=mine.name), metadata=ANN)
    assert len(library.files()) == 1
    await library.tracks.DeleteTrack(pb.DeleteTrackRequest(name=other.name), metadata=MALLORY)
    assert library.files() == []


async def test_delete_keeps_bytes_that_are_just_being_uploaded_again(library: LibraryUnderTest) -> None:
    track = await library.upload()
    make_old(library)
    uploading = [asyncio.ensure_future(library.upload()) for _ in range(5)]
    await library.tracks.DeleteTrack(pb.DeleteTrackRequest(name=track.name), metadata=ANN)
    for again in await asyncio.gather(*uploading):
        assert await library.artifact(again.original_artifact)
    assert len(library.files()) == 1


async def test_an_upload_whose_request_was_deleted_makes_a_new_track(library: LibraryUnderTest) -> None:
    first = await library.upload(request_id="r")
    await library.tracks.DeleteTrack(pb.DeleteTrackRequest(name=first.name), metadata=ANN)
    assert (await library.upload(request_id="r")).name != first.name
