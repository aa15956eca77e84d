"""Values of requests, names, orders and keys of sorting."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.library.domain import Filter, Order, artifact_ids, folded, job_track, track_id
from services.library.rules import MAX_FILENAME_BYTES, checked_changes, clean_filename, parse_filter, parse_order
from services.mesh.errors import ArtifactNotFound, InvalidRequest, TrackNotFound
from services.mesh.ids import new_id
from services.mesh.music import Key

NOTHING: dict[str, str | int] = {
    "title": "",
    "artist": "",
    "album": "",
    "album_artist": "",
    "genre": "",
    "release_date": "",
    "track_number": 0,
    "isrc": "",
}


def test_names() -> None:
    track, other = new_id(), new_id()
    assert track_id(f"tracks/{track}") == track
    assert artifact_ids(f"tracks/{track}/artifacts/{other}") == (track, other)
    assert job_track(f"tracks/{track}/separations/{other}", "separations", field="separation") == track


@given(st.text())
def test_other_names_are_not_found(name: str) -> None:
    with pytest.raises(TrackNotFound):
        track_id(name)
    with pytest.raises(ArtifactNotFound):
        artifact_ids(name)
    with pytest.raises(InvalidRequest):
        job_track(name, "separations", field="separation")


@given(st.text(max_size=60))
def test_a_clean_filename_is_one_component(filename: str) -> None:
    clean = clean_filename(filename)
    assert clean
    assert clean not in {".", ".."}
    assert not set("/\\\0\n") & set(clean)
    assert clean_filename(clean) == clean
    assert len(clean.encode()) <= max(len(filename.encode()), MAX_FILENAME_BYTES)


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("", Order("create_time", descending=False)),
        ("title", Order("title", descending=False)),
        ("title asc", Order("title", descending=False)),
        ("  duration   desc ", Order("duration", descending=True)),
    ],
)
def test_orders(text: str, order: Order) -> None:
    assert parse_order(text) == order


@given(st.text(alphabet=st.characters(categories=["L"]), max_size=20))
def test_letter_case_makes_no_difference(text: str) -> None:
    assert folded(text) == folded(text.casefold())
    assert parse_filter(text).words == tuple(folded(text).split())


@pytest.mark.parametrize("date", ["1999", "1999-12", "1999-12-31", ""])
def test_dates(date: str) -> None:
    assert checked_changes({**NOTHING, "release_date": date}, ["release_date"]) == {"release_date": date}


@pytest.mark.parametrize(
    "date", ["99", "1999-1", "1999-00", "1999-13", "1999-12-32", "1999/12", "1999-12-31T00", "\uff11\uff19\uff19\uff19"]
)
def test_what_is_no_date(date: str) -> None:
    with pytest.raises(InvalidRequest):
        checked_changes({**NOTHING, "release_date": date}, ["release_date"])


def test_an_empty_mask_means_what_is_not_empty() -> None:
    assert checked_changes({**NOTHING, "title": "T", "track_number": 3}, []) == {"title": "T", "track_number": 3}
    assert checked_changes(NOTHING, []) == {}
    with pytest.raises(InvalidRequest):
        checked_changes(NOTHING, ["title"])


def test_filters_know_tempi_and_keys() -> None:
    a_minor = Key(9, minor=True)
    assert parse_filter("Love bpm:120-128 key:8A") == Filter(("love",), ((120_000, 128_000),), (a_minor,))
    assert parse_filter("bpm:174.5").bpm_milli == ((174_000, 175_000),)
    assert parse_filter("KEY:Am").keys == parse_filter("key:1m").keys == (a_minor,)
    assert parse_filter("key:A").keys == (Key(9, minor=False),)
    for text in ("bpm:", "bpm:fast", "bpm:120-", "key:", "key:H", "key:13A"):
        with pytest.raises(InvalidRequest):
            parse_filter(text)
