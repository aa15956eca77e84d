"""Times the separation engine, and compares Demucs with the demucs package's own runner.

    python -m benchmarks.separation spleeter --models-dir DIR --minutes 5
    python -m benchmarks.separation htdemucs --seconds 30 --rounds 5
    python -m benchmarks.separation one-stem --seconds 12 --rounds 3
    python -m benchmarks.separation checkpoints --models-dir DIR --seconds 60 --rounds 9

The speed of a network does not depend on its weights, so htdemucs runs with random ones of the published shape.
"""

import argparse
import asyncio
import json
import math
import multiprocessing
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import soundfile
import torch
from demucs.apply import BagOfModels
from demucs.htdemucs import HTDemucs

from benchmarks.networks import RATE, STEMS, STRIDE_SECONDS, htdemucs, noise, segment_operations, stock_stems
from services.mesh import heap
from services.mesh.audio.ffmpeg import ffmpeg_path
from services.processing import runs
from services.processing.adapters import workspace
from services.processing.adapters.demucs import Demucs
from services.processing.adapters.engine import EngineProcess
from services.processing.adapters.overlap_add import separate
from services.processing.adapters.processor import Processor
from services.processing.adapters.runner import Runner
from services.processing.adapters.samples import SampleFile
from services.processing.ports import FloatArray, SeparationRequest

# The stems, the time that passed and the processor time, both in seconds.
Timed = tuple[FloatArray, float, float]

_MATRIX = 2048
_MATRIX_ROUNDS = 20


def main() -> None:
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    spleeter = commands.add_parser("spleeter")
    spleeter.add_argument("--models-dir", type=Path, required=True)
    spleeter.add_argument("--minutes", type=int, default=5)
    spleeter.set_defaults(run=lambda options: asyncio.run(time_spleeter(options.models_dir, options.minutes)))
    demucs = commands.add_parser("htdemucs")
    demucs.add_argument("--seconds", type=int, default=30)
    demucs.add_argument("--rounds", type=int, default=5)
    demucs.add_argument("--out", type=Path)
    demucs.set_defaults(run=lambda options: compare_htdemucs(options.seconds, options.rounds, options.out))
    one_stem = commands.add_parser("one-stem")
    one_stem.add_argument("--seconds", type=int, default=12)
    one_stem.add_argument("--rounds", type=int, default=3)
    one_stem.add_argument("--out", type=Path)
    one_stem.set_defaults(run=lambda options: compare_one_stem(options.seconds, options.rounds, options.out))
    checkpoints = commands.add_parser("checkpoints")
    checkpoints.add_argument("--models-dir", type=Path, required=True)
    checkpoints.add_argument("--seconds", type=int, default=60)
    checkpoints.add_argument("--rounds", type=int, default=9)
    checkpoints.set_defaults(
        run=lambda options: cost_of_checkpoints(options.models_dir, options.seconds, options.rounds)
    )
    options = parser.parse_args()
    options.run(options)


async def time_spleeter(models_dir: Path, minutes: int) -> None:
    """Times a whole job, from file to files, in a warm child, and watches the child's memory."""
    engine = EngineProcess(models_dir, "cpu")
    await engine.start()
    assert engine._child is not None  # noqa: SLF001 - the process to measure
    child = psutil.Process(engine._child.pid)  # noqa: SLF001
    peak = 0

    async def watch() -> None:
        nonlocal peak
        while True:
            peak = max(peak, child.memory_info().rss)
            await asyncio.sleep(0.05)

    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder) / "noise.wav", Path(folder) / "out"
        out.mkdir()
        with soundfile.SoundFile(source, "w", RATE, 2, "PCM_16") as file:
            for minute in range(minutes):
                file.write(noise(60 * RATE, seed=minute).T)
        watching = asyncio.create_task(watch())
        request = SeparationRequest(id="benchmark", model="spleeter-2stems", source=source, sha256="", out_dir=out)
        started = time.perf_counter()
        await engine.separate(request, lambda *_: None)
        seconds = time.perf_counter() - started
        watching.cancel()
    await engine.close()
    print(
        f"spleeter-2stems: {minutes} min in {seconds:.1f} s, {minutes * 60 / seconds:.1f}x real time, peak {peak >> 20} MiB"
    )


