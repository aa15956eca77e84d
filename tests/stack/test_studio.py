"""The studio in a real browser, against the real mesh. The steps are in web/e2e."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sfa import connect
from sfa.gateway import studio_page
from tests.door.issuer import Accounts, Issuer, signing_in
from tests.stack.conftest import EXAMPLE, Stack, running
from tools.generate.toolchain import ROOT, chromium

SIGNING_IN = "account.e2e.ts"
CHROMIUM = chromium()

pytestmark = [
    pytest.mark.stack,
    pytest.mark.skipif(studio_page() is None, reason="the page is not built: make studio"),
    pytest.mark.skipif(CHROMIUM is None, reason="neither chromium nor google-chrome is on the PATH"),
]


@pytest.fixture(scope="module")
async def own(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """A mesh that only browsers use."""
    async with running(tmp_path_factory.mktemp("studio")) as stack:
        yield stack


@pytest.fixture
async def empty(own: Stack) -> Stack:
    """A mesh without tracks and jobs: what other tests leave in a library is in nobody's way."""
    async with connect(own.url) as mesh, asyncio.timeout(30):
        for track in [track async for track in mesh.library.list_tracks()]:
            await mesh.library.delete_track(track.name)
        while [job async for job in mesh.processing.list()]:
            await asyncio.sleep(0.1)
        while [job async for job in mesh.analysis.list()]:
            await asyncio.sleep(0.1)
    return own


@pytest.fixture
async def with_sign_in(issuer: str, tmp_path: Path) -> AsyncIterator[Stack]:
    async with running(tmp_path / "mesh") as stack:
        yield stack


@pytest.fixture
async def issuer(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    """Signs people in to the mesh that is started next, with tokens that last for seconds; yields its address."""
    accounts = Accounts(Issuer(), seconds=8, asks=True)
    async with signing_in(accounts) as address:
        for name, value in (("AUTH", "jwt"), ("AUTH_ISSUER", address), ("AUTH_CLIENT_ID", accounts.client_id)):
            monkeypatch.setenv(name, value)
        yield address


async def test_signing_in_in_a_browser(issuer: str, with_sign_in: Stack, longer_song: Path) -> None:
    await _browse(SIGNING_IN, with_sign_in, longer_song, ISSUER_URL=issuer)


@pytest.mark.parametrize(
    "steps", sorted({path.name for path in (ROOT / "web" / "e2e").glob("*.e2e.ts")} - {SIGNING_IN})
)
async def test_the_studio_in_a_browser(empty: Stack, longer_song: Path, steps: str) -> None:
    await _browse(steps, empty, longer_song)


async def _browse(steps: str, mesh: Stack, longer_song: Path, **more: str) -> None:
    environment = {
        "STUDIO_URL": mesh.supervisor.studio,
        "SONG": str(EXAMPLE),
        "LONG_SONG": str(longer_song),
        "PROCESSING_PID": str(mesh.supervisor.pids["processing"]),
        "REALTIME_PID": str(mesh.supervisor.pids["realtime"]),
        "CHROMIUM": str(CHROMIUM),
        **more,
    }
    browsing = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tools.npm", "run", "--silent", "e2e", "--", steps),
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await browsing.communicate()
    assert browsing.returncode == 0, output.decode()[-8000:]
