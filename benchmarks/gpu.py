"""htdemucs on a GPU: the demucs package's own runner and ours, side by side, in each precision.

    python -m benchmarks.gpu --seconds 180 --rounds 5 --out benchmarks/results/gpu.json

Prints how many times faster than real time each is, what share of the device's measured matrix multiplication rate that is, and how
near ours is to stock in float32. Random weights of the published shape; the network alone, without files. Runners take turns.
Without a GPU it says so and ends with status 2: figures of a CPU would say nothing here (see `benchmarks.separation`).
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import torch

from benchmarks.networks import RATE, STEMS, STRIDE_SECONDS, htdemucs, noise, segment_operations, stock_stems
from services.processing.adapters.demucs import Demucs
from services.processing.adapters.overlap_add import separate
from services.processing.adapters.processor import MOST_SEGMENTS, Processor
from services.processing.domain import Precision
from services.processing.ports import FloatArray

_MATRIX = 8192
_MATRIX_ROUNDS = 20


@dataclass
class Figures:
    """The raw result: seconds of each round, by runner."""

    device: str
    torch: str
    audio_seconds: int
    rounds: dict[str, list[float]] = field(default_factory=dict)
    batch_sizes: dict[str, int] = field(default_factory=dict)
    decibels: dict[str, float] = field(default_factory=dict)
    matmul_flops: dict[str, float] = field(default_factory=dict)
    segment_operations: int = 0


class InMemory:
    """A track in memory. Implements `Samples`."""

    def __init__(self, samples: FloatArray) -> None:
        self._samples = samples
        mono = samples.mean(axis=0, dtype=np.float64)
        self.length = samples.shape[1]
        self.mono_mean, self.mono_std = float(mono.mean()), float(mono.std(ddof=1))

    def read(self, start: int, stop: int) -> FloatArray:
        """Returns samples [start, stop), with zeros where that is outside the track."""
        block = np.zeros((2, stop - start), np.float32)
        first, last = max(start, 0), min(stop, self.length)
        if first < last:
            block[:, first - start : last - start] = self._samples[:, first:last]
        return block


def main() -> None:
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=180)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--device", default="cuda:0")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/gpu.json"))
    options = parser.parse_args()
    device = torch.device(options.device)
    if device.type != "cuda" or (device.index is not None and device.index >= torch.cuda.device_count()):
        sys.stderr.write(f"There is no GPU {options.device} here (torch {torch.__version__}): nothing was measured.\n")
        sys.exit(2)
    figures = Figures(torch.cuda.get_device_name(device), torch.__version__, options.seconds)
    compare(device, options.rounds, figures)
    options.out.write_text(json.dumps(asdict(figures), indent=1) + "\n", encoding="utf-8")
    report(figures)


def compare(device: torch.device, rounds: int, figures: Figures) -> None:
    """Runs all runners by turns, after one round that warms up."""
    mix = noise(figures.audio_seconds * RATE)
    network = htdemucs()
    figures.segment_operations = segment_operations(network)
    network = network.to(device)
    models = {}
    for precision in Precision:
        figures.matmul_flops[precision] = matmul_rate(device, precision)
        model = Demucs(STEMS, [network], (), Processor(device, precision)).configured(None, None, MOST_SEGMENTS)
        models[f"ours {precision}"] = precision, model
        figures.batch_sizes[f"ours {precision}"] = model.batch_size
    figures.batch_sizes["stock"] = 1
    for number in range(rounds + 1):
        stock, seconds = timed(device, Precision.FLOAT32, partial(stock_stems, network, mix, device))
        figures.rounds.setdefault("stock", []).append(seconds)
        for name, (precision, model) in models.items():
            stems, seconds = timed(device, precision, partial(run_ours, model, mix))
            figures.rounds.setdefault(name, []).append(seconds)
            error = float(np.square(stems - stock).sum())
            figures.decibels[name] = 10 * float(np.log10(np.square(stock).sum() / max(error, 1e-30)))
        if number == 0:
            figures.rounds.clear()


def timed(device: torch.device, precision: Precision, run: Callable[[], FloatArray]) -> tuple[FloatArray, float]:
    """Returns the stems and the seconds that they took."""
    Processor(device, precision)  # sets torch's switches, which are the process's
    torch.cuda.synchronize(device)
    started = time.perf_counter()
    stems = run()
    torch.cuda.synchronize(device)
    return stems, time.perf_counter() - started


def run_ours(model: Demucs, mix: FloatArray) -> FloatArray:
    """Separates on the engine's loop."""
    torch.backends.mha.set_fastpath_enabled(value=False)  # as load_demucs does
    blocks: list[FloatArray] = []
    separate(model, InMemory(mix), STEMS, lambda block: blocks.append(block.copy()), lambda *_: None)
    return np.concatenate(blocks, axis=-1)


def matmul_rate(device: torch.device, precision: Precision) -> float:
    """Measures how many operations a second large matrices take in a precision."""
    Processor(device, precision)
    half = {Precision.BFLOAT16: torch.bfloat16, Precision.FLOAT16: torch.float16}.get(precision, torch.float32)
    left, right = (torch.randn(_MATRIX, _MATRIX, device=device, dtype=half) for _ in range(2))
    for _ in range(3):
        left @ right
    torch.cuda.synchronize(device)
    started = time.perf_counter()
    for _ in range(_MATRIX_ROUNDS):
        left @ right
    torch.cuda.synchronize(device)
    return 2 * _MATRIX**3 * _MATRIX_ROUNDS / (time.perf_counter() - started)


def report(figures: Figures) -> None:
    """Prints the figures."""
    print(f"{figures.device}, torch {figures.torch}, {figures.audio_seconds} s of audio")
    stock = statistics.median(figures.rounds["stock"])
    for name, seconds in figures.rounds.items():
        median = statistics.median(seconds)
        speed = figures.audio_seconds / median
        precision = name.removeprefix("ours ") if name != "stock" else Precision.FLOAT32
        share = speed * figures.segment_operations / STRIDE_SECONDS / figures.matmul_flops[precision]
        parity = f", {figures.decibels[name]:.0f} dB" if name in figures.decibels else ""
        print(
            f"  {name:14}: {speed:7.1f}x real time ({min(seconds):.2f} to {max(seconds):.2f} s), {stock / median:.2f} times"
            f" stock, {share:.1%} of the matmul rate, batches of {figures.batch_sizes[name]}{parity}"
        )


if __name__ == "__main__":
    main()
