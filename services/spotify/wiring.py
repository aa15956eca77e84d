"""The composition root of the spotify service."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from alchemy.spotify.v1.spotify_service_pb2_grpc import add_SpotifyServiceServicer_to_server
from services.mesh import redis
from services.mesh.drain import Drain
from services.mesh.logs import logger
from services.mesh.server import ServiceBundle
from services.spotify.adapters.accounts import RedisAccounts, load_cipher
from services.spotify.adapters.breaker import Breaker
from services.spotify.adapters.cache import CachedCatalogue, Ttl
from services.spotify.adapters.pause import Pause
from services.spotify.adapters.short_links import HttpShortLinks
from services.spotify.adapters.unconfigured import Unconfigured
from services.spotify.adapters.webapi import WebApi, WebApiSettings
from services.spotify.rpc import SpotifyRpc
from services.spotify.settings import Settings
from services.spotify.usecases import Spotify

SERVICE = "alchemy.spotify.v1.SpotifyService"

log = logger(__name__)


@asynccontextmanager
async def build(settings: Settings, drain: Drain) -> AsyncIterator[ServiceBundle]:
    """Connects the service's parts; closes them in reverse."""
    async with _spotify(settings) as spotify:
        rpc = SpotifyRpc(spotify, drain)
        yield ServiceBundle(
            register=lambda server: add_SpotifyServiceServicer_to_server(rpc, server),
            names=[SERVICE],
        )


@asynccontextmanager
async def _spotify(settings: Settings) -> AsyncIterator[Spotify]:
    if not (settings.client_id and settings.client_secret):
        log.info("spotify is off: SPOTIFY_CLIENT_ID and SPOTIFY_CLIENT_SECRET are not set")
        off = Unconfigured()
        yield Spotify(off, off, off)
        return
    cipher = load_cipher(settings.token_key_file)
    async with (
        redis.connect(settings.redis_url) as client,
        HttpShortLinks() as short_links,
        RedisAccounts(client, cipher, settings.client_id, settings.accounts_url) as accounts,
    ):
        upstream = WebApi(
            WebApiSettings(
                client_id=settings.client_id,
                client_secret=settings.client_secret,
                api_url=settings.api_url,
                accounts_url=settings.accounts_url,
                timeout_seconds=settings.timeout_seconds,
            ),
            Pause(client),
            Breaker("Spotify"),
            accounts.token,
        )
        ttl = Ttl(found=settings.cache_seconds, absent=settings.negative_cache_seconds)
        catalogue = CachedCatalogue(upstream, client, ttl)
        try:
            yield Spotify(catalogue, short_links, accounts)
        finally:
            await catalogue.close()
            upstream.close()
