"""What a link is; which are refused before anything is asked of the network."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.download.links import parse_link
from services.mesh.errors import AddressForbidden, LinkUnsupported

ID = "4uLU6hMCjMI75M1A2tKUQC"


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


MALFORMED = [
    f"spotify:track:{ID}",
    f"https://open.spotify.com/intl-de/track/{ID}?si=x",
    "",
    " ",
    "example.org/a.mp3",
    "//example.org/a",
    "/etc/passwd",
    "file:///etc/passwd",
    "ftp://example.org/a.mp3",
    "gopher://example.org/1",
    "data:audio/wav;base64,AAAA",
    "javascript:alert(1)",
    "blob:https://example.org/1",
    "jar:http://example.org!/a",
    "dict://example.org:11211/stats",
    "unix:///var/run/docker.sock",
    "ytsearch:song",
    "concat:a.mp3|b.mp3",
    "http://",
    "http:///a.mp3",
    "http://:80/a",
    "http://example.org:0/",
    "http://example.org:65536/",
    "http://example.org:-1/",
    "http://example.org:port/",
    "http://user@example.org/",
    "http://user:secret@example.org/",
    "http://@example.org/",
    "http://:@example.org/",
    "http://example.org\\@127.0.0.1/",
    "http:\\\\example.org/a",
    "http://exa mple.org/",
    "http://example.org/a b",
    "http://example.org/\r\nHost: x",
    "http://example.org/\x00",
    "http://exam\tple.org/",
    "http://[::1/",
    "http://[zz::1]/",
    "http://exa$mple.org/",
    "http://exam'ple.org/",
    "http://exam;ple.org/",
    "http://`id`.example.org/",
    "http://$(id).example.org/",
    "http://%65xample.org/",
    "http://example.org/" + "a" * 2048,
    "spotify:",
    "spotify:track",
    "spotify:track:",
    "spotify:track:short",
    f"spotify:track:{ID}x",
    f"spotify:track:{ID}:x",
    f"spotify:album:{ID}",
    f"spotify:playlist:{ID}",
    f"spotify:artist:{ID}",
    f"spotify:episode:{ID}",
    f"spotify:user:me:playlist:{ID}",
    f"spotify:track:{ID[:-1]}-",
    f"https://open.spotify.com/album/{ID}",
    f"https://open.spotify.com/playlist/{ID}",
    f"https://open.spotify.com/artist/{ID}",
    f"https://open.spotify.com/episode/{ID}",
    f"https://open.spotify.com/show/{ID}",
    "https://open.spotify.com/",
    "https://open.spotify.com/track/",
    "https://open.spotify.com/track/../../etc",
    f"https://open.spotify.com/track/{ID}/x",
    f"https://open.spotify.com/track/{ID};touch${{IFS}}x",
    f'https://open.spotify.com/track/{ID}"; rm -rf ~; "',
    "https://spotify.link/AbCdEf",
    "https://spotify.app.link/AbCdEf",
]


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
