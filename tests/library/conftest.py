"""The library as it is wired in production: real server, SQLite and PostgreSQL, disk, ffmpeg, and the real Valkey."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import grpc.aio
import pytest

from alchemy.library.v1 import library_service_pb2 as pb
from alchemy.library.v1.library_service_pb2_grpc import LibraryServiceStub
from alchemy.library.v1.registry_service_pb2_grpc import RegistryServiceStub
from alchemy.library.v1.track_pb2 import Artifact, Track
from services.library.settings import Settings
from services.library.wiring import build
from services.mesh.drain import Drain
from services.mesh.redis import Client
from services.mesh.server import ServiceBundle
from services.mesh.settings import read_settings
from services.mesh.testing import serve
from tests.conftest import Valkey, free_port
from tests.library.postgresql import PostgreSql, installed_programs, running_postgresql
from tests.library.sounds import tone, wav

ANN = (("x-alchemy-user", "ann"),)
MALLORY = (("x-alchemy-user", "mallory"),)
PIECE = 64 * 1024


@dataclass
class LibraryUnderTest:
    """A running library and what a test needs of it."""

    tracks: LibraryServiceStub
    registry: RegistryServiceStub
    data_dir: Path
    http: str
    bundle: ServiceBundle
    # Callers give what is particular to their test.
    song: bytes = field(default_factory=lambda: wav(tone(0.1)))

    async def upload(
        self,
        data: bytes | None = None,
        filename: str = "song.wav",
        request_id: str = "",
        metadata: Sequence[tuple[str, str]] = ANN,
    ) -> Track:
        data = self.song if data is None else data

        async def messages() -> AsyncIterator[pb.UploadTrackRequest]:
            yield pb.UploadTrackRequest(filename=filename, request_id=request_id)
            for start in range(0, len(data), PIECE):
                yield pb.UploadTrackRequest(data={"data": data[start : start + PIECE]})

        return (await self.tracks.UploadTrack(messages(), metadata=metadata)).track

    async def artifact(self, name: str) -> Artifact:
        return (await self.tracks.GetArtifact(pb.GetArtifactRequest(name=name), metadata=ANN)).artifact

    async def all_tracks(self) -> list[Track]:
        return list((await self.tracks.ListTracks(pb.ListTracksRequest(page_size=1000), metadata=ANN)).tracks)

    def files(self) -> list[Path]:
        """The blobs that clients know: audio and covers."""
        return [path for path in self._blobs() if path.read_bytes()[:4] != b"SFWF"]

    def waveforms(self) -> list[Path]:
        """The blobs that are outlines."""
        return [path for path in self._blobs() if path.read_bytes()[:4] == b"SFWF"]

    def _blobs(self) -> list[Path]:
        return [path for path in (self.data_dir / "blobs").rglob("*") if path.is_file()]


@asynccontextmanager
async def running_library(data_dir: Path, redis_url: str, **environment: str) -> AsyncIterator[LibraryUnderTest]:
    port = free_port()
    http = f"http://127.0.0.1:{port}"
    settings = read_settings(
        Settings,
        {
            "DATA_DIR": str(data_dir),
            "REDIS_URL": redis_url,
            "HTTP_PORT": str(port),
            "PUBLIC_URL": http,
            **environment,
        },
    )
    async with build(settings, Drain()) as bundle, serve(bundle) as channel:
        yield _under_test(channel, data_dir, http, bundle)


def _under_test(channel: grpc.aio.Channel, data_dir: Path, http: str, bundle: ServiceBundle) -> LibraryUnderTest:
    return LibraryUnderTest(LibraryServiceStub(channel), RegistryServiceStub(channel), data_dir, http, bundle)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSql]:
    """A PostgreSQL server."""
    programs = installed_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed; apt-get install postgresql")
    with running_postgresql(programs) as server:
        yield server


def sqlite_url(folder: Path) -> str:
    """The address of a SQLite database that does not exist yet, in a folder with an awkward name."""
    return f"sqlite+aiosqlite:///{folder / '100% ü' / 'library.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind that the library runs on."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path)
    server: PostgreSql = request.getfixturevalue("postgresql")
    return server.create_database()


@pytest.fixture
async def library(
    tmp_path: Path, valkey: Valkey, redis_client: Client, database_url: str
) -> AsyncIterator[LibraryUnderTest]:
    async with running_library(tmp_path / "data", valkey.url, DATABASE_URL=database_url) as library:
        yield library
