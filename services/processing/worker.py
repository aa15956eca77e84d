"""`python -m services.processing.worker`: takes separations from their queue and computes them, one at a time on each device.

Beside them it takes installations of models from theirs, so that a download never waits for a computation.
"""

import asyncio

from services.mesh import redis
from services.mesh.access import channel
from services.mesh.audio.ffmpeg import ffmpeg_path
from services.mesh.blobs import LocalBlobStore
from services.mesh.drain import Drain, stop
from services.mesh.jobs.dispatch import DramatiqDispatcher
from services.mesh.jobs.store import JobStore
from services.mesh.jobs.worker import JobWorker
from services.mesh.keys import load_key
from services.mesh.server import run_worker
from services.processing.adapters.engine import EngineProcess
from services.processing.adapters.library import GrpcLibrary
from services.processing.device_board import DeviceBoard, keep_announcing
from services.processing.domain import ACTOR, INSTALL_ACTOR, INSTALL_KIND, INSTALL_QUEUE, KIND
from services.processing.installer import InstallationPerformer
from services.processing.performer import SeparationPerformer
from services.processing.reuse import Reuse
from services.processing.settings import Settings
from services.processing.stem_blobs import StemBlobs
from services.processing.translate import InstallationEvents, SeparationEvents


async def work(settings: Settings, drain: Drain) -> None:
    """Runs the worker until the drain starts."""
    blobs = LocalBlobStore(settings.data_dir / "blobs")
    engines = [
        EngineProcess(
            models_dir=settings.models_dir,
            device=device,
            ffmpeg=ffmpeg_path(settings.ffmpeg),
            cpu_fallback=settings.cpu_fallback,
            precision=settings.precision,
        )
        for device in settings.devices
    ]
    dispatcher = DramatiqDispatcher(settings.redis_url, ACTOR)
    install_dispatcher = DramatiqDispatcher(settings.redis_url, INSTALL_ACTOR)
    async with (
        redis.connect(settings.redis_url) as client,
        channel(settings.library_target, load_key(settings.mesh_key_file)) as to_library,
    ):
        store, library = JobStore(client, KIND, SeparationEvents()), GrpcLibrary(to_library)
        stems = StemBlobs(blobs, settings.copies_dir)
        performers = [
            SeparationPerformer(
                engine=engine,
                library=library,
                reuse=Reuse(store, library, stems),
                blobs=blobs,
                stems=stems,
                work_dir=settings.work_dir,
            )
            for engine in engines
        ]
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
            for performer in performers
        ]
        installer = JobWorker(
            redis_url=settings.redis_url,
            queue=INSTALL_QUEUE,
            actor_name=INSTALL_ACTOR,
            store=JobStore(client, INSTALL_KIND, InstallationEvents()),
            dispatcher=install_dispatcher,
            performer=InstallationPerformer(settings.models_dir),
            drain=drain,
        )
        # While the workers connect, the children load their libraries: the first job need not wait for that.
        warming = [asyncio.ensure_future(engine.start()) for engine in engines]
        board = DeviceBoard(client, settings.queue)
        announcing = [asyncio.ensure_future(keep_announcing(board, performer.device)) for performer in performers]
        try:
            await asyncio.gather(*(worker.run() for worker in (*workers, installer)))
        finally:
            await asyncio.gather(*(engine.close() for engine in engines))
            await stop(*announcing, *warming)
            dispatcher.close()
            install_dispatcher.close()


if __name__ == "__main__":
    run_worker("processing-worker", work, Settings)