def compare_htdemucs(seconds: int, rounds: int, out: Path | None) -> None:
    """Runs stock and ours by turns on the same weights and audio."""
    times = Times()
    with side("stock") as stock, side("ours") as ours:
        for _ in range(rounds):
            expected = times.of("stock", stock, time_stock, seconds, 1)
            actual = times.of("ours", ours, time_ours, seconds, 1)
    difference = actual - expected
    rate = matmul_rate()
    print(f"htdemucs, {seconds} s of audio, {rounds} rounds, {torch.get_num_threads()} threads")
    times.report(seconds)
    signal_to_noise = 10 * np.log10(np.square(expected).sum() / np.square(difference).sum())
    print(f"  largest difference {np.abs(difference).max():.1e}, {signal_to_noise:.0f} dB")
    operations = segment_operations(htdemucs()) * math.ceil(seconds / STRIDE_SECONDS)
    print(
        f"  matrix multiplication here: {rate / 1e9:.0f} GFLOP/s, at which the network's {operations / 1e12:.2f} TFLOP would"
        f" take {operations / rate:.1f} s"
    )
    times.save(out, audio_seconds=seconds, matmul_flops=rate, operations=operations)


def compare_one_stem(seconds: int, rounds: int, out: Path | None) -> None:
    """Takes one stem of a bag with a network for each, by turns from stock, which runs all, and from ours, which runs one."""
    times = Times()
    with side("stock") as stock, side("ours") as ours:
        for _ in range(rounds):
            expected = times.of("stock", stock, time_stock, seconds, len(STEMS))[-1:]
            actual = times.of("ours", ours, time_ours, seconds, len(STEMS), STEMS[-1:])
    print(f"htdemucs-ft, vocals of {seconds} s, {rounds} rounds, {torch.get_num_threads()} threads")
    times.report(seconds)
    print(f"  largest difference {np.abs(actual - expected).max():.1e}")
    times.save(out, audio_seconds=seconds)


@contextmanager
def side(name: str) -> Iterator[ProcessPoolExecutor]:
    """Lends a fresh process for one side: ours with the environment that a worker gives its engine, stock as it comes."""
    saved = dict(os.environ)
    if name == "ours":
        os.environ.update(heap.ENVIRONMENT)
    try:
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
            process.submit(matmul_rate).result()  # loads everything
            os.environ.clear()
            os.environ.update(saved)
            yield process
    finally:
        os.environ.clear()
        os.environ.update(saved)


