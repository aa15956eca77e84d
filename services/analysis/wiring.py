"""The composition root of the analysis service."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from alchemy.analysis.v1.analysis_service_pb2_grpc import add_AnalysisServiceServicer_to_server
from services.analysis.adapters import beat_model
from services.analysis.adapters.files import BlobResultFiles
from services.analysis.adapters.index import RedisFeatureIndex
from services.analysis.adapters.library import GrpcLibrary
from services.analysis.adapters.plotter import PlottingProcess
from services.analysis.domain import ACTOR, KIND
from services.analysis.exports import Exports
from services.analysis.reading import Readings
from services.analysis.rpc import AnalysisRpc
from services.analysis.settings import Settings
from services.analysis.shelf import Shelf
from services.analysis.translate import AnalysisEvents
from services.analysis.usecases import Analyses
from services.analysis.versions import versions
from services.mesh import redis
from services.mesh.access import channel
from services.mesh.audio.ffmpeg import ffmpeg_path
from services.mesh.blobs import LocalBlobStore
from services.mesh.drain import Drain
from services.mesh.events import EventLog, EventTail, Published
from services.mesh.jobs.dispatch import DramatiqDispatcher
from services.mesh.jobs.reconcile import Reconciler
from services.mesh.jobs.store import JobStore
from services.mesh.keys import load_key
from services.mesh.server import ServiceBundle

SERVICE = "alchemy.analysis.v1.AnalysisService"


@asynccontextmanager
async def build(settings: Settings, drain: Drain) -> AsyncIterator[ServiceBundle]:
    """Connects the service's parts; closes them in reverse."""
    model = beat_model.chosen(settings.beat_model)
    async with (
        redis.connect(settings.redis_url) as client,
        channel(settings.library_target, load_key(settings.mesh_key_file)) as to_library,
    ):
        store = JobStore(client, KIND, AnalysisEvents())
        dispatcher = DramatiqDispatcher(settings.redis_url, ACTOR)
        tail = EventTail(client)
        blobs, library = LocalBlobStore(settings.data_dir / "blobs"), GrpcLibrary(to_library)
        files = BlobResultFiles(blobs)
        analyses = Analyses(
            store=store,
            dispatcher=dispatcher,
            library=library,
            shelf=Shelf(library=library, files=files, index=RedisFeatureIndex(client)),
            versions=versions(model.version if model else ""),
            queue=settings.queue,
            max_queued=settings.max_queued_jobs,
        )
        rpc = AnalysisRpc(
            analyses=analyses,
            readings=Readings(analyses=analyses, library=library, files=files),
            exports=Exports(
                blobs=blobs,
                plotter=PlottingProcess(ffmpeg_path(settings.ffmpeg)),
                folder=settings.data_dir / "plots",
            ),
            tail=tail,
            drain=drain,
        )

        async def react(published: Published) -> None:
            if published.event.HasField("track_deleted"):
                await analyses.forget_parent(published.owner, published.event.track_deleted)

        async def follow_library() -> None:
            await EventLog(client).consume("analysis", react)

        try:
            yield ServiceBundle(
                register=lambda server: add_AnalysisServiceServicer_to_server(rpc, server),
                names=[SERVICE],
                background=[tail.run, follow_library, Reconciler(store, dispatcher).run],
            )
        finally:
            dispatcher.close()
