"""StreamStem: stems that play while they are made, after they are made, and when they are not made."""

import asyncio
import io
from pathlib import Path

import grpc
import numpy as np
import pytest
import soundfile

from alchemy.processing.v1 import processing_service_pb2 as pb
from alchemy.processing.v1.separation_pb2 import Separation
from alchemy.type.v1.audio_pb2 import AudioEncoding
from services.mesh.errors import OutOfMemory
from services.mesh.ids import new_id
from services.mesh.jobs import job as moves
from services.processing import live
from services.processing.ports import FloatArray
from tests.rpc.conftest import AS_OWNER, AS_STRANGER, TRACK, Mesh
from tests.rpc.failing import failing

RATE = 44100
FLOAT = AudioEncoding.AUDIO_ENCODING_WAV_FLOAT32


def song(frames: int = 3 * RATE) -> FloatArray:
    return (np.random.default_rng(7).standard_normal((frames, 2)) * 0.1).astype(np.float32)


class Run:
    """What an engine would do in a job's folder."""

    def __init__(self, mesh: Mesh, name: str, frames: int) -> None:
        self.path = mesh.work_dir / name.rsplit("/", 1)[1] / new_id()
        self.path.mkdir(parents=True)
        live.announce(self.path, RATE)
        live.sample_path(self.path, "mix").write_bytes(bytes(frames * live.FRAME_BYTES))
        self.append(song(0))

    def append(self, samples: FloatArray) -> None:
        with live.sample_path(self.path, "vocals").open("ab") as file:
            file.write(samples.tobytes())

    def remove(self) -> None:
        for path in self.path.iterdir():
            path.unlink()
        self.path.rmdir()


async def created(mesh: Mesh, **wanted: object) -> str:
    separation = Separation(model="models/spleeter-2stems", **wanted)  # type: ignore[arg-type]  # fields of the message
    request = pb.CreateSeparationRequest(parent=TRACK, separation=separation)
    return (await mesh.processing.CreateSeparation(request, metadata=AS_OWNER)).separation.name


async def running(mesh: Mesh, **wanted: object) -> str:
    name = await created(mesh, **wanted)
    await mesh.store.change(name, lambda job: moves.claimed(job, 10.0))
    return name


async def succeed(mesh: Mesh, name: str, content: bytes, folder: Path) -> None:
    path = folder / "stem"
    path.write_bytes(content)
    digest = await mesh.blobs.put_file(path)
    stem = {"stem": "vocals", "artifact": f"{TRACK}/artifacts/a", "size_bytes": len(content), "sha256": digest.sha256}
    await mesh.store.change(name, lambda job: moves.succeeded(job, job.attempt, {"stems": [stem]}, 20.0))


class Listener:
    """A client that keeps what it gets."""

    def __init__(self, mesh: Mesh, name: str, encoding: AudioEncoding = FLOAT, stem: str = "vocals") -> None:
        self.content = b""
        self.types: set[str] = set()
        request = pb.StreamStemRequest(name=name, stem=stem, encoding=encoding)
        self._call = mesh.processing.StreamStem(request, metadata=AS_OWNER)
        self.listening = asyncio.ensure_future(self._listen())

    async def _listen(self) -> None:
        async for piece in self._call:
            self.content += piece.data.data
            self.types.add(piece.data.content_type)

    async def has(self, frames: int) -> None:
        async with asyncio.timeout(5):
            while len(self.content) < frames * live.FRAME_BYTES:
                await asyncio.sleep(0.01)

    async def whole(self) -> tuple[FloatArray, int]:
        await asyncio.wait_for(self.listening, 10)
        samples, rate = soundfile.read(io.BytesIO(self.content), dtype="float32", always_2d=True)
        return samples, rate


async def test_samples_come_as_they_are_finished_and_a_late_listener_gets_all(mesh: Mesh) -> None:
    samples = song()
    name = await running(mesh)
    early = Listener(mesh, name)
    run = Run(mesh, name, len(samples))
    run.append(samples[:RATE])
    await early.has(RATE)
    assert not early.listening.done()
    run.append(samples[RATE : 2 * RATE])
    late = Listener(mesh, name)
    await asyncio.gather(early.has(2 * RATE), late.has(2 * RATE))
    run.append(samples[2 * RATE :])
    for listener in (early, late):
        heard, rate = await listener.whole()
        assert rate == RATE
        assert np.array_equal(heard, samples)
        assert listener.types == {"audio/wav"}


async def test_integer_samples_are_rounded_and_clipped(mesh: Mesh) -> None:
    samples = song() * 20
    name = await running(mesh)
    Run(mesh, name, len(samples)).append(samples)
    heard, _ = await Listener(mesh, name, AudioEncoding.AUDIO_ENCODING_UNSPECIFIED).whole()
    assert np.abs(heard - np.clip(samples, -1, 1 - 2**-15)).max() <= 2**-16


