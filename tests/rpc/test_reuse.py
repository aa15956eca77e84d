"""Equal separations are computed once: at creation, while one is running, and for nobody but their owner."""

import asyncio
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from alchemy.processing.v1 import processing_service_pb2 as pb
from alchemy.processing.v1.separation_pb2 import Separation
from alchemy.type.v1.audio_pb2 import AudioEncoding
from alchemy.type.v1.job_pb2 import JobState
from services.mesh.audio.ffmpeg import ffmpeg_path
from services.mesh.blobs import LocalBlobStore
from services.mesh.drain import Drain
from services.mesh.jobs import job as moves
from services.mesh.jobs.worker import JobWorker
from services.processing.adapters import wav
from services.processing.devices import Device, DeviceState
from services.processing.performer import SeparationPerformer
from services.processing.ports import SeparationOutput, SeparationRequest, StemOutput
from services.processing.reuse import Reuse
from services.processing.stem_blobs import StemBlobs
from tests.rpc.conftest import AS_OWNER, AS_STRANGER, QUEUE, SAME_TRACK, STRANGERS_TRACK, TRACK, Mesh

WAVE = wav.header(sample_rate=44100, channels=2, bits=16, frames=1) + b"1234"


class FakeEngine:
    """Writes one stem; waits until a test lets it, and counts."""

    device = "abacus"

    def __init__(self) -> None:
        self.runs = 0
        self.started = asyncio.Event()
        self.go = asyncio.Event()
        self.go.set()
        self.weights = "weights"
        self.concessions: tuple[str, ...] = ()

    def describe(self) -> Device:
        return Device(name=self.device, hardware="", precision="float32", state=DeviceState.IDLE, started_at=1.0)

    async def separate(self, request: SeparationRequest, on_progress: Callable[[str, float], None]) -> SeparationOutput:
        self.runs += 1
        self.started.set()
        await self.go.wait()
        path = request.out_dir / "vocals.wav"
        path.parent.mkdir(parents=True)
        path.write_bytes(WAVE)
        waveform = path.with_suffix(".sfwf")
        waveform.write_bytes(WAVE)
        stem = StemOutput(
            stem="vocals",
            path=path,
            waveform=waveform,
            filename_suffix=".wav",
            media_type="audio/wav",
            sample_count=1,
            sample_rate_hz=44100,
            channel_count=2,
            bits_per_sample=16,
            codec="pcm_s16le",
            peak=0.5,
        )
        return SeparationOutput(
            model=request.model,
            weights=self.weights,
            build="build",
            device=self.device,
            gain=0.5,
            stems=(stem,),
            concessions=self.concessions,
        )

    async def cancel(self) -> None:
        raise AssertionError("nothing is cancelled here")

    async def close(self) -> None:
        pass


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def blobs(tmp_path: Path) -> LocalBlobStore:
    store = LocalBlobStore(tmp_path / "blobs")
    source = store.path("00" * 32)
    source.parent.mkdir(parents=True)
    source.write_bytes(b"song")
    return store


@pytest.fixture
def make_worker(mesh: Mesh, engine: FakeEngine, blobs: LocalBlobStore, tmp_path: Path) -> Callable[[], JobWorker]:
    stems = StemBlobs(blobs, tmp_path / "copies")

    def make() -> JobWorker:
        return JobWorker(
            redis_url="redis://unused",
            queue=QUEUE,
            actor_name="test",
            store=mesh.store,
            dispatcher=mesh.sent,
            performer=SeparationPerformer(
                engine=engine,
                library=mesh.library,
                reuse=Reuse(mesh.store, mesh.library, stems),
                blobs=blobs,
                stems=stems,
                work_dir=tmp_path / "work",
            ),
            drain=Drain(),
        )

    return make


async def create(
    mesh: Mesh, track: str = TRACK, who: tuple[tuple[str, str], ...] = AS_OWNER, **wanted: object
) -> Separation:
    request = pb.CreateSeparationRequest(parent=track, separation=Separation(**wanted))  # type: ignore[arg-type]
    return (await mesh.processing.CreateSeparation(request, metadata=who)).separation


async def get(mesh: Mesh, name: str) -> Separation:
    return (await mesh.processing.GetSeparation(pb.GetSeparationRequest(name=name), metadata=AS_OWNER)).separation


async def test_an_equal_separation_is_answered_at_once(
    mesh: Mesh, engine: FakeEngine, make_worker: Callable[[], JobWorker]
) -> None:
    first = await create(mesh)
    await make_worker().execute(first.name)
    mesh.sent.names.clear()
    second = await create(mesh, SAME_TRACK)
    assert second.state == JobState.JOB_STATE_SUCCEEDED
    assert second.reused
    assert second.device == "abacus"
    assert second.progress.fraction == 1
    assert second.HasField("end_time")
    done = await get(mesh, first.name)
    assert not done.reused
    assert all(stem.artifact.startswith(f"{SAME_TRACK}/artifacts/") for stem in second.stems)
    assert [file.filename for file in mesh.library.registered[second.name]] == ["The same (vocals).wav"]
    assert mesh.sent.names == []
    assert await mesh.store.active() == []
    assert engine.runs == 1


