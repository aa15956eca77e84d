"""The studio in a real browser, against the real mesh. The steps are in web/e2e."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sfa.gateway import studio_page
from sfa.local.datadir import DataDir
from sfa.local.plan import Options
from sfa.local.ports import PortMode
from sfa.local.running import local_mesh
from tests.door.issuer import Accounts, Issuer, signing_in
from tests.stack.conftest import EXAMPLE, Stack
from tools.generate.toolchain import ROOT, chromium

SIGNING_IN = "account.e2e.ts"
CHROMIUM = chromium()

pytestmark = [
    pytest.mark.stack,
    pytest.mark.skipif(studio_page() is None, reason="the page is not built: make studio"),
    pytest.mark.skipif(CHROMIUM is None, reason="neither chromium nor google-chrome is on the PATH"),
]


@pytest.fixture
async def empty(tmp_path: Path) -> AsyncIterator[Stack]:
    """A mesh of its own: what other tests leave in a library is in nobody's way."""
    data_dir = DataDir(tmp_path / "mesh")
    options = Options(data_dir=data_dir, redis_url="", port_mode=PortMode.ANY)
    async with local_mesh(options, console=None, say=lambda _: None, hurry=asyncio.Event()) as supervisor:
        yield Stack(supervisor, data_dir)


@pytest.fixture
async def issuer(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    """Signs people in to the mesh that is started next, with tokens that last for seconds; yields its address."""
    accounts = Accounts(Issuer(), seconds=8, asks=True)
    async with signing_in(accounts) as address:
        for name, value in (("AUTH", "jwt"), ("AUTH_ISSUER", address), ("AUTH_CLIENT_ID", accounts.client_id)):
            monkeypatch.setenv(name, value)
        yield address


async def test_signing_in_in_a_browser(issuer: str, empty: Stack, long_song: Path) -> None:
    await _browse(SIGNING_IN, empty, long_song, ISSUER_URL=issuer)


@pytest.mark.parametrize(
    "steps", sorted({path.name for path in (ROOT / "web" / "e2e").glob("*.e2e.ts")} - {SIGNING_IN})
)
async def test_the_studio_in_a_browser(empty: Stack, long_song: Path, steps: str) -> None:
    await _browse(steps, empty, long_song)


async def _browse(steps: str, mesh: Stack, long_song: Path, **more: str) -> None:
    environment = {
        "STUDIO_URL": mesh.supervisor.studio,
        "SONG": str(EXAMPLE),
        "LONG_SONG": str(long_song),
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