async def test_a_removed_file_is_read_to_its_end(mesh: Mesh) -> None:
    samples = song()
    name = await running(mesh)
    run = Run(mesh, name, len(samples))
    listener = Listener(mesh, name)
    run.append(samples[:RATE])
    await listener.has(RATE)
    run.append(samples[RATE:])
    run.remove()
    heard, _ = await listener.whole()
    assert np.array_equal(heard, samples)


async def test_another_run_goes_on_where_the_first_was_lost(mesh: Mesh) -> None:
    samples = song()
    name = await running(mesh)
    first = Run(mesh, name, len(samples))
    first.append(samples[:RATE])
    listener = Listener(mesh, name)
    await listener.has(RATE)
    first.remove()
    await asyncio.sleep(0.002)  # a later id
    second = Run(mesh, name, len(samples))
    second.append(samples[: RATE // 2])
    await asyncio.sleep(0.3)
    assert not listener.listening.done()
    second.append(samples[RATE // 2 :])
    heard, _ = await listener.whole()
    assert np.array_equal(heard, samples)


async def test_what_a_lost_run_began_is_finished_from_the_stem(mesh: Mesh, tmp_path: Path) -> None:
    samples = song()
    name = await running(mesh, encoding=FLOAT)
    run = Run(mesh, name, len(samples))
    run.append(samples[:RATE])
    listener = Listener(mesh, name)
    await listener.has(RATE)
    run.remove()
    content = io.BytesIO()
    soundfile.write(content, samples, RATE, "FLOAT", format="WAV")
    await succeed(mesh, name, content.getvalue(), tmp_path)
    heard, _ = await listener.whole()
    assert np.array_equal(heard, samples)


@pytest.mark.parametrize("form", ["WAV", "FLAC"])
async def test_a_finished_stem_is_served(mesh: Mesh, tmp_path: Path, form: str) -> None:
    samples = song()
    content = io.BytesIO()
    soundfile.write(content, samples, RATE, "PCM_16", format=form)
    encoding = {"WAV": AudioEncoding.AUDIO_ENCODING_WAV_PCM16, "FLAC": AudioEncoding.AUDIO_ENCODING_FLAC_PCM16}[form]
    name = await running(mesh, encoding=encoding)
    waiting = Listener(mesh, name, AudioEncoding.AUDIO_ENCODING_WAV_PCM16)
    await asyncio.sleep(0.2)
    assert not waiting.content
    await succeed(mesh, name, content.getvalue(), tmp_path)
    later = Listener(mesh, name, AudioEncoding.AUDIO_ENCODING_WAV_PCM16)
    for listener in (waiting, later):
        heard, rate = await listener.whole()
        assert rate == RATE
        assert np.abs(heard - samples).max() <= 2**-15
    if form == "WAV":
        assert later.content == content.getvalue()


async def test_bytes_that_are_gone_are_an_error(mesh: Mesh, tmp_path: Path) -> None:
    name = await running(mesh)
    await succeed(mesh, name, b"x", tmp_path)
    next(path for path in (tmp_path / "blobs").rglob("*") if path.is_file()).unlink()
    with failing("BLOB_MISSING"):
        await Listener(mesh, name).listening


async def test_a_job_that_fails_breaks_the_stream(mesh: Mesh) -> None:
    samples = song()
    name = await running(mesh)
    listener = Listener(mesh, name)
    Run(mesh, name, len(samples)).append(samples[:RATE])
    await listener.has(RATE)
    await mesh.store.change(name, lambda job: moves.failed_by(job, 1, OutOfMemory("much"), 20.0))
    with failing("JOB_STATE_CONFLICT") as failure:
        await asyncio.wait_for(listener.listening, 5)
    assert failure.code is grpc.StatusCode.FAILED_PRECONDITION
    with failing("JOB_STATE_CONFLICT"):
        await Listener(mesh, name).listening


async def test_what_cannot_be_streamed_is_refused(mesh: Mesh) -> None:
    name = await running(mesh, wanted_stems=["vocals"], complement=True)
    with failing("STEM_UNKNOWN") as unknown:
        await Listener(mesh, name, stem="accompaniment").listening
    assert unknown.metadata["known"] == "vocals,no-vocals"
    with failing("INVALID_REQUEST") as invalid:
        await Listener(mesh, name, AudioEncoding.AUDIO_ENCODING_MP3).listening
    assert invalid.fields == ["encoding"]
    with failing("SEPARATION_NOT_FOUND"):
        request = pb.StreamStemRequest(name=name, stem="vocals")
        await anext(aiter(mesh.processing.StreamStem(request, metadata=AS_STRANGER)))


async def test_a_waiting_stream_ends_when_the_server_does(mesh: Mesh) -> None:
    listener = Listener(mesh, await created(mesh))
    await asyncio.sleep(0.1)
    mesh.drain.start()
    with failing("SERVER_DRAINING"):
        await asyncio.wait_for(listener.listening, 5)
