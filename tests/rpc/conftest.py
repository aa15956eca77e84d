"""The processing and realtime services, in process, on the real Valkey; only library and engine are stand-ins."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import grpc.aio
import pytest

from alchemy.processing.v1.processing_service_pb2_grpc import (
    ProcessingServiceStub,
    add_ProcessingServiceServicer_to_server,
)
from alchemy.realtime.v1.realtime_service_pb2_grpc import RealtimeServiceStub, add_RealtimeServiceServicer_to_server
from services.mesh.audio.ffmpeg import ffmpeg_path
from services.mesh.blobs import LocalBlobStore
from services.mesh.drain import Drain, stop
from services.mesh.errors import BlobMissing, DependencyUnavailable, TrackNotFound
from services.mesh.events import EventLog, EventTail
from services.mesh.ids import new_id
from services.mesh.jobs.store import JobStore
from services.mesh.redis import Client
from services.mesh.server import ServiceBundle
from services.mesh.testing import serve
from services.processing.adapters.mixer import MixingProcess
from services.processing.catalogue import Availability, Family, ModelInfo
from services.processing.device_board import DeviceBoard
from services.processing.domain import StemFile, StemResult, TrackSource, TrackTags
from services.processing.exports import Exports
from services.processing.installations import Installations
from services.processing.mixes import Mixes
from services.processing.reuse import Reuse
from services.processing.rpc import ProcessingRpc
from services.processing.stem_blobs import StemBlobs
from services.processing.streams import StemStreams
from services.processing.translate import InstallationEvents, SeparationEvents
from services.processing.usecases import Catalogue, Separations
from services.realtime.rpc import RealtimeRpc
from services.realtime.usecases import Events
from tests.sent import Sent

QUEUE = "separate"
TRACK = f"tracks/{new_id()}"
OWNER = "ann"
AS_OWNER = (("x-alchemy-user", OWNER),)
STRANGER = "mallory"
AS_STRANGER = (("x-alchemy-user", STRANGER),)
SAME_TRACK = f"tracks/{new_id()}"
STRANGERS_TRACK = f"tracks/{new_id()}"


class OneTrack:
    """A library with one track of one owner, and another one with the same audio."""

    def __init__(self) -> None:
        self.registered: dict[str, list[StemFile]] = {}
        self.blobs_missing = False
        self.answers = True
        self.titles = {(OWNER, TRACK): "Song", (OWNER, SAME_TRACK): "The same", (STRANGER, STRANGERS_TRACK): "Theirs"}

    async def source(self, owner: str, track: str) -> TrackSource:
        if not self.answers:
            raise DependencyUnavailable("library")
        if (owner, track) not in self.titles:
            raise TrackNotFound(track)
        tags = TrackTags(title=self.titles[owner, track])
        return TrackSource(sha256="00" * 32, tags=tags, sample_rate_hz=48000, duration_seconds=60.0)

    async def register(
        self, owner: str, separation: str, model: str, stems: Sequence[StemFile]
    ) -> tuple[StemResult, ...]:
        if self.blobs_missing:
            raise BlobMissing(separation)
        self.registered[separation] = list(stems)
        parent = separation.rsplit("/", 2)[0]
        return tuple(
            StemResult(
                stem=stem.stem, artifact=f"{parent}/artifacts/{number}", size_bytes=stem.size_bytes, sha256=stem.sha256
            )
            for number, stem in enumerate(stems)
        )


@dataclass
class InstalledModels:
    """Models of which a test says which are installed."""

    ids: set[str] = field(default_factory=lambda: {"htdemucs", "spleeter-2stems"})
    discarded: list[str] = field(default_factory=list)
    digest: str = "weights"

    def availability(self, model: ModelInfo) -> Availability:
        there = model.id in self.ids
        return Availability(installed=there, reason="" if there else "Not here.", size_bytes=1, digest=self.digest)

    def local(self) -> Sequence[ModelInfo]:
        return [OWN_MODEL]

    def withdraw(self, model: ModelInfo) -> "Withdrawal":
        if model.id not in self.ids:
            raise FileNotFoundError
        self.ids.remove(model.id)
        return Withdrawal(self, model.id)


@dataclass
class Withdrawal:
    models: InstalledModels
    id: str

    def restore(self) -> None:
        self.models.ids.add(self.id)

    def discard(self) -> None:
        self.models.discarded.append(self.id)


OWN_MODEL = ModelInfo(
    id="my-demucs",
    family=Family.DEMUCS,
    display_name="Mine",
    description="A model of one's own.",
    stems=("voice", "rest"),
    license="CC-BY-4.0",
    license_uri="",
    size_bytes=1,
    network_count=1,
    upstream="model",
)


@dataclass
class Mesh:
    """Everything a test may need of the running services."""

    processing: ProcessingServiceStub
    realtime: RealtimeServiceStub
    store: JobStore
    installing: JobStore
    separations: Separations
    devices: DeviceBoard
    log: EventLog
    library: OneTrack
    models: InstalledModels
    sent: Sent
    drain: Drain
    blobs: LocalBlobStore
    work_dir: Path


@asynccontextmanager
async def _mesh(client: Client, folder: Path) -> AsyncIterator[Mesh]:
    store = JobStore(client, "separation", SeparationEvents())
    installing = JobStore(client, "installation", InstallationEvents())
    models, sent, drain, tail, log = InstalledModels(), Sent(), Drain(), EventTail(client), EventLog(client)
    catalogue, library = Catalogue(models), OneTrack()
    blobs, work_dir = LocalBlobStore(folder / "blobs"), folder / "work"
    reuse = Reuse(store, library, StemBlobs(blobs, folder / "copies"))
    separations = Separations(
        store=store,
        dispatcher=sent,
        library=library,
        catalogue=catalogue,
        reuse=reuse,
        build="build",
        queue=QUEUE,
        max_queued=5,
    )

    installations = Installations(
        store=installing, separations=store, dispatcher=sent, catalogue=catalogue, models=models
    )

    streams = StemStreams(
        store=store, catalogue=catalogue, blobs=blobs, work_dir=work_dir, ffmpeg=ffmpeg_path(), drain=drain
    )
    exports = Exports(
        store=store,
        library=library,
        catalogue=catalogue,
        blobs=blobs,
        folder=folder / "exports",
        ffmpeg=ffmpeg_path(),
    )
    mixes = Mixes(
        store=store, library=library, blobs=blobs, mixer=MixingProcess(ffmpeg_path()), folder=folder / "exports"
    )
    devices = DeviceBoard(client, QUEUE)
    rpc = ProcessingRpc(
        separations=separations,
        installations=installations,
        streams=streams,
        exports=exports,
        mixes=mixes,
        devices=devices,
        catalogue=catalogue,
        tail=tail,
        drain=drain,
    )

    def register(server: grpc.aio.Server) -> None:
        add_ProcessingServiceServicer_to_server(rpc, server)
        add_RealtimeServiceServicer_to_server(RealtimeRpc(Events(log, tail, drain)), server)

    following = asyncio.ensure_future(tail.run())
    try:
        async with serve(ServiceBundle(register=register, names=["test"]), drain) as channel:
            yield Mesh(
                ProcessingServiceStub(channel),
                RealtimeServiceStub(channel),
                store,
                installing,
                separations,
                devices,
                log,
                library,
                models,
                sent,
                drain,
                blobs,
                work_dir,
            )
    finally:
        await stop(following)


@pytest.fixture
async def mesh(redis_client: Client, tmp_path: Path) -> AsyncIterator[Mesh]:
    async with _mesh(redis_client, tmp_path) as mesh:
        yield mesh
