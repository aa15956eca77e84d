"""The composition root of the processing service."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from alchemy.processing.v1.processing_service_pb2_grpc import add_ProcessingServiceServicer_to_server
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
from services.processing.adapters.build import engine_build
from services.processing.adapters.library import GrpcLibrary
from services.processing.adapters.mixer import MixingProcess
from services.processing.adapters.weights import ModelStore
from services.processing.device_board import DeviceBoard
from services.processing.domain import ACTOR, INSTALL_ACTOR, INSTALL_KIND, KIND
from services.processing.exports import Exports
from services.processing.installations import Installations
from services.processing.mixes import Mixes
from services.processing.reuse import Reuse
from services.processing.rpc import ProcessingRpc
from services.processing.settings import Settings
from services.processing.stem_blobs import StemBlobs
from services.processing.streams import StemStreams
from services.processing.translate import InstallationEvents, SeparationEvents
from services.processing.usecases import Catalogue, Separations

SERVICE = "alchemy.processing.v1.ProcessingService"


@asynccontextmanager
async def build(settings: Settings, drain: Drain) -> AsyncIterator[ServiceBundle]:
    """Connects the service's parts; closes them in reverse."""
    async with (
        redis.connect(settings.redis_url) as client,
        channel(settings.library_target, load_key(settings.mesh_key_file)) as to_library,
    ):
        store = JobStore(client, KIND, SeparationEvents())
        dispatcher = DramatiqDispatcher(settings.redis_url, ACTOR)
        tail = EventTail(client)
        models = ModelStore(settings.models_dir)
        catalogue, library = Catalogue(models), GrpcLibrary(to_library)
        blobs, ffmpeg = LocalBlobStore(settings.data_dir / "blobs"), ffmpeg_path(settings.ffmpeg)
        separations = Separations(
            store=store,
            dispatcher=dispatcher,
            library=library,
            catalogue=catalogue,
            reuse=Reuse(store, library, StemBlobs(blobs, settings.copies_dir)),
            build=engine_build(settings.precision),
            queue=settings.queue,
            max_queued=settings.max_queued_jobs,
        )
        installing = JobStore(client, INSTALL_KIND, InstallationEvents())
        install_dispatcher = DramatiqDispatcher(settings.redis_url, INSTALL_ACTOR)
        installations = Installations(
            store=installing, separations=store, dispatcher=install_dispatcher, catalogue=catalogue, models=models
        )
        streams = StemStreams(
            store=store,
            catalogue=catalogue,
            blobs=blobs,
            work_dir=settings.work_dir,
            ffmpeg=ffmpeg,
            drain=drain,
        )
        exports = Exports(
            store=store,
            library=library,
            catalogue=catalogue,
            blobs=blobs,
            folder=settings.data_dir / "exports",
            ffmpeg=ffmpeg,
        )
        mixes = Mixes(
            store=store, library=library, blobs=blobs, mixer=MixingProcess(ffmpeg), folder=settings.data_dir / "exports"
        )
        rpc = ProcessingRpc(
            separations=separations,
            installations=installations,
            streams=streams,
            exports=exports,
            mixes=mixes,
            devices=DeviceBoard(client, settings.queue),
            catalogue=catalogue,
            tail=tail,
            drain=drain,
        )

        async def react(published: Published) -> None:
            if published.event.HasField("track_deleted"):
                await separations.forget_parent(published.owner, published.event.track_deleted)

        async def follow_library() -> None:
            await EventLog(client).consume("processing", react)

        try:
            yield ServiceBundle(
                register=lambda server: add_ProcessingServiceServicer_to_server(rpc, server),
                names=[SERVICE],
                background=[
                    tail.run,
                    follow_library,
                    Reconciler(store, dispatcher).run,
                    Reconciler(installing, install_dispatcher).run,
                ],
            )
        finally:
            dispatcher.close()
            install_dispatcher.close()
