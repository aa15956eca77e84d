"""The engine over many jobs: equal bytes, nothing left behind, and no file that ends it."""

import asyncio
import hashlib
import random
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from services.mesh.audio.ffmpeg import ffmpeg_path
from services.mesh.errors import MeshError
from services.processing import runs
from services.processing.adapters.engine import EngineProcess
from services.processing.domain import Encoding
from services.processing.ports import SeparationRequest
from tests.audio.conftest import RATE, mutants, noise, write_wav

RUNS = 20
JOBS = 50
WARM_UP = 10
MUTANTS_OF_EACH = 40
MOST_GROWTH_BYTES = 24 << 20


@pytest.fixture(scope="module")
async def engine(models_dir: Path) -> AsyncIterator[EngineProcess]:
    engine = EngineProcess(models_dir, "cpu", threads=1)  # these jobs are too short for two to share
    yield engine
    await engine.close()


async def separated_hashes(
    engine: EngineProcess, song: Path, folder: Path, *, model: str, encoding: Encoding = Encoding.FLAC_PCM16
) -> list[str]:
    """Separates a song as a worker does, and removes what is left."""
    request = SeparationRequest(
        id="job", model=model, source=song, sha256="7" * 64, out_dir=folder / "job", encoding=encoding
    )
    try:
        output = await engine.separate(request, lambda *_: None)
        return [hashlib.sha256(stem.path.read_bytes()).hexdigest() for stem in output.stems]
    finally:
        runs.remove(folder / "job")


def child_of(engine: EngineProcess) -> psutil.Process:
    assert engine._child is not None
    return psutil.Process(engine._child.pid)


async def held(process: psutil.Process) -> tuple[int, int, int]:
    """What a process holds while it waits: memory, files, threads. The child gives its heap back after it has told a result."""
    memory = process.memory_info().rss
    while True:
        await asyncio.sleep(0.2)
        before, memory = memory, process.memory_info().rss
        if memory >= before:
            return memory, process.num_fds(), process.num_threads()


@pytest.mark.parametrize("model", ["htdemucs", "spleeter-2stems"])
async def test_the_same_bytes_twenty_times(engine: EngineProcess, tmp_path: Path, model: str) -> None:
    song = write_wav(tmp_path / "song.wav", noise(RATE, level=0.3))
    found = {tuple(await separated_hashes(engine, song, tmp_path, model=model)) for _ in range(RUNS)}
    assert len(found) == 1


async def test_fifty_jobs_leave_nothing_behind(models_dir: Path, tmp_path: Path) -> None:
    song = write_wav(tmp_path / "song.wav", noise(2 * RATE, level=0.3))
    encodings = [Encoding.FLAC_PCM16, Encoding.MP3, Encoding.WAV_PCM24]
    engine = EngineProcess(models_dir, "cpu", threads=1)

    async def job(number: int) -> None:
        # Two models by turns: each is let go for the other.
        model = "htdemucs" if number % 10 == 0 else "spleeter-2stems"
        await separated_hashes(engine, song, tmp_path, model=model, encoding=encodings[number % len(encodings)])

    try:
        for number in range(WARM_UP):
            await job(number)
        child, worker = child_of(engine), psutil.Process()
        before = [await held(process) for process in (child, worker)]
        for number in range(WARM_UP, WARM_UP + JOBS):
            await job(number)
        after = [await held(process) for process in (child, worker)]
        assert child_of(engine).pid == child.pid
        assert child.children() == []
    finally:
        await engine.close()
    for (memory, files, threads), (memory_then, files_then, threads_then) in zip(before, after, strict=True):
        assert memory_then - memory < MOST_GROWTH_BYTES
        assert files_then <= files
        assert threads_then <= threads
    assert [path.name for path in tmp_path.iterdir()] == ["song.wav"]


@pytest.mark.parametrize(
    ("suffix", "options"),
    [
        ("wav", ()),
        ("flac", ()),
        ("mp3", ("-b:a", "128k")),
        ("m4a", ("-c:a", "aac", "-movflags", "+faststart")),
        ("ogg", ("-c:a", "libvorbis")),
    ],
)
async def test_no_damaged_file_ends_the_engine(
    engine: EngineProcess, tmp_path: Path, suffix: str, options: tuple[str, ...]
) -> None:
    whole = tmp_path / f"whole.{suffix}"
    plain = write_wav(tmp_path / "plain.wav", noise(RATE // 5, level=0.3), subtype="PCM_16")
    subprocess.run([ffmpeg_path(), "-v", "error", "-i", str(plain), *options, str(whole)], check=True)
    # Decoding is what these are about, so the network is the quickest.
    await separated_hashes(engine, whole, tmp_path, model="htdemucs")
    pid = child_of(engine).pid
    outcomes: dict[str, int] = {}
    for damaged in mutants(whole.read_bytes(), MUTANTS_OF_EACH, random.Random(suffix)):
        song = tmp_path / f"damaged.{suffix}"
        song.write_bytes(damaged)
        try:
            await separated_hashes(engine, song, tmp_path, model="htdemucs")
            outcome = "stems"
        except MeshError as error:
            outcome = error.reason
        outcomes[outcome] = outcomes.get(outcome, 0) + 1
        assert child_of(engine).pid == pid
    assert outcomes.keys() <= {"stems", "AUDIO_UNDECODABLE", "AUDIO_EMPTY", "AUDIO_NOT_FINITE"}
    assert sum(outcomes.values()) == MUTANTS_OF_EACH
