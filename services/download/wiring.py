"""The composition root of the download service."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from alchemy.download.v1.download_service_pb2_grpc import add_DownloadServiceServicer_to_server
from services.download.adapters.direct import DirectProvider
from services.download.adapters.guarded import GuardedHttp
from services.download.adapters.page import PageLimits, PageOptions, PageProvider
from services.download.adapters.sources import RedisSources
from services.download.domain import ACTOR, DIRECT, KIND, PAGE
from services.download.router import Router
from services.download.rpc import DownloadRpc
from services.download.settings import Settings
from services.download.translate import DownloadEvents
from services.download.usecases import Downloads
from services.mesh import redis
from services.mesh.audio.ffmpeg import ffmpeg_path
from services.mesh.drain import Drain
from services.mesh.events import EventTail
from services.mesh.jobs.dispatch import DramatiqDispatcher
from services.mesh.jobs.reconcile import Reconciler
from services.mesh.jobs.store import JobStore
from services.mesh.server import ServiceBundle

SERVICE = "alchemy.download.v1.DownloadService"


@asynccontextmanager
async def build(settings: Settings, drain: Drain) -> AsyncIterator[ServiceBundle]:
    """Connects the service's parts; closes them in reverse."""
    async with redis.connect(settings.redis_url) as client:
        store = JobStore(client, KIND, DownloadEvents())
        dispatcher = DramatiqDispatcher(settings.redis_url, ACTOR)
        tail = EventTail(client)
        downloads = Downloads(
            store=store,
            dispatcher=dispatcher,
            router=make_router(settings, guarded_http(settings)),
            sources=RedisSources(client),
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


def guarded_http(settings: Settings) -> GuardedHttp:
    """Makes what sends requests; the worker uses it too."""
    return GuardedHttp(allowed_hosts=settings.allowed_hosts, stall_seconds=settings.stall_seconds)


def make_router(settings: Settings, http: GuardedHttp) -> Router:
    """Makes all providers; the worker uses it too."""
    direct = DirectProvider(
        http,
        enabled=DIRECT in settings.providers,
        max_bytes=settings.max_bytes,
        transfer_seconds=settings.transfer_seconds,
        stall_seconds=settings.stall_seconds,
    )
    page = PageProvider(
        enabled=PAGE in settings.providers,
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
        allowed_hosts=settings.allowed_hosts,
    )
    return Router({DIRECT: direct, PAGE: page}, settings.providers)
