"""Memory and time of long tracks: our engine, from file to files, and the demucs package's own runner beside it.

    python -m benchmarks.memory ours --minutes 10 --out benchmarks/results/memory_htdemucs_10min.json
    python -m benchmarks.memory stock --minutes 10 --out benchmarks/results/memory_stock_10min.json
    python -m benchmarks.memory report benchmarks/results/memory_*.json

The audio is synthetic and the networks have random weights. `--network tiny` has segments of the same length but costs next to
nothing, so that what depends on the length of the track shows in minutes instead of hours. The resident memory of the process
that computes is sampled all the time; the file is rewritten after each minute, so a run that is stopped tells what it saw.
"""

import argparse
import asyncio
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path

import psutil
import soundfile
import torch

from benchmarks.networks import htdemucs, installed, stock_stems, tiny, write_noise
from services.processing.adapters.engine import EngineProcess
from services.processing.ports import SeparationRequest

_NETWORKS = {"htdemucs": htdemucs, "tiny": tiny}
_SAVE_SECONDS = 60.0
_WINDOWS = 5
_MIB = 1 << 20


@dataclass
class Figures:
    """The raw result of one run.

    Attributes:
        samples: (seconds since the start, stage, fraction of the whole, resident MiB, processor seconds), in order.
        finished: whether the run came to its end.
    """

    runner: str
    network: str
    audio_minutes: float
    threads: int
    machine: str = platform.processor() or platform.machine()
    samples: list[tuple[float, str, float, float, float]] = field(default_factory=list)
    finished: bool = False

    def save(self, path: Path) -> None:
        """Writes the figures as JSON."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self)) + "\n", encoding="utf-8")


def main() -> None:
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    for name, run in (("ours", measure_ours), ("stock", measure_stock)):
        command = commands.add_parser(name)
        command.add_argument("--minutes", type=float, required=True)
        command.add_argument("--network", choices=_NETWORKS, default="htdemucs")
        command.add_argument("--threads", type=int, default=2)
        command.add_argument("--every", type=float, default=5.0, help="seconds between samples of memory")
        command.add_argument("--out", type=Path, required=True)
        command.set_defaults(run=lambda options, run=run: asyncio.run(run(options)))
    command = commands.add_parser("report")
    command.add_argument("files", type=Path, nargs="+")
    command.set_defaults(run=lambda options: report(options.files))
    options = parser.parse_args()
    options.run(options)


async def measure_ours(options: argparse.Namespace) -> None:
    """Separates on the engine's child process, as a worker does."""
    figures = Figures("ours", options.network, options.minutes, options.threads)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        installed(folder / "models", _NETWORKS[options.network]())
        write_noise(folder / "noise.wav", round(options.minutes * 60))
        engine = EngineProcess(folder / "models", "cpu", threads=options.threads)
        await engine.start()
        assert engine._child is not None  # noqa: SLF001 - the process to measure
        progress = ["preparing", 0.0]

        def on_progress(stage: str, fraction: float) -> None:
            progress[:] = stage, fraction

        watching = asyncio.create_task(_watch(engine._child.pid, figures, progress, options))  # noqa: SLF001
        request = SeparationRequest(
            id="benchmark", model="htdemucs", source=folder / "noise.wav", sha256="0" * 64, out_dir=folder / "out"
        )
        await engine.separate(request, on_progress)
        watching.cancel()
        await engine.close()
    figures.finished = True
    figures.save(options.out)
    report([options.out])


async def measure_stock(options: argparse.Namespace) -> None:
    """Separates as `demucs.api.Separator` does, in a process of its own."""
    figures = Figures("stock", options.network, options.minutes, options.threads)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", "from benchmarks.memory import run_stock; run_stock()"),
        *(options.network, str(options.minutes), str(options.threads)),
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    watching = asyncio.create_task(_watch(process.pid, figures, ["separating", 0.0], options))
    figures.finished = await process.wait() == 0
    watching.cancel()
    figures.save(options.out)
    report([options.out])


def run_stock() -> None:
    """Is the process that `measure_stock` measures."""
    network, minutes, threads = sys.argv[1:]
    torch.set_num_threads(int(threads))
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "noise.wav"
        write_noise(path, round(float(minutes) * 60))
        stems = stock_stems(_NETWORKS[network](), soundfile.read(path, dtype="float32")[0].T.copy())
        for index, stem in enumerate(stems):
            soundfile.write(Path(name) / f"{index}.wav", stem.T, 44100, "PCM_16")


async def _watch(pid: int, figures: Figures, progress: list[object], options: argparse.Namespace) -> None:
    process = psutil.Process(pid)
    started = saved = time.monotonic()
    while True:
        now = time.monotonic()
        with suppress(psutil.NoSuchProcess):
            stage, fraction = progress
            used = process.cpu_times()
            memory = process.memory_info().rss / _MIB
            seconds = round(used.user + used.system, 2)
            figures.samples.append(
                (round(now - started, 1), str(stage), round(float(str(fraction)), 6), round(memory, 1), seconds)
            )
        if now - saved > _SAVE_SECONDS:
            figures.save(options.out)
            saved = now
        await asyncio.sleep(options.every)


def report(files: list[Path]) -> None:
    """Prints what each run says: peak, growth per hour of audio, and time per second of audio in windows."""
    for path in files:
        fields = json.loads(path.read_text(encoding="utf-8"))
        figures = Figures(**fields)
        peak = max(sample[3] for sample in figures.samples)
        state = "" if figures.finished else ", not finished"
        print(f"{figures.runner} {figures.network} {figures.audio_minutes:g} min{state}: peak {peak:.0f} MiB")
        if figures.runner == "ours":
            _report_growth(figures)


def _report_growth(figures: Figures) -> None:
    separating = [sample for sample in figures.samples if sample[1] == "separating"]
    if len(separating) < 10 * _WINDOWS:
        return  # nothing to fit
    first = separating[0][2]
    after = [sample[2] for sample in figures.samples if sample[1] == "encoding"]
    # The stage's end is known when the next has begun; before that from the stages' costs, which are proportions.
    last = after[0] if after else first + 0.8 / (0.8 + 0.006 + 4 * 0.003)
    hours = figures.audio_minutes / 60
    points = [((sample[2] - first) / (last - first) * hours, sample) for sample in separating]
    done = points[-1][0]
    edges = [done * index / _WINDOWS for index in range(_WINDOWS + 1)]
    costs, levels = [], []
    for low, high in pairwise(edges):
        inside = [(hour, sample) for hour, sample in points if low <= hour <= high]
        (start, before), (end, then) = inside[0], inside[-1]
        costs.append((then[4] - before[4]) / ((end - start) * 3600))
        levels.append(statistics.quantiles((sample[3] for _, sample in inside), n=4)[0])
    # Memory goes up and down by 100 MiB and more within each segment. What is held all the time, and so what a leak would raise,
    # is seen at the low end, in the lower quartile. The first window is left out: the allocator finds its size in it.
    middles = [(low + high) / 2 for low, high in pairwise(edges)]
    slope = statistics.linear_regression(middles[1:], levels[1:]).slope
    print(f"  {slope:+.1f} MiB per hour of audio while separating, seen over {done * 60:.1f} min of audio")
    print("  lower quartile, MiB, by fifths: " + ", ".join(f"{level:.0f}" for level in levels))
    print("  processor seconds per second of audio, by fifths: " + ", ".join(f"{cost:.2f}" for cost in costs))


if __name__ == "__main__":
    main()
