"""The engine as a worker uses it: a child process that separates files, can be cancelled, killed and replaced."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import numpy as np
import psutil
import pytest
import torch

from services.mesh.audio.ffmpeg import ffmpeg_path
from services.mesh.child import ChildDied
from services.mesh.errors import (
    AudioUndecodable,
    DeviceUnavailable,
    MeshError,
    ModelNotInstalled,
    OutOfMemory,
    StemUnknown,
    WeightsCorrupt,
)
from services.processing.adapters.engine import EngineProcess
from services.processing.adapters.install import install
from services.processing.adapters.runner import Runner
from services.processing.adapters.weight_sources import DemucsFolder
from services.processing.catalogue import MODELS
from services.processing.domain import Encoding
from services.processing.ports import SeparationCancelled, SeparationRequest
from tests.audio.conftest import RATE, noise, read_audio, write_wav
from tests.audio.demucs_models import save_bag, tiny_htdemucs

SUM_TOLERANCE = 1e-4  # what the product promises
CANCEL_SECONDS = 2.0  # likewise


class Progress(list[tuple[str, float]]):
    """Records progress and lets a test wait for a stage."""

    def __init__(self) -> None:
        super().__init__()
        self.separating = asyncio.Event()

    def __call__(self, stage: str, fraction: float) -> None:
        self.append((stage, fraction))
        if stage == "separating":
            self.separating.set()


@pytest.fixture(scope="module")
def long_song(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten minutes: far more work than any test here waits for."""
    return write_wav(tmp_path_factory.mktemp("long") / "long.wav", noise(600 * RATE), subtype="PCM_16")


def request(source: Path, out_dir: Path, **options: object) -> SeparationRequest:
    defaults: dict[str, object] = {
        "id": "job",
        "model": "spleeter-2stems",
        "encoding": Encoding.WAV_FLOAT32,
        "sha256": sha256(source.read_bytes()).hexdigest(),
    }
    return SeparationRequest(source=source, out_dir=out_dir, **{**defaults, **options})  # type: ignore[arg-type]


def ignore(*_: object) -> None:
    pass


async def test_a_song_becomes_two_stems_that_sum_to_it(
    engine: EngineProcess, example_song: Path, tmp_path: Path
) -> None:
    progress = Progress()
    output = await engine.separate(request(example_song, tmp_path), progress)
    assert engine.device == "cpu"
    assert (output.model, output.device, output.gain) == ("spleeter-2stems", "cpu", 1.0)
    assert [stem.stem for stem in output.stems] == ["vocals", "accompaniment"]
    vocals, accompaniment = (read_audio(stem.path) for stem in output.stems)
    (mix,) = (
        await engine.separate(request(example_song, tmp_path, wanted_stems=("vocals",), complement=True), ignore)
    ).stems[1:]
    assert mix.stem == "no-vocals"
    # The complement is mix minus vocals, so this compares the accompaniment with what remains of the decoded mix.
    assert np.abs(read_audio(mix.path) - accompaniment).max() < SUM_TOLERANCE
    assert vocals.shape == accompaniment.shape == (2, output.stems[0].sample_count)


async def test_progress_never_falls_and_ends_at_one(engine: EngineProcess, example_song: Path, tmp_path: Path) -> None:
    song = write_wav(tmp_path / "minute.wav", noise(60 * RATE))
    progress = Progress()
    await engine.separate(request(song, tmp_path), progress)
    fractions = [fraction for _, fraction in progress]
    assert fractions == sorted(fractions)
    assert fractions[0] == 0.0
    assert fractions[-1] == 1.0
    assert list(dict.fromkeys(stage for stage, _ in progress)) == ["preparing", "separating", "encoding"]
    assert len(progress) > 8


@pytest.mark.parametrize("encoding", list(Encoding))
async def test_every_encoding(engine: EngineProcess, example_song: Path, tmp_path: Path, encoding: Encoding) -> None:
    output = await engine.separate(request(example_song, tmp_path, encoding=encoding), ignore)
    for stem in output.stems:
        assert stem.path.suffix == stem.filename_suffix
        assert stem.peak <= 1.0 or encoding is Encoding.WAV_FLOAT32
    # The accompaniment overshoots full scale, so integer and lossy files are a little quieter, all by the same factor.
    assert (output.gain == 1.0) == (encoding is Encoding.WAV_FLOAT32)
    if output.stems[0].bits_per_sample:
        loudest = max(np.abs(read_audio(stem.path)).max() for stem in output.stems)
        assert loudest == pytest.approx(max(stem.peak for stem in output.stems), abs=1e-4)


