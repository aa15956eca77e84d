"""Signing in from the command line, and tokens that renew themselves; against a real issuer and a real gateway."""

import asyncio
import json
import os
import stat
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

import sfa
from alchemy_sdk.alchemy.type.v1 import JobState
from sfa.account.issuer import Grant, OpenId
from sfa.account.store import Accounts as Kept
from sfa.account.tokens import Account
from sfa.account.web import SignInFailed
from sfa.sign_in import sign_in_settings
from tests.door.backend import running_backend
from tests.door.conftest import Door, running_envoy, until
from tests.door.issuer import Accounts, Issuer, signing_in


@dataclass
class Shared:
    """A gateway that asks for tokens, and who gives them."""

    door: Door
    accounts: Accounts
    offer: dict[str, str]


@pytest.fixture(params=["oidc", "supabase"])
async def shared(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Shared]:
    monkeypatch.setenv("SFA_CONFIG_DIR", str(tmp_path / "config"))
    accounts = Accounts(Issuer())
    async with signing_in(accounts) as name, running_backend() as backend:
        environment = {"AUTH": "jwt", "AUTH_ISSUER": name}
        if request.param == "oidc":
            environment["AUTH_CLIENT_ID"] = accounts.client_id
        else:
            environment["AUTH_SUPABASE_KEY"] = "publishable"
        settings = sign_in_settings(tmp_path, environment)
        async with running_envoy(backend, tmp_path, sign_in=settings) as door:
            await until(door, lambda status: status == 200)
            async with aiohttp.request("GET", f"{door.url}/auth/config") as reply:
                yield Shared(door, accounts, await reply.json())


async def sfa_command(shared: Shared, *words: str, env: dict[str, str] | None = None) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sfa", "--target", shared.door.url, *words),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **(env or {})},
    )


async def run(shared: Shared, *words: str, env: dict[str, str] | None = None) -> tuple[int | None, str, str]:
    process = await sfa_command(shared, *words, env=env)
    out, err = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode, out.decode(), err.decode()


async def signed_in(shared: Shared) -> None:
    if shared.offer["mode"] == "supabase":
        status, _, err = await run(shared, "login", "--email", "alice", env={"SFA_PASSWORD": shared.accounts.password})
        assert status == 0, err
        return
    process = await sfa_command(shared, "login", "--no-browser")
    assert process.stderr is not None
    await process.stderr.readline()
    page = (await process.stderr.readline()).decode().strip()
    async with aiohttp.request("GET", page) as reply:  # as a browser does, back to the command's own address
        assert "close this page" in await reply.text()
    assert await asyncio.wait_for(process.wait(), 20) == 0


async def test_signing_in_out_and_in_between(shared: Shared, tmp_path: Path) -> None:
    status, _, err = await run(shared, "models")
    assert status == 4
    assert "sfa login" in err
    await signed_in(shared)
    kept = tmp_path / "config" / "accounts.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    status, out, err = await run(shared, "whoami", "--json")
    assert status == 0, err
    assert json.loads(out)["user"] == "alice"
    assert shared.door.backend.metadata[-1]["x-alchemy-user"] == "alice"
    status, _, err = await run(shared, "logout")
    assert status == 0, err
    assert shared.accounts.asked["revoke" if shared.offer["mode"] == "oidc" else "logout"] == 1
    assert json.loads(kept.read_text()) == {}
    assert (await run(shared, "models"))[0] == 4


async def test_a_token_is_renewed_before_its_end_and_by_one_of_many(
    shared: Shared,
) -> None:
    shared.accounts.seconds = 30  # less than a minute is left of it at once
    await signed_in(shared)
    shared.accounts.seconds = 3600
    async with sfa.connect(shared.door.url) as mesh:
        await asyncio.gather(*(mesh.processing.get_model("models/a") for _ in range(8)))
    async with sfa.connect(shared.door.url) as mesh:
        await mesh.processing.get_model("models/a")
    assert shared.accounts.asked["refresh_token"] == 1


async def test_a_token_that_the_mesh_refuses_is_renewed_once(shared: Shared) -> None:
    await signed_in(shared)
    kept = Kept.of_this_user()
    grant = kept.get(shared.door.url)
    assert grant is not None
    stale = shared.accounts.issuer.token(exp=int(time.time()) - 3600)
    kept.put(shared.door.url, Grant(**{**grant.to_json(), "access_token": stale}))
    async with sfa.connect(shared.door.url) as mesh:
        await mesh.processing.get_model("models/a")
        job = mesh.processing.watch("tracks/a/separations/b")
        assert [snapshot.state async for snapshot in job][-1] == JobState.SUCCEEDED
    assert shared.accounts.asked["refresh_token"] == 1


async def test_a_session_that_was_taken_back_says_how_to_begin_another(
    shared: Shared,
) -> None:
    shared.accounts.seconds = 1
    await signed_in(shared)
    shared.accounts.end_all()
    status, _, err = await run(shared, "models")
    assert status == 4
    assert "sfa login" in err


async def test_a_long_watch_goes_on_with_a_fresh_token(
    shared: Shared,
) -> None:
    await signed_in(shared)
    async with sfa.connect(shared.door.url) as mesh:
        seen = 0
        # The backend ends this one after its first message: each time it is opened again.
        async for _ in mesh.realtime.subscribe(heartbeats=True):
            seen += 1
            kept = Kept.of_this_user()
            tokens = mesh._transport._tokens  # what time would do
            assert isinstance(tokens, Account)
            expired: Any = Grant(**{**tokens._grant.to_json(), "expires_at": 0.0})
            tokens._grant = expired
            kept.put(shared.door.url, expired)
            if seen == 3:
                break
    assert shared.accounts.asked["refresh_token"] == 2


@pytest.mark.parametrize("shared", ["oidc"], indirect=True)
async def test_a_machine_without_a_browser_is_signed_in_from_another(shared: Shared) -> None:
    process = await sfa_command(shared, "login", "--device")
    assert process.stderr is not None
    assert b"ABCD-EFGH" in await process.stderr.readline()
    await asyncio.sleep(0.3)
    shared.accounts.agreed = True
    assert await asyncio.wait_for(process.wait(), 20) == 0
    assert (await run(shared, "whoami"))[0] == 0


@pytest.mark.parametrize("shared", ["oidc"], indirect=True)
async def test_an_issuer_that_calls_itself_otherwise_is_not_trusted(shared: Shared) -> None:
    shared.accounts.issuer.name = "https://elsewhere.test"
    with pytest.raises(SignInFailed, match="elsewhere"):
        await asyncio.to_thread(OpenId, shared.offer)


@pytest.mark.parametrize("shared", ["supabase"], indirect=True)
async def test_a_wrong_password_is_said_in_the_words_of_the_issuer(shared: Shared) -> None:
    status, _, err = await run(shared, "login", "--email", "alice", env={"SFA_PASSWORD": "wrong"})
    assert status == 1
    assert "invalid_credentials" in err