class Times:
    """What each side took, round by round."""

    def __init__(self) -> None:
        self._wall: dict[str, list[float]] = {}
        self._processor: dict[str, list[float]] = {}

    def of(self, name: str, process: ProcessPoolExecutor, work: Callable[..., Timed], *arguments: Any) -> FloatArray:  # noqa: ANN401
        """Runs one side, and notes what it took."""
        result, wall, processor = process.submit(work, *arguments).result()
        self._wall.setdefault(name, []).append(wall)
        self._processor.setdefault(name, []).append(processor)
        return result

    def report(self, audio_seconds: float) -> None:
        """Prints medians, and what ours is to stock."""
        for name, values in self._wall.items():
            median, processor = statistics.median(values), statistics.median(self._processor[name])
            spread = f"{min(values):.1f} to {max(values):.1f}"
            print(
                f"  {name:5}: {median:.1f} s median ({spread}), {audio_seconds / median:.2f}x real time;"
                f" {processor:.1f} s of processors"
            )
        wall, processor = (
            statistics.median(side["ours"]) / statistics.median(side["stock"]) for side in (self._wall, self._processor)
        )
        print(
            f"  ours takes {wall:.3f} of stock's time ({1 / wall:.2f} times as fast), {processor:.3f} of its processor time"
        )

    def save(self, out: Path | None, **about: float) -> None:
        """Writes the raw figures."""
        if out is not None:
            figures = {**about, "threads": torch.get_num_threads(), "wall": self._wall, "processor": self._processor}
            out.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def cost_of_checkpoints(models_dir: Path, seconds: int, rounds: int) -> None:
    """Runs Spleeter, whose segments are the fastest, by turns with and without checkpoints."""
    runner = Runner(models_dir, "cpu", ffmpeg_path())
    times: dict[str, list[tuple[float, float]]] = {"with": [], "without": []}
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "noise.wav"
        soundfile.write(source, noise(seconds * RATE).T, RATE, "PCM_16")
        for number in range(rounds + 1):
            for name, every in (("with", 1.0), ("without", float("inf"))):
                workspace.EVERY_SECONDS = every
                out = Path(folder) / f"{name}-{number}"
                request = SeparationRequest(
                    id="benchmark", model="spleeter-2stems", source=source, sha256="", out_dir=out
                )
                wall, processor = time.perf_counter(), time.process_time()
                runner.run(request, lambda *_: None, lambda: None)
                if number:  # the first one warms up
                    times[name].append((time.perf_counter() - wall, time.process_time() - processor))
                runs.remove(out)
    print(f"spleeter-2stems, {seconds} s, {rounds} rounds, medians of wall and processor time")
    for name, values in times.items():
        wall, processor = (statistics.median(column) for column in zip(*values, strict=True))
        print(f"  {name:7} checkpoints: {wall:.3f} s, {processor:.3f} s")


@lru_cache
def networks_of(count: int) -> list[HTDemucs]:
    """Builds the same networks on both sides."""
    return [htdemucs(seed) for seed in range(count)]


def time_stock(seconds: int, count: int) -> Timed:
    """Runs stock with one network, or with a bag that has one for each stem."""
    network = networks_of(1)[0] if count == 1 else BagOfModels(networks_of(count), np.eye(count).tolist())
    return timed(lambda mix: stock_stems(network, mix), seconds)


def time_ours(seconds: int, count: int, stems: Sequence[str] = STEMS) -> Timed:
    """Runs ours with the same networks."""
    weights = [] if count == 1 else np.eye(count).tolist()
    return timed(lambda mix: run_ours(networks_of(count), mix, weights, stems), seconds)


def timed(work: Callable[[FloatArray], FloatArray], seconds: int) -> Timed:
    """Separates noise; a busy machine adds to the time that passes, and not to that of the processors."""
    mix = noise(seconds * RATE)
    wall, processor = time.perf_counter(), time.process_time()
    result = work(mix)
    return result, time.perf_counter() - wall, time.process_time() - processor


def run_ours(
    networks: Sequence[HTDemucs],
    mix: FloatArray,
    weights: Sequence[Sequence[float]] = (),
    stems: Sequence[str] = STEMS,
) -> FloatArray:
    """Separates on the engine."""
    torch.backends.mha.set_fastpath_enabled(value=False)  # as load_demucs does
    blocks: list[FloatArray] = []
    with tempfile.TemporaryDirectory() as folder, SampleFile(Path(folder) / "mix.f32") as samples:
        samples.append(mix)
        model = Demucs(tuple(networks[0].sources), networks, weights, Processor(torch.device("cpu")))
        separate(model, samples, stems, lambda block: blocks.append(block.copy()), lambda *_: None)
    return np.concatenate(blocks, axis=-1)


def matmul_rate() -> float:
    """Measures how many operations a second large float32 matrices take here: no network can be faster."""
    left, right = torch.randn(_MATRIX, _MATRIX), torch.randn(_MATRIX, _MATRIX)
    left @ right
    started = time.perf_counter()
    for _ in range(_MATRIX_ROUNDS):
        left @ right
    return 2 * _MATRIX**3 * _MATRIX_ROUNDS / (time.perf_counter() - started)


if __name__ == "__main__":
    main()
