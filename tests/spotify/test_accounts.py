"""Users' own accounts: PKCE, private playlists, tokens that are encrypted, renewed and forgotten."""

import stat
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest

from alchemy.spotify.v1 import spotify_service_pb2 as pb
from services.mesh.redis import Client
from services.mesh.settings import CannotStart
from services.spotify.adapters.accounts import load_cipher
from sfa.sandbox import catalogue
from tests.rpc.failing import failing
from tests.spotify.conftest import AS_ANN, Far

AS_BOB = (("x-alchemy-user", "bob"),)
BACK = "http://127.0.0.1:43210/callback"
PRIVATE = f"spotify/playlists/{catalogue.PLAYLISTS[2]['id']}"


@pytest.fixture
async def browser() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def agree(far: Far, browser: aiohttp.ClientSession) -> tuple[str, str]:
    """What comes back to the redirect address after the person has agreed: state and code."""
    request = pb.BeginAuthorizationRequest(redirect_uri=BACK)
    begun = await far.stub.BeginAuthorization(request, metadata=AS_ANN)
    async with browser.get(begun.authorization_uri, allow_redirects=False) as response:
        location = urlsplit(response.headers["Location"])
    assert location._replace(query="").geturl() == BACK
    query = parse_qs(location.query)
    assert query["state"] == [begun.state]
    return begun.state, query["code"][0]


async def connect(far: Far, browser: aiohttp.ClientSession) -> None:
    state, code = await agree(far, browser)
    await far.stub.CompleteAuthorization(pb.CompleteAuthorizationRequest(state=state, code=code), metadata=AS_ANN)


async def read(far: Far, metadata: tuple[tuple[str, str], ...] = AS_ANN) -> int:
    parts = far.stub.GetPlaylist(pb.GetPlaylistRequest(name=PRIVATE), metadata=metadata)
    return sum([len(part.items) async for part in parts])


async def test_a_private_playlist_is_shown_to_whose_it_is_and_to_nobody_else(
    far: Far, browser: aiohttp.ClientSession
) -> None:
    with failing("SPOTIFY_NOT_FOUND"):
        await read(far)
    await connect(far, browser)
    assert await read(far) == 3
    # Also not from the cache.
    with failing("SPOTIFY_NOT_FOUND"):
        await read(far, AS_BOB)
    await far.stub.RevokeAuthorization(pb.RevokeAuthorizationRequest(), metadata=AS_ANN)
    with failing("SPOTIFY_NOT_FOUND"):
        await read(far)


async def test_an_attempt_is_good_once_and_for_one_user(far: Far, browser: aiohttp.ClientSession) -> None:
    state, code = await agree(far, browser)
    request = pb.CompleteAuthorizationRequest(state=state, code=code)
    with failing("SPOTIFY_AUTHORIZATION_FAILED"):
        await far.stub.CompleteAuthorization(request, metadata=AS_BOB)
    with failing("SPOTIFY_AUTHORIZATION_FAILED"):
        await far.stub.CompleteAuthorization(request, metadata=AS_ANN)
    state, _ = await agree(far, browser)
    with failing("SPOTIFY_AUTHORIZATION_FAILED"):
        wrong = pb.CompleteAuthorizationRequest(state=state, code="made-up")
        await far.stub.CompleteAuthorization(wrong, metadata=AS_ANN)


async def test_a_token_is_renewed_before_it_ends(far: Far, browser: aiohttp.ClientSession) -> None:
    far.sandbox.token_seconds = 30
    await connect(far, browser)
    far.sandbox.tokens -= far.sandbox.user_tokens
    assert await read(far) == 3
    assert len(far.sandbox.refresh_tokens) == 1


async def test_a_withdrawn_permission_is_said_and_forgotten(
    far: Far, browser: aiohttp.ClientSession, redis_client: Client
) -> None:
    far.sandbox.token_seconds = 30
    await connect(far, browser)
    far.sandbox.refresh_tokens.clear()
    with failing("SPOTIFY_AUTHORIZATION_FAILED"):
        await read(far)
    assert not [key async for key in redis_client.scan_iter("alchemy:spotify:account:*")]


async def test_nothing_in_redis_can_be_used_without_the_key(
    far: Far, browser: aiohttp.ClientSession, redis_client: Client, tmp_path: Path
) -> None:
    await connect(far, browser)
    await read(far)
    kept = [await redis_client.get(key) async for key in redis_client.scan_iter("*")]
    secrets = [one.encode() for one in far.sandbox.tokens | far.sandbox.refresh_tokens]
    assert kept
    assert not [secret for secret in secrets for value in kept if secret in value]
    assert stat.S_IMODE((tmp_path / "spotify.key").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "address",
    [
        "",
        "http://localhost:8888/callback",
        "https://evil.example/callback",
        "http://127.0.0.1.evil.example/",
        "http://127.0.0.1@evil.example/",
        "http://127.0.0.1:8888/?next=x",
        "javascript:alert(1)",
    ],
)
async def test_nobody_is_sent_back_to_another_machine(far: Far, address: str) -> None:
    with failing("INVALID_REQUEST") as failure:
        await far.stub.BeginAuthorization(pb.BeginAuthorizationRequest(redirect_uri=address), metadata=AS_ANN)
    assert failure.fields == ["redirect_uri"]


def test_a_key_file_that_is_none_is_said(tmp_path: Path) -> None:
    path = tmp_path / "key"
    assert load_cipher(path).decrypt(load_cipher(path).encrypt(b"x")) == b"x"
    path.write_text("not a key")
    with pytest.raises(CannotStart, match="not a key"):
        load_cipher(path)
