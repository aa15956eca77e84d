"""What a link is; which are refused before anything is asked of the network."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.download.links import parse_link
from services.mesh.errors import AddressForbidden, LinkUnsupported
from tests.download.malformed import ID, MALFORMED


@pytest.mark.parametrize(
    ("text", "uri"),
    [
        ("https://example.org/a.mp3", "https://example.org/a.mp3"),
        ("HTTPS://Example.ORG:443/a.mp3#t=3", "https://example.org/a.mp3"),
        ("http://example.org:80", "http://example.org/"),
        ("http://example.org:8080/a?b=C%20d", "http://example.org:8080/a?b=C%20d"),
        ("https://example.org./a", "https://example.org/a"),
        ("https://bücher.example/a", "https://xn--bcher-kva.example/a"),
        ("http://93.184.215.14/a", "http://93.184.215.14/a"),
        ("http://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/a", "http://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/a"),
    ],
)
def test_addresses_have_one_spelling(text: str, uri: str) -> None:
    assert parse_link(text).uri == uri


@pytest.mark.parametrize(
    "text",
    [
        ID,
        f"spotify/tracks/{ID}",
        f"spotify:track:{ID}",
        f"spotify:track:{ID}?context=x",
        f"https://open.spotify.com/track/{ID}",
        f" https://open.spotify.com/track/{ID}?si=0123456789abcdef\n",
        f"https://open.spotify.com/intl-de/track/{ID}?si=x",
        f"https://open.spotify.com/intl-pt-BR/track/{ID}/",
        f"https://open.spotify.com/embed/track/{ID}",
        f"http://play.spotify.com/track/{ID}#t=1",
    ],
)
def test_a_track_of_spotify_has_one_spelling(text: str) -> None:
    link = parse_link(text)
    assert (link.uri, link.short, link.names_song) == (f"spotify:track:{ID}", False, True)


@pytest.mark.parametrize("text", ["https://spotify.link/AbCdEf", "https://spotify.app.link/AbCdEf?_p=x"])
def test_a_short_link_is_left_for_spotify_to_read(text: str) -> None:
    assert parse_link(text).short


def test_there_are_enough_malformed_links() -> None:
    assert len(MALFORMED) >= 200


@pytest.mark.parametrize("text", MALFORMED)
def test_what_is_no_link_is_refused(text: str) -> None:
    with pytest.raises(LinkUnsupported):
        parse_link(text)


@given(st.text(max_size=200))
def test_no_text_is_more_than_refused(text: str) -> None:
    try:
        parse_link(text)
    except (LinkUnsupported, AddressForbidden):
        return


@given(st.text(alphabet="abc019.:/@[]%\\#?-xX\u3002\uff11", max_size=40))
def test_no_address_is_more_than_refused(rest: str) -> None:
    try:
        link = parse_link(f"http://{rest}")
    except (LinkUnsupported, AddressForbidden):
        return
    # One spelling: reading it again changes nothing.
    assert parse_link(link.uri) == link


def test_only_the_very_host_that_is_allowed_is_allowed() -> None:
    allowed = frozenset({"127.0.0.1:8000"})
    assert parse_link("http://127.0.0.1:8000/a", allowed_hosts=allowed).uri == "http://127.0.0.1:8000/a"
    for text in ("http://127.0.0.1:8001/a", "http://127.0.0.1/a", "http://127.0.0.2:8000/a", "http://localhost:8000/a"):
        with pytest.raises(AddressForbidden):
            parse_link(text, allowed_hosts=allowed)
