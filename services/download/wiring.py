"""The composition root of the download service."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from alchemy.download.v1.download_service_pb2_grpc import add_DownloadServiceServicer_to_server
from services.download.adapters.direct import DirectProvider
from services.download.adapters.guarded import GuardedHttp
from services.download.adapters.healths import RedisHealths
from services.download.adapters.page import PageLimits, PageOptions, PageProvider
from services.download.adapters.songs import GrpcSongs
from services.download.adapters.sources import RedisSources
from services.download.adapters.spotdl import SpotdlOptions, SpotdlProvider
from services.download.domain import ACTOR, DIRECT, KIND, PAGE, SPOTDL
from services.download.ports import Provider
from services.download.router import Router
from services.download.rpc import DownloadRpc
from services.download.settings import Settings
from services.download.translate import DownloadEvents
from services.download.usecases import Downloads
from services.mesh import redis
from services.mesh.access import channel
from services.mesh.audio.ffmpeg import ffmpeg_path
from services.mesh.drain import Drain
from services.mesh.events import EventTail
from services.mesh.jobs.dispatch import DramatiqDispatcher
from services.mesh.jobs.reconcile import Reconciler
from services.mesh.jobs.store import JobStore
from services.mesh.keys import load_key
from services.mesh.server import ServiceBundle

SERVICE = "alchemy.download.v1.DownloadService"

_WEB = frozenset({DIRECT, PAGE})
_PORTS = {"http": 80, "https": 443}


@asynccontextmanager
async def build(settings: Settings, drain: Drain) -> AsyncIterator[ServiceBundle]:
    """Connects the service's parts; closes them in reverse."""
    async with (
        redis.connect(settings.redis_url) as client,
        channel(settings.spotify_target, load_key(settings.mesh_key_file)) as to_spotify,
    ):
        store = JobStore(client, KIND, DownloadEvents())
        dispatcher = DramatiqDispatcher(settings.redis_url, ACTOR)
        tail = EventTail(client)
        downloads = Downloads(
            store=store,
            dispatcher=dispatcher,
            router=make_router(settings),
            sources=RedisSources(client),
            songs=GrpcSongs(to_spotify),
            healths=RedisHealths(client),
            allowed_hosts=settings.allowed_hosts,
            queue=settings.queue,
            max_queued=settings.max_queued_jobs,
        )
        rpc = DownloadRpc(downloads, tail, drain)
        try:
            yield ServiceBundle(
                register=lambda server: add_DownloadServiceServicer_to_server(rpc, server),
                names=[SERVICE],
                background=[tail.run, Reconciler(store, dispatcher).run],
            )
        finally:
            dispatcher.close()


def guarded_http(settings: Settings, allowed_hosts: frozenset[str] = frozenset()) -> GuardedHttp:
    """Makes what sends requests; the worker uses it too."""
    return GuardedHttp(allowed_hosts=settings.allowed_hosts | allowed_hosts, stall_seconds=settings.stall_seconds)


def make_router(settings: Settings) -> Router:
    """Makes all providers; the worker uses it too."""
    providers = _web_providers(settings, settings.providers, frozenset())
    # A search of the operator's own may be on a private network, and so may the songs beside it. What users link may not.
    own = frozenset(host for source in settings.spotdl_audio_source if (host := _host_of(source)))
    found = Router(_web_providers(settings, _WEB, own), _WEB)
    spotdl = SpotdlProvider(
        enabled=SPOTDL in settings.providers,
        options=SpotdlOptions(
            python=settings.spotdl_python,
            sources=settings.spotdl_audio_source,
            cookies=settings.ytdlp_cookies,
            proxy=settings.ytdlp_proxy,
            ipv4=settings.ytdlp_ipv4,
            ffmpeg=ffmpeg_path(settings.ffmpeg),
            max_seconds=settings.max_audio_seconds,
            max_bytes=settings.max_bytes,
        ),
        found=found,
        allowed_hosts=settings.allowed_hosts | own,
    )
    return Router({**providers, SPOTDL: spotdl}, settings.providers)


def _web_providers(settings: Settings, enabled: frozenset[str], own: frozenset[str]) -> dict[str, Provider]:
    direct = DirectProvider(
        guarded_http(settings, own),
        enabled=DIRECT in enabled,
        max_bytes=settings.max_bytes,
        transfer_seconds=settings.transfer_seconds,
        stall_seconds=settings.stall_seconds,
    )
    page = PageProvider(
        enabled=PAGE in enabled,
        limits=PageLimits(
            max_bytes=settings.max_bytes,
            max_seconds=settings.max_audio_seconds,
            transfer_seconds=settings.transfer_seconds,
            stall_seconds=settings.stall_seconds,
        ),
        options=PageOptions(
            cookies=settings.ytdlp_cookies,
            proxy=settings.ytdlp_proxy,
            ipv4=settings.ytdlp_ipv4,
            ffmpeg=ffmpeg_path(settings.ffmpeg),
        ),
        allowed_hosts=settings.allowed_hosts | own,
    )
    return {DIRECT: direct, PAGE: page}


def _host_of(source: str) -> str:
    """The host:port of an address; empty for a name."""
    parts = urlsplit(source)
    return f"{parts.hostname}:{parts.port or _PORTS[parts.scheme]}" if parts.scheme in _PORTS else ""
