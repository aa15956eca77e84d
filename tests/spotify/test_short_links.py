"""Short links: followed to Spotify's own link server, and to nothing else; canaries count connections."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from aiohttp import web

from services.mesh.errors import DependencyUnavailable, LinkInvalid
from services.spotify.adapters.short_links import HTTPS, MOST_REDIRECTS, HttpShortLinks
from services.spotify.domain import Kind, Ref, ShortLink
from tests.spotify.malformed import ID

LINK = ShortLink("spotify.link", "/abc")
CANARY = "CANARY"


@asynccontextmanager
async def counting(location: str | None, status: int) -> AsyncIterator[tuple[str, list[str]]]:
    """A server that answers everything with one redirect, and remembers what it was asked for."""
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path_qs)
        return web.Response(status=status, headers={} if location is None else {"Location": location})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}", asked
    finally:
        await runner.cleanup()


async def follow(location: str | None, status: int = 302) -> tuple[Ref, list[str], list[str]]:
    """What the link leads to when its server answers so, what that server was asked, and what the canary was asked."""
    async with AsyncExitStack() as stack:
        canary, touched = await stack.enter_async_context(counting(None, 200))
        location = location and location.replace(CANARY, canary)
        server, asked = await stack.enter_async_context(counting(location, status))
        short_links = await stack.enter_async_context(HttpShortLinks(dict.fromkeys(HTTPS, server)))
        try:
            return await short_links.target(LINK), asked, touched
        finally:
            assert touched == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_short_link_leads_to_music(status: int) -> None:
    ref, asked, _ = await follow(f"https://open.spotify.com/track/{ID}?si=1", status)
    assert ref == Ref(Kind.TRACK, ID)
    assert asked == ["/abc"]


@pytest.mark.parametrize(
    "location",
    [
        f"{CANARY}/track/{ID}",
        "http://127.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/",
        "http://2130706433/",
        f"https://evil.example/track/{ID}",
        f"//evil.example/track/{ID}",
        "file:///etc/passwd",
        "javascript:alert(1)",
        f"https://open.spotify.com@evil.example/track/{ID}",
        "https://spotify.link.evil.example/abc",
        "https://spotify.link:8080/abc",
        "",
    ],
)
async def test_a_redirect_to_elsewhere_is_not_followed(location: str) -> None:
    with pytest.raises(LinkInvalid):
        await follow(location)


@pytest.mark.parametrize(("status", "location"), [(200, None), (404, None), (302, None), (200, f"{CANARY}/")])
async def test_a_link_that_leads_nowhere(status: int, location: str | None) -> None:
    with pytest.raises(LinkInvalid, match="leads nowhere"):
        await follow(location, status)


@pytest.mark.parametrize("location", ["https://spotify.app.link/abc", "/abc", "https://spotify.link/abc"])
async def test_redirects_have_an_end(location: str) -> None:
    async with AsyncExitStack() as stack:
        server, asked = await stack.enter_async_context(counting(location, 302))
        short_links = await stack.enter_async_context(HttpShortLinks(dict.fromkeys(HTTPS, server)))
        with pytest.raises(LinkInvalid, match="more than 5 times"):
            await short_links.target(LINK)
        assert len(asked) == MOST_REDIRECTS


async def test_a_server_that_fails_is_said() -> None:
    with pytest.raises(DependencyUnavailable):
        await follow(None, 503)
    async with HttpShortLinks(dict.fromkeys(HTTPS, "http://127.0.0.1:1")) as short_links:
        with pytest.raises(DependencyUnavailable):
            await short_links.target(LINK)


def test_the_real_servers_are_spoken_to_over_tls() -> None:
    assert set(HTTPS.values()) == {"https://spotify.link", "https://spotify.app.link"}
