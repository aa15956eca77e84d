"""The composition root of the library."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import grpc.aio

from alchemy.library.v1.library_service_pb2_grpc import add_LibraryServiceServicer_to_server
from alchemy.library.v1.registry_service_pb2_grpc import add_RegistryServiceServicer_to_server
from services.library.adapters.catalogue import SqlCatalogue
from services.library.adapters.database import open_database
from services.library.adapters.events import ChangeRelay
from services.library.adapters.http import MediaHttp, serving_http
from services.library.adapters.media import MediaSigner
from services.library.adapters.music import SqlMusic
from services.library.adapters.steps import GrpcStarter
from services.library.chain import ChainRunner
from services.library.known_music import KnownMusic
from services.library.rpc import LibraryRpc, RegistryRpc
from services.library.settings import Settings
from services.library.uploads import UploadLimits, Uploads
from services.library.usecases import Library
from services.mesh import redis
from services.mesh.access import channel
from services.mesh.audio.ffmpeg import ffmpeg_path
from services.mesh.audio.probe import AudioLimits
from services.mesh.blobs import LocalBlobStore
from services.mesh.drain import Drain
from services.mesh.errors import MeshError
from services.mesh.events import EventLog
from services.mesh.keys import load_key
from services.mesh.logs import logger
from services.mesh.server import ServiceBundle

SERVICES = ("alchemy.library.v1.LibraryService", "alchemy.library.v1.RegistryService")

_GARBAGE_SECONDS = 3600.0

log = logger(__name__)


@asynccontextmanager
async def build(settings: Settings, _drain: Drain) -> AsyncIterator[ServiceBundle]:
    """Connects the service's parts; closes them in reverse."""
    ffmpeg = ffmpeg_path(settings.ffmpeg)
    signer = MediaSigner(load_key(settings.media_key_file), settings.public_url, settings.media_ttl_seconds)
    async with (
        open_database(settings.database_url) as engine,
        redis.connect(settings.redis_url) as client,
        channel(settings.processing_target, load_key(settings.mesh_key_file)) as processing,
        channel(settings.analysis_target, load_key(settings.mesh_key_file)) as analysis,
    ):
        catalogue = SqlCatalogue(engine)
        relay = ChangeRelay(catalogue, EventLog(client))
        blobs = LocalBlobStore(settings.data_dir / "blobs")
        chain = ChainRunner(catalogue, GrpcStarter(processing, analysis), on_change=relay.wake)
        library = Library(catalogue=catalogue, blobs=blobs, on_change=relay.wake)
        music = KnownMusic(library=library, catalogue=SqlMusic(engine), blobs=blobs, on_change=relay.wake)
        uploads = Uploads(
            catalogue=catalogue,
            blobs=blobs,
            limits=UploadLimits(
                max_bytes=settings.max_upload_bytes, audio=AudioLimits(max_seconds=settings.max_audio_seconds)
            ),
            ffmpeg=ffmpeg,
            on_change=relay.wake,
        )

        def register(server: grpc.aio.Server) -> None:
            add_LibraryServiceServicer_to_server(LibraryRpc(library, uploads, signer), server)
            add_RegistryServiceServicer_to_server(RegistryRpc(library, uploads, music, signer), server)

        async def collect_garbage() -> None:
            while True:
                try:
                    if removed := await library.collect_garbage():
                        log.info("garbage removed", files=removed)
                except (MeshError, OSError):
                    log.exception("garbage not removed, trying again later")
                await asyncio.sleep(_GARBAGE_SECONDS)

        async with serving_http(MediaHttp(library, signer), settings.host, settings.http_port) as port:
            log.info("serving media", address=f"{settings.host}:{port}")
            yield ServiceBundle(register=register, names=SERVICES, background=[relay.run, chain.run, collect_garbage])
