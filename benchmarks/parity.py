"""Our engine against the demucs package's own runner (`demucs.apply.apply_model`, shifts=0), full size, same random weights.

    python -m benchmarks.parity --seconds 8 --out benchmarks/results/parity.json

The aim: no sample further apart than 1e-4, and 80 dB between the stems and their difference.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from demucs.apply import BagOfModels

from benchmarks.networks import RATE, SIX_STEMS, STEMS, htdemucs, htdemucs_6s, noise, stock_stems
from benchmarks.separation import run_ours

_MOST_APART, _LEAST_DECIBELS = 1e-4, 80.0


def main() -> None:
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/parity.json"))
    options = parser.parse_args()
    torch.set_num_threads(2)
    results = {}
    for name, networks, weights, stems in (
        ("htdemucs", [htdemucs()], [], STEMS),
        ("htdemucs-6s", [htdemucs_6s()], [], SIX_STEMS),
        ("htdemucs-ft", [htdemucs(seed) for seed in range(4)], np.eye(4).tolist(), STEMS),
    ):
        results[name] = compared(networks, weights, stems, options.seconds)
        apart, decibels = results[name]["most_apart"], results[name]["decibels"]
        kept = apart <= _MOST_APART and decibels >= _LEAST_DECIBELS
        print(
            f"{name}, {options.seconds:g} s: at most {apart:.1e} apart, {decibels:.0f} dB: {'kept' if kept else 'MISSED'}"
        )
    options.out.write_text(json.dumps({"seconds": options.seconds, **results}, indent=1) + "\n", encoding="utf-8")


def compared(networks: list[Any], weights: list[list[float]], stems: Sequence[str], seconds: float) -> dict[str, float]:
    """Runs both over the same noise."""
    mix = noise(round(seconds * RATE))
    expected = stock_stems(BagOfModels(networks, weights or None), mix)
    difference = run_ours(networks, mix, weights, stems) - expected
    decibels = 10 * np.log10(np.square(expected).sum() / np.square(difference).sum())
    return {"most_apart": float(np.abs(difference).max()), "decibels": float(decibels)}


if __name__ == "__main__":
    main()
