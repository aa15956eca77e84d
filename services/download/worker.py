"""`python -m services.download.worker`: takes downloads from the queue, a few at a time."""

import asyncio

from services.download.adapters.direct import HttpCovers
from services.download.adapters.healths import RedisHealths
from services.download.adapters.library import GrpcLibrary
from services.download.adapters.songs import GrpcSongs
from services.download.adapters.sources import RedisSources
from services.download.domain import ACTOR, KIND
from services.download.performer import DownloadPerformer
from services.download.settings import Settings
from services.download.translate import DownloadEvents
from services.download.wiring import guarded_http, make_router
from services.mesh import redis
from services.mesh.access import channel
from services.mesh.drain import Drain
from services.mesh.jobs.dispatch import DramatiqDispatcher
from services.mesh.jobs.store import JobStore
from services.mesh.jobs.worker import JobWorker
from services.mesh.keys import load_key
from services.mesh.server import run_worker


async def work(settings: Settings, drain: Drain) -> None:
    """Runs the workers until the drain starts."""
    router = make_router(settings)
    dispatcher = DramatiqDispatcher(settings.redis_url, ACTOR)
    async with (
        redis.connect(settings.redis_url) as client,
        channel(settings.library_target, load_key(settings.mesh_key_file)) as to_library,
        channel(settings.spotify_target, load_key(settings.mesh_key_file)) as to_spotify,
    ):
        store = JobStore(client, KIND, DownloadEvents())
        performer = DownloadPerformer(
            router=router,
            library=GrpcLibrary(to_library),
            covers=HttpCovers(guarded_http(settings)),
            sources=RedisSources(client),
            songs=GrpcSongs(to_spotify),
            healths=RedisHealths(client),
            work_dir=settings.data_dir / "downloads",
        )
        # Downloads mostly wait for the network, so a process carries several.
        workers = [
            JobWorker(
                redis_url=settings.redis_url,
                queue=settings.queue,
                actor_name=ACTOR,
                store=store,
                dispatcher=dispatcher,
                performer=performer,
                drain=drain,
            )
            for _ in range(settings.concurrency)
        ]
        try:
            await asyncio.gather(*(worker.run() for worker in workers))
        finally:
            await router.close()
            dispatcher.close()


if __name__ == "__main__":
    run_worker("download-worker", work, Settings)