def told(mesh: Mesh, separation: Separation) -> dict[str, str]:
    """What each stem of a separation calls itself."""
    files = {stem.stem: mesh.blobs.path(stem.sha256) for stem in separation.stems}
    command = [ffmpeg_path(), "-v", "error", "-i", "FILE", "-f", "ffmetadata", "-"]
    return {
        stem: subprocess.run(
            [str(path) if word == "FILE" else word for word in command], capture_output=True, text=True, check=True
        ).stdout
        for stem, path in files.items()
    }


async def test_what_answers_another_track_carries_its_tags(
    mesh: Mesh, make_worker: Callable[[], JobWorker], tmp_path: Path
) -> None:
    first = await create(mesh)
    await make_worker().execute(first.name)
    first, again, other = await get(mesh, first.name), await create(mesh), await create(mesh, SAME_TRACK)
    assert again.reused
    assert [stem.sha256 for stem in again.stems] == [stem.sha256 for stem in first.stems]
    assert other.reused
    assert [stem.sha256 for stem in other.stems] != [stem.sha256 for stem in first.stems]
    assert "title=Song (vocals)\n" in told(mesh, first)["vocals"]
    assert "title=The same (vocals)\n" in told(mesh, other)["vocals"]
    assert "SEPARATION_MODEL=htdemucs\n" in told(mesh, other)["vocals"]
    assert [mesh.blobs.path(stem.sha256).stat().st_size for stem in other.stems] == [
        stem.size_bytes for stem in other.stems
    ]
    assert not list((tmp_path / "copies").iterdir())


async def test_what_was_reused_can_be_reused(
    mesh: Mesh, engine: FakeEngine, make_worker: Callable[[], JobWorker]
) -> None:
    first = await create(mesh)
    await make_worker().execute(first.name)
    await create(mesh, SAME_TRACK)
    await mesh.separations.forget_parent("ann", TRACK)
    assert (await create(mesh, SAME_TRACK)).reused
    await mesh.separations.forget_parent("ann", SAME_TRACK)
    assert (await create(mesh)).state == JobState.JOB_STATE_QUEUED


async def test_a_known_result_needs_no_room_in_the_queue(mesh: Mesh, make_worker: Callable[[], JobWorker]) -> None:
    first = await create(mesh)
    await make_worker().execute(first.name)
    for stem in ("drums", "bass", "other", "vocals"):
        await create(mesh, wanted_stems=[stem])
    await create(mesh, wanted_stems=["drums", "bass"])
    assert (await create(mesh)).reused


@pytest.mark.parametrize(
    "change",
    [
        "stems",
        "encoding",
        "options",
        "weights",
        "owner",
        "ran with other weights",
        "ran with concessions",
        "bytes are gone",
    ],
)
async def test_what_is_not_equal_is_computed(
    mesh: Mesh, engine: FakeEngine, make_worker: Callable[[], JobWorker], change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.weights = "others" if change == "ran with other weights" else "weights"
    engine.concessions = ("segment_seconds=3.9",) if change == "ran with concessions" else ()
    first = await create(mesh)
    await make_worker().execute(first.name)
    done = await get(mesh, first.name)
    assert (done.gain, tuple(done.concessions)) == (0.5, engine.concessions)
    match change:
        case "stems":
            second = await create(mesh, wanted_stems=["vocals"])
        case "encoding":
            second = await create(mesh, encoding=AudioEncoding.AUDIO_ENCODING_FLAC_PCM16)
        case "options":
            second = await create(mesh, shifts=1)
        case "weights":
            mesh.models.digest = "newer"
            second = await create(mesh)
        case "owner":
            second = await create(mesh, STRANGERS_TRACK, AS_STRANGER)
        case "bytes are gone":
            mesh.library.blobs_missing = True
            second = await create(mesh)
        case _:
            second = await create(mesh)
    assert second.state == JobState.JOB_STATE_QUEUED
    assert mesh.sent.names[-1] == second.name


async def test_equal_separations_at_a_time_run_once(
    mesh: Mesh, engine: FakeEngine, make_worker: Callable[[], JobWorker]
) -> None:
    engine.go.clear()
    first, second = await create(mesh), await create(mesh, SAME_TRACK)
    running = asyncio.ensure_future(make_worker().execute(first.name))
    await engine.started.wait()
    other = make_worker()
    assert await other.execute(second.name) is True  # it comes again after a pause
    waiting = await get(mesh, second.name)
    assert (waiting.state, waiting.progress.attempt) == (JobState.JOB_STATE_QUEUED, 0)
    different = await create(mesh, wanted_stems=["vocals"])
    engine.go.set()
    await other.execute(different.name)
    await running
    assert await other.execute(second.name) is False
    done = await get(mesh, second.name)
    assert (done.state, done.reused, done.device) == (JobState.JOB_STATE_SUCCEEDED, True, "abacus")
    assert engine.runs == 2


async def test_who_waited_computes_when_the_first_one_is_gone(
    mesh: Mesh, engine: FakeEngine, make_worker: Callable[[], JobWorker]
) -> None:
    first, second = await create(mesh), await create(mesh)
    await mesh.store.change(first.name, lambda job: moves.cancel_asked(job, 5.0))
    worker = make_worker()
    await worker.execute(first.name)
    await worker.execute(second.name)
    done = await get(mesh, second.name)
    assert (done.state, done.reused, engine.runs) == (JobState.JOB_STATE_SUCCEEDED, False, 1)