async def test_the_same_request_gives_the_same_bytes(engine: EngineProcess, example_song: Path, tmp_path: Path) -> None:
    runs = []
    for run in ("first", "second"):
        output = await engine.separate(request(example_song, tmp_path / run), ignore)
        runs.append([stem.path.read_bytes() for stem in output.stems])
    assert runs[0] == runs[1]


@pytest.mark.parametrize("model", ["htdemucs", "htdemucs-ft", "hdemucs-mmi"])
async def test_demucs_models_run(engine: EngineProcess, tmp_path: Path, model: str) -> None:
    mix = noise(3 * RATE)
    song = write_wav(tmp_path / "mix.wav", mix)
    wanted = ("vocals", "drums")
    output = await engine.separate(request(song, tmp_path, model=model, wanted_stems=wanted, complement=True), ignore)
    assert [stem.stem for stem in output.stems] == ["drums", "vocals", "no-drums-vocals"]
    assert np.abs(sum(read_audio(stem.path) for stem in output.stems) - mix).max() < SUM_TOLERANCE


@pytest.mark.parametrize(
    ("shape", "rate", "subtype"),
    [
        ((1, 50_000), 44100, "PCM_16"),
        ((6, 50_000), 48000, "PCM_24"),
        ((2, 8000), 8000, "PCM_16"),
        ((2, 192_000), 192_000, "PCM_24"),
        ((2, 1), 44100, "FLOAT"),
        ((2, 1), 192_000, "PCM_16"),
    ],
)
async def test_unusual_audio(
    engine: EngineProcess, tmp_path: Path, shape: tuple[int, int], rate: int, subtype: str
) -> None:
    frames = shape[1]
    song = write_wav(tmp_path / "song.wav", np.resize(noise(frames), shape), rate, subtype)
    output = await engine.separate(request(song, tmp_path), ignore)
    for stem in output.stems:
        assert (stem.sample_rate_hz, stem.sample_count) == (rate, frames)
        assert read_audio(stem.path).shape == (2, frames)


async def test_silence(engine: EngineProcess, tmp_path: Path) -> None:
    song = write_wav(tmp_path / "silence.wav", np.zeros((2, RATE), np.float32))
    for model in ("spleeter-2stems", "htdemucs"):
        output = await engine.separate(request(song, tmp_path, model=model, encoding=Encoding.WAV_PCM16), ignore)
        assert not any(read_audio(stem.path).any() for stem in output.stems)


async def test_errors_arrive_as_what_they_are(engine: EngineProcess, example_song: Path, tmp_path: Path) -> None:
    text = tmp_path / "text.mp3"
    text.write_text("hello")
    cases: list[tuple[SeparationRequest, type[MeshError], str]] = [
        (request(text, tmp_path), AudioUndecodable, "detail"),
        (request(example_song, tmp_path, model="mdx-extra"), ModelNotInstalled, "command"),
        (request(example_song, tmp_path, wanted_stems=("drums",)), StemUnknown, "known"),
    ]
    for case, expected, key in cases:
        with pytest.raises(expected) as raised:
            await engine.separate(case, ignore)
        assert raised.value.metadata[key]
        assert raised.value.message
        assert raised.value.to_record().reason == expected.reason


@pytest.mark.parametrize("exhaust", [lambda: torch.empty(1 << 50), lambda: np.empty(1 << 58)])
def test_exhausted_memory_is_reported(
    models_dir: Path,
    example_song: Path,
    tmp_path: Path,
    exhaust: Callable[[], object],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("services.processing.adapters.runner.separate", lambda *_, **__: exhaust())
    runner = Runner(models_dir, "cpu", ffmpeg_path())
    with pytest.raises(OutOfMemory) as raised:
        runner.run(request(example_song, tmp_path), ignore, lambda: None)
    assert "allocate" in raised.value.metadata["detail"]


def test_stray_prints_do_not_reach_the_worker() -> None:
    script = """
        import os
        from services.mesh.child import Outbox
        outbox = Outbox()
        print("stray", flush=True)
        os.system("echo stray")
        outbox.send({"event": "ready"})
    """
    ran = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], capture_output=True, check=True)
    assert json.loads(ran.stdout) == {"event": "ready"}
    assert ran.stderr.count(b"stray") == 2


async def test_corrupt_weights_are_reported(example_song: Path, tmp_path: Path) -> None:
    save_bag(tmp_path / "source", "htdemucs", [tiny_htdemucs(1)])
    manifest = install(MODELS["htdemucs"], tmp_path / "models", DemucsFolder(tmp_path / "source"), ignore)
    path = tmp_path / "models" / "htdemucs" / next(iter(manifest.files))
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    engine = EngineProcess(tmp_path / "models", "cpu")
    with pytest.raises(WeightsCorrupt):
        await engine.separate(request(example_song, tmp_path, model="htdemucs"), ignore)
    await engine.close()


