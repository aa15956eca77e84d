"""Links: what they lead to, and that nothing else leads anywhere."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.mesh.errors import LinkInvalid
from services.spotify.domain import Kind, Ref, ShortLink
from services.spotify.links import is_id, parse
from tests.spotify.malformed import ID, malformed

MALFORMED = list(malformed())
KINDS = st.sampled_from(list(Kind))
IDS = st.text("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=22, max_size=22)
LOCALES = st.sampled_from(["", "intl-de/", "intl-pt-br/", "intl-fr/", "intl-fil/"])


@pytest.mark.parametrize(
    ("link", "kind"),
    [
        (f"https://open.spotify.com/track/{ID}", Kind.TRACK),
        (f"http://open.spotify.com/track/{ID}", Kind.TRACK),
        (f"https://open.spotify.com/track/{ID}?si=0123456789abcdef&utm_source=copy-link", Kind.TRACK),
        (f"https://open.spotify.com/track/{ID}#1:23", Kind.TRACK),
        (f"https://open.spotify.com/track/{ID}/", Kind.TRACK),
        (f"open.spotify.com/track/{ID}", Kind.TRACK),
        (f"  https://open.spotify.com/track/{ID}\n", Kind.TRACK),
        (f"HTTPS://OPEN.SPOTIFY.COM/track/{ID}", Kind.TRACK),
        (f"https://open.spotify.com:443/track/{ID}", Kind.TRACK),
        (f"https://open.spotify.com./track/{ID}", Kind.TRACK),
        (f"https://open.spotify.com/intl-de/track/{ID}", Kind.TRACK),
        (f"https://open.spotify.com/intl-pt-br/album/{ID}", Kind.ALBUM),
        (f"https://open.spotify.com/embed/playlist/{ID}?theme=0", Kind.PLAYLIST),
        (f"https://open.spotify.com/intl-fr/embed/track/{ID}", Kind.TRACK),
        (f"https://play.spotify.com/artist/{ID}", Kind.ARTIST),
        (f"https://open.spotify.com/user/some.body/playlist/{ID}", Kind.PLAYLIST),
        (f"spotify:track:{ID}", Kind.TRACK),
        (f"spotify:album:{ID}?si=1", Kind.ALBUM),
        (f"spotify:artist:{ID}", Kind.ARTIST),
        (f"spotify:playlist:{ID}", Kind.PLAYLIST),
        (f"spotify:user:some.body:playlist:{ID}", Kind.PLAYLIST),
        (f"SPOTIFY:track:{ID}", Kind.TRACK),
    ],
)
def test_a_link_says_what_it_leads_to(link: str, kind: Kind) -> None:
    assert parse(link) == Ref(kind, ID)


@pytest.mark.parametrize("host", ["spotify.link", "spotify.app.link", "SPOTIFY.LINK"])
def test_a_short_link_is_told_apart(host: str) -> None:
    assert parse(f"https://{host}/aB3-_x/?_p=1") == ShortLink(host.lower(), "/aB3-_x")


def test_there_are_many_ways_to_be_wrong() -> None:
    assert len(set(MALFORMED)) >= 200


@pytest.mark.parametrize("link", MALFORMED, ids=range(len(MALFORMED)))
def test_anything_else_is_refused_with_a_reason(link: str) -> None:
    with pytest.raises(LinkInvalid) as caught:
        parse(link)
    assert caught.value.metadata["detail"]
    assert len(caught.value.metadata["link"]) <= 200


@given(KINDS, IDS, LOCALES, st.booleans(), st.sampled_from(["", "?si=x", "/", "#t"]))
def test_every_form_of_a_link_names_the_same(kind: Kind, one: str, locale: str, embedded: bool, end: str) -> None:
    embed = "embed/" if embedded else ""
    assert parse(f"https://open.spotify.com/{locale}{embed}{kind.value}/{one}{end}") == Ref(kind, one)
    assert parse(f"spotify:{kind.value}:{one}") == Ref(kind, one)


@given(st.text(max_size=3000))
def test_no_text_gets_further_than_a_kind_and_an_id(text: str) -> None:
    try:
        found = parse(text)
    except LinkInvalid:
        return
    assert isinstance(found, ShortLink) or is_id(found.id)


@given(IDS, st.text(min_size=1, max_size=20))
def test_nothing_can_follow_an_id(one: str, tail: str) -> None:
    """Defect 1.3/1 of the original: a regular expression that matched anywhere let the rest through to a shell."""
    try:
        found = parse(f"spotify:track:{one}{tail}")
    except LinkInvalid:
        return
    assert found == Ref(Kind.TRACK, one)


def test_refusing_takes_no_time() -> None:
    started = time.perf_counter()
    for text in [
        "a" * 10**6,
        "https://open.spotify.com/" + "intl-de/" * 10**5,
        "spotify:" + ":" * 10**6,
        "/" * 2000,
        "%" * 2000,
    ]:
        with pytest.raises(LinkInvalid):
            parse(text)
    assert time.perf_counter() - started < 0.5
