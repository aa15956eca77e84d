"""The spotify service as it is wired, on the real Valkey, with spotipy speaking to a stand-in Web API."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import grpc.aio
import pytest

from alchemy.spotify.v1.spotify_service_pb2_grpc import SpotifyServiceStub
from services.mesh.drain import Drain
from services.mesh.redis import Client
from services.mesh.settings import read_settings
from services.mesh.testing import serve
from services.spotify.settings import Settings
from services.spotify.wiring import build
from sfa.sandbox import CLIENT_ID, CLIENT_SECRET
from sfa.sandbox.spotify import SpotifySandbox
from tests.conftest import Valkey

AS_ANN = (("x-alchemy-user", "ann"),)


@dataclass
class Far:
    """A running service, and the stand-in that it asks."""

    stub: SpotifyServiceStub
    sandbox: SpotifySandbox
    drain: Drain


def settings(url: str, redis_url: str, data_dir: Path, **more: str) -> Settings:
    environment = {
        "DATA_DIR": str(data_dir),
        "REDIS_URL": redis_url,
        "SPOTIFY_API_URL": f"{url}/v1/",
        "SPOTIFY_ACCOUNTS_URL": url,
        "SPOTIFY_CLIENT_ID": CLIENT_ID,
        "SPOTIFY_CLIENT_SECRET": CLIENT_SECRET,
        "SPOTIFY_TIMEOUT_SECONDS": "1",
    }
    return read_settings(Settings, environment | more)


@asynccontextmanager
async def service(values: Settings, sandbox: SpotifySandbox) -> AsyncIterator[Far]:
    drain = Drain()
    async with build(values, drain) as bundle, serve(bundle, drain) as channel:
        assert isinstance(channel, grpc.aio.Channel)
        yield Far(SpotifyServiceStub(channel), sandbox, drain)


@pytest.fixture
async def far(redis_client: Client, valkey: Valkey, tmp_path: Path) -> AsyncIterator[Far]:
    async with AsyncExitStack() as stack:
        sandbox = SpotifySandbox()
        url = await stack.enter_async_context(sandbox.serving())
        yield await stack.enter_async_context(service(settings(url, valkey.url, tmp_path), sandbox))