@pytest.mark.parametrize(
    "device",
    [
        pytest.param("cuda", marks=pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")),
        "cuda:99",
        pytest.param(
            "mps", marks=pytest.mark.skipif(torch.backends.mps.is_available(), reason="there is an Apple GPU")
        ),
        "abacus",
    ],
)
async def test_a_missing_device_is_never_replaced(
    models_dir: Path, example_song: Path, tmp_path: Path, device: str
) -> None:
    engine = EngineProcess(models_dir, device)
    with pytest.raises(DeviceUnavailable):
        await engine.separate(request(example_song, tmp_path), ignore)
    await engine.close()


async def test_a_child_that_listens_is_kept(
    engine: EngineProcess, long_song: Path, example_song: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.processing.adapters.engine._SOFT_CANCEL_SECONDS", 60.0)  # however busy the machine is
    await engine.start()
    child = engine._child
    progress = Progress()
    running = asyncio.create_task(engine.separate(request(long_song, tmp_path), progress))
    await progress.separating.wait()
    await engine.cancel()
    with pytest.raises(SeparationCancelled):
        await running
    # A retry has the same id as the job that was cancelled.
    await engine.separate(request(example_song, tmp_path), ignore)
    assert engine._child is child


async def test_a_child_that_does_not_listen_is_killed_in_time(
    engine: EngineProcess, long_song: Path, tmp_path: Path
) -> None:
    progress = Progress()
    running = asyncio.create_task(engine.separate(request(long_song, tmp_path), progress))
    await progress.separating.wait()
    assert engine._child is not None
    os.kill(engine._child.pid, signal.SIGSTOP)
    started = time.monotonic()
    await engine.cancel()
    assert time.monotonic() - started < CANCEL_SECONDS
    with pytest.raises(SeparationCancelled):
        await running


async def test_cancel_without_a_job_does_nothing(engine: EngineProcess) -> None:
    await engine.cancel()


async def test_a_child_that_dies_is_reported_and_replaced(
    engine: EngineProcess, long_song: Path, example_song: Path, tmp_path: Path
) -> None:
    progress = Progress()
    running = asyncio.create_task(engine.separate(request(long_song, tmp_path), progress))
    await progress.separating.wait()
    assert engine._child is not None
    os.kill(engine._child.pid, signal.SIGKILL)
    with pytest.raises(ChildDied, match="memory ran out") as died:
        await running
    assert died.value.exit_code == -signal.SIGKILL
    output = await engine.separate(request(example_song, tmp_path), ignore)
    assert len(output.stems) == 2


async def test_abandoning_a_separation_stops_the_child(engine: EngineProcess, long_song: Path, tmp_path: Path) -> None:
    progress = Progress()
    running = asyncio.create_task(engine.separate(request(long_song, tmp_path), progress))
    await progress.separating.wait()
    assert engine._child is not None
    child = psutil.Process(engine._child.pid)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert gone(child)


async def test_closing_ends_a_running_separation(models_dir: Path, long_song: Path, tmp_path: Path) -> None:
    engine = EngineProcess(models_dir, "cpu")
    progress = Progress()
    running = asyncio.create_task(engine.separate(request(long_song, tmp_path), progress))
    await progress.separating.wait()
    await engine.close()
    with pytest.raises(SeparationCancelled):
        await running


def test_a_killed_worker_leaves_no_orphans(models_dir: Path, long_song: Path, tmp_path: Path) -> None:
    script = f"""
        import asyncio, sys
        from pathlib import Path
        from services.processing.adapters.engine import EngineProcess
        from services.processing.ports import SeparationRequest

        async def main():
            engine = EngineProcess(Path({str(models_dir)!r}), "cpu")
            await engine.start()
            print(engine._child.pid, flush=True)
            request = SeparationRequest(
                id="job",
                model="spleeter-2stems",
                source=Path({str(long_song)!r}),
                sha256="",
                out_dir=Path({str(tmp_path)!r}),
            )
            await engine.separate(request, lambda stage, fraction: print(stage, flush=True))

        asyncio.run(main())
        assert "torch" not in sys.modules
    """
    command = [sys.executable, "-c", textwrap.dedent(script)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        child = psutil.Process(int(worker.stdout.readline()))
        assert worker.stdout.readline() == "preparing\n"  # ffmpeg is at work
        worker.kill()
    assert gone(child)


def gone(process: psutil.Process) -> bool:
    """Waits until a process has ended; one that nobody has collected yet counts as ended."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        if not process.is_running() or process.status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.02)
    return False
