"""The analysis service as a mesh has it: real servers, worker, library, Valkey."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import pytest

from alchemy.analysis.v1 import analysis_service_pb2 as pb
from alchemy.analysis.v1.analysis_pb2 import Analysis
from alchemy.analysis.v1.analysis_service_pb2_grpc import AnalysisServiceStub
from alchemy.analysis.v1.results_pb2 import Results
from alchemy.chain.v1.chain_pb2 import Then
from alchemy.library.v1 import library_service_pb2 as library_pb
from alchemy.library.v1.library_service_pb2_grpc import LibraryServiceStub
from alchemy.library.v1.registry_service_pb2_grpc import RegistryServiceStub
from alchemy.library.v1.track_pb2 import Track
from alchemy.type.v1.job_pb2 import JobState
from services.analysis import settings, wiring
from services.library import settings as library_settings
from services.library import wiring as library_wiring
from services.mesh.drain import Drain
from services.mesh.redis import Client
from services.mesh.server import run_background, serving
from services.mesh.settings import read_settings
from tests.conftest import Valkey, free_port

ANN = (("x-alchemy-user", "ann"),)
MALLORY = (("x-alchemy-user", "mallory"),)
ENDED = {JobState.JOB_STATE_SUCCEEDED, JobState.JOB_STATE_FAILED, JobState.JOB_STATE_CANCELLED}


@dataclass
class Mesh:
    analyses: AnalysisServiceStub
    tracks: LibraryServiceStub
    registry: RegistryServiceStub
    data_dir: Path
    environment: dict[str, str]
    worker: asyncio.subprocess.Process | None = None

    async def upload(self, data: bytes, filename: str = "song.wav", then: Then | None = None) -> Track:
        async def messages() -> AsyncIterator[library_pb.UploadTrackRequest]:
            yield library_pb.UploadTrackRequest(filename=filename, then=then)
            for start in range(0, len(data), 2**20):
                yield library_pb.UploadTrackRequest(data={"data": data[start : start + 2**20]})

        return (await self.tracks.UploadTrack(messages(), metadata=ANN)).track

    async def create(self, track: str, *, request_id: str = "", **wanted: Any) -> Analysis:
        analysis = Analysis(**wanted)
        request = pb.CreateAnalysisRequest(parent=track, analysis=analysis, request_id=request_id)
        return (await self.analyses.CreateAnalysis(request, metadata=ANN)).analysis

    async def get(self, name: str) -> Analysis:
        return (await self.analyses.GetAnalysis(pb.GetAnalysisRequest(name=name), metadata=ANN)).analysis

    async def until(self, name: str, fits: Callable[[Analysis], bool]) -> Analysis:
        async with asyncio.timeout(90):
            async for reply in self.analyses.WatchAnalysis(pb.WatchAnalysisRequest(name=name), metadata=ANN):
                if fits(reply.analysis):
                    return reply.analysis
        raise AssertionError("it never came to that")

    async def ended(self, name: str) -> Analysis:
        return await self.until(name, lambda analysis: analysis.state in ENDED)

    async def analysed(self, track: str, **wanted: Any) -> Analysis:
        analysis = await self.ended((await self.create(track, **wanted)).name)
        assert analysis.state == JobState.JOB_STATE_SUCCEEDED, analysis.error
        return analysis

    async def results(self, name: str) -> Results:
        return (await self.analyses.GetResults(pb.GetResultsRequest(name=name), metadata=ANN)).results

    async def current(self, track: str) -> Results:
        return await self.results(f"{track}/analyses/current")

    async def adjust(self, track: str, **change: Any) -> Results:
        request = pb.AdjustAnalysisRequest(parent=track, **change)
        return (await self.analyses.AdjustAnalysis(request, metadata=ANN)).results

    async def export(self, name: str, form: pb.ExportFormat) -> tuple[str, bytes]:
        data, filename = b"", ""
        request = pb.ExportAnalysisRequest(name=name, format=form)
        async for piece in self.analyses.ExportAnalysis(request, metadata=ANN):
            data += piece.data.data
            filename = piece.filename
        return filename, data

    async def track(self, name: str) -> Track:
        return (await self.tracks.GetTrack(library_pb.GetTrackRequest(name=name), metadata=ANN)).track

    async def start_worker(self) -> None:
        self.worker = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "services.analysis.worker", env={**os.environ, **self.environment}
        )

    async def stop_worker(self, number: int = signal.SIGTERM) -> None:
        assert self.worker is not None
        self.worker.send_signal(number)
        await self.worker.wait()


@asynccontextmanager
async def running(tmp_path: Path, valkey: Valkey) -> AsyncIterator[Mesh]:
    data_dir, drain = tmp_path / "data", Drain()
    library_port, port = free_port(), free_port()
    common = {"DATA_DIR": str(data_dir), "REDIS_URL": valkey.url}
    environment = {
        **common,
        "PYTHONPATH": os.pathsep.join(sys.path),
        "LIBRARY_TARGET": f"127.0.0.1:{library_port}",
        "LOG_LEVEL": "warning",
    }
    of_library = read_settings(
        library_settings.Settings, {**common, "HTTP_PORT": "0", "ANALYSIS_TARGET": f"127.0.0.1:{port}"}
    )
    of_analysis = read_settings(settings.Settings, environment)
    async with (
        library_wiring.build(of_library, drain) as library,
        serving(library, f"127.0.0.1:{library_port}", drain, 0),
        wiring.build(of_analysis, drain) as analysis,
        serving(analysis, f"127.0.0.1:{port}", drain, 0),
        grpc.aio.insecure_channel(f"127.0.0.1:{library_port}") as to_library,
        grpc.aio.insecure_channel(f"127.0.0.1:{port}") as to_analysis,
    ):
        background = asyncio.ensure_future(run_background([*library.background, *analysis.background], drain))
        mesh = Mesh(
            AnalysisServiceStub(to_analysis),
            LibraryServiceStub(to_library),
            RegistryServiceStub(to_library),
            data_dir,
            environment,
        )
        await mesh.start_worker()
        try:
            yield mesh
        finally:
            if mesh.worker is not None and mesh.worker.returncode is None:
                await mesh.stop_worker()
            drain.start()
            await background


@pytest.fixture
async def mesh(tmp_path: Path, valkey: Valkey, redis_client: Client) -> AsyncIterator[Mesh]:
    async with running(tmp_path, valkey) as mesh:
        yield mesh
