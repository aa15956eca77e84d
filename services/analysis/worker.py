"""`python -m services.analysis.worker`: takes analyses from the queue and measures them, one at a time."""

import asyncio

from services.analysis.adapters import beat_model
from services.analysis.adapters.files import BlobResultFiles
from services.analysis.adapters.index import RedisFeatureIndex
from services.analysis.adapters.library import GrpcLibrary
from services.analysis.adapters.measurer import MeasuringProcess
from services.analysis.domain import ACTOR, KIND
from services.analysis.performer import AnalysisPerformer
from services.analysis.settings import Settings
from services.analysis.shelf import Shelf
from services.analysis.translate import AnalysisEvents
from services.mesh import redis
from services.mesh.access import channel
from services.mesh.audio.ffmpeg import ffmpeg_path
from services.mesh.blobs import LocalBlobStore
from services.mesh.child import ChildDied
from services.mesh.drain import Drain, stop
from services.mesh.jobs.dispatch import DramatiqDispatcher
from services.mesh.jobs.store import JobStore
from services.mesh.jobs.worker import JobWorker
from services.mesh.keys import load_key
from services.mesh.server import run_worker
from services.mesh.settings import CannotStart


async def work(settings: Settings, drain: Drain) -> None:
    """Runs the worker until the drain starts."""
    blobs = LocalBlobStore(settings.data_dir / "blobs")
    model = beat_model.chosen(settings.beat_model)
    measurer = MeasuringProcess(ffmpeg_path(settings.ffmpeg), model)
    if model is not None:
        # Before anything is taken from the queue: what cannot be loaded ends the worker, not one job after the other.
        try:
            await measurer.start()
        except ChildDied as death:
            raise CannotStart(f"BEAT_MODEL={model.path} cannot be loaded; the line above says why.") from death
    dispatcher = DramatiqDispatcher(settings.redis_url, ACTOR)
    async with (
        redis.connect(settings.redis_url) as client,
        channel(settings.library_target, load_key(settings.mesh_key_file)) as to_library,
    ):
        shelf = Shelf(library=GrpcLibrary(to_library), files=BlobResultFiles(blobs), index=RedisFeatureIndex(client))
        worker = JobWorker(
            redis_url=settings.redis_url,
            queue=settings.queue,
            actor_name=ACTOR,
            store=JobStore(client, KIND, AnalysisEvents()),
            dispatcher=dispatcher,
            performer=AnalysisPerformer(measurer=measurer, shelf=shelf, blobs=blobs, work_dir=settings.work_dir),
            drain=drain,
        )
        # While the worker connects, the child loads its libraries: the first job need not wait for that.
        warming = asyncio.ensure_future(measurer.start())
        try:
            await worker.run()
        finally:
            await measurer.close()
            await stop(warming)
            dispatcher.close()


if __name__ == "__main__":
    run_worker("analysis-worker", work, Settings)
