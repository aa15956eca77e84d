import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from services.mesh.settings import SettingsInvalid, read_settings
from services.studio.files import studio_app
from services.studio.settings import Settings

SCRIPT = b"console.log('a tune');" * 50


@pytest.fixture
def page(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<title>Studio</title>")
    (tmp_path / "favicon.svg").write_text("<svg/>")
    (tmp_path / "assets" / "index-abc123.js").write_bytes(SCRIPT)
    (tmp_path / "assets" / "index-abc123.js.gz").write_bytes(gzip.compress(SCRIPT))
    return tmp_path


@pytest.fixture
async def browser(page: Path) -> AsyncIterator[aiohttp.ClientSession]:
    async with TestServer(studio_app(page)) as server, aiohttp.ClientSession(server.make_url("/")) as session:
        yield session


@pytest.mark.parametrize("path", ["/", "/jobs", "/tracks/0193-abc", "/tracks/0193-abc/analysis", "/index.html"])
async def test_every_view_is_the_page(browser: aiohttp.ClientSession, path: str) -> None:
    async with browser.get(path) as response:
        assert response.status == 200
        assert await response.text() == "<title>Studio</title>"
        # A page that a browser keeps would ask for scripts that the next version no longer has.
        assert response.headers["Cache-Control"] == "no-cache"
        assert "default-src 'self'" in response.headers["Content-Security-Policy"]


async def test_calls_go_to_this_origin_and_to_the_one_that_signs_people_in(page: Path) -> None:
    for issuer, allowed in (("", "'self'"), ("https://id.test", "'self' https://id.test")):
        async with (
            TestServer(studio_app(page, issuer)) as server,
            aiohttp.request("GET", server.make_url("/")) as response,
        ):
            policy = response.headers["Content-Security-Policy"].split("; ")
            assert f"connect-src {allowed}" in policy
            assert f"form-action {allowed}" in policy


@pytest.mark.parametrize(
    ("issuer", "origin"),
    [
        ("https://ref.supabase.co/auth/v1", "https://ref.supabase.co"),
        ("http://127.0.0.1:8080/realms/music", "http://127.0.0.1:8080"),
        ("https://[::1]:8443", "https://[::1]:8443"),
        ("https://id.test; script-src *", ""),
        ("https://id.test *", ""),
        ("ours", ""),
        ("", ""),
    ],
)
def test_of_an_issuer_the_exact_origin_is_allowed(page: Path, issuer: str, origin: str) -> None:
    assert read_settings(Settings, {"STUDIO_DIR": str(page), "AUTH_ISSUER": issuer}).issuer == origin


async def test_scripts_are_compressed_once_and_kept_for_ever(browser: aiohttp.ClientSession) -> None:
    async with browser.get("/assets/index-abc123.js") as response:
        assert response.headers["Content-Encoding"] == "gzip"
        assert "immutable" in response.headers["Cache-Control"]
        assert await response.read() == SCRIPT
    async with browser.get("/assets/index-abc123.js", headers={"Accept-Encoding": "identity"}) as response:
        assert "Content-Encoding" not in response.headers
        assert await response.read() == SCRIPT


async def test_a_script_that_is_gone_is_not_the_page(browser: aiohttp.ClientSession) -> None:
    async with browser.get("/assets/index-old.js") as response:
        assert response.status == 404
        assert "immutable" not in response.headers["Cache-Control"]


@pytest.mark.parametrize("path", ["/assets/../../secret", "/%2e%2e/secret", "/assets/%2e%2e/%2e%2e/secret"])
async def test_nothing_beside_the_page_is_served(browser: aiohttp.ClientSession, page: Path, path: str) -> None:
    (page.parent / "secret").write_text("secret")
    async with browser.get(path) as response:
        assert "secret" not in await response.text()


def test_a_page_that_is_not_built_is_refused_with_the_way_to_build_it(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match="make studio"):
        read_settings(Settings, {"STUDIO_DIR": str(tmp_path)})
