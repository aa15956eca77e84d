"""Spotify's JSON, with anything missing, null, or of another type than documented."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.spotify import reading
from services.spotify.domain import ItemKind, Kind, Ref
from sfa.sandbox import catalogue

REF = Ref(Kind.PLAYLIST, catalogue.identity("some"))
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
KEYS = st.sampled_from(
    [
        "id",
        "name",
        "item",
        "track",
        "tracks",
        "items",
        "album",
        "artists",
        "images",
        "url",
        "width",
        "total",
        "next",
        "added_at",
        "is_local",
        "type",
        "duration_ms",
        "external_ids",
        "isrc",
        "release_date",
        "owner",
        "description",
    ]
)
ANY_JSON = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6))
OBJECTS = st.dictionaries(KEYS, ANY_JSON, max_size=8)


@given(OBJECTS)
def test_no_answer_breaks_the_reading(payload: dict[str, Any]) -> None:
    reading.track_from(payload)
    reading.album_from(payload)
    reading.artist_from(payload, REF)
    reading.playlist_from(payload, REF)
    reading.search_page_from(payload)
    reading.has_next(payload)
    items = reading.items_from(payload, 7)
    assert [item.position for item in items] == list(range(7, 7 + reading.entry_count(payload)))


@given(st.sets(st.sampled_from(sorted(catalogue.TRACKS[0])), max_size=12))
def test_a_track_survives_the_loss_of_any_fields(lost: set[str]) -> None:
    payload = {key: value for key, value in catalogue.TRACKS[0].items() if key not in lost}
    track = reading.track_from(payload)
    assert (track is None) == ("id" in lost)
    if track is not None and "name" not in lost:
        assert track.title == catalogue.TRACKS[0]["name"]


def test_everything_that_is_there_is_read() -> None:
    payload = catalogue.TRACKS[24] | {"preview_url": "https://p.scdn.co/mp3-preview/x", "explicit": True}
    track = reading.track_from(payload)
    assert track is not None
    assert track.album is not None
    assert (track.isrc, track.duration_ms, track.track_number, track.disc_number) == ("QZSFA2600024", 3024, 2, 1)
    assert (track.preview_uri, track.explicit) == ("https://p.scdn.co/mp3-preview/x", True)
    assert [image.width for image in track.album.artwork] == [640, 300, 64]
    assert track.album.release_date == "1971-02-12"
    assert track.artists[0].ref is not None


def test_both_forms_of_a_playlist_and_all_kinds_of_entries() -> None:
    entries = catalogue.PLAYLISTS[1]["entries"]
    items = reading.items_from({"items": entries}, 0)
    kinds = [item.kind for item in items]
    gone = ItemKind.UNAVAILABLE
    assert kinds == [ItemKind.TRACK, gone, gone, ItemKind.LOCAL_FILE, ItemKind.EPISODE, ItemKind.TRACK]
    assert [item.title for item in items][3:5] == ["Demo Tape", "Episode One"]


def test_numbers_that_do_not_fit_are_unknown() -> None:
    track = reading.track_from(catalogue.TRACKS[0] | {"duration_ms": 2**40, "track_number": -1, "disc_number": True})
    assert track is not None
    assert (track.duration_ms, track.track_number, track.disc_number) == (0, 0, 0)


def test_an_address_that_is_not_https_is_not_passed_on() -> None:
    track = reading.track_from(catalogue.TRACKS[0] | {"preview_url": "file:///etc/passwd"})
    assert track is not None
    assert track.preview_uri == ""
