"""Several segments at a time: the same stems, as far as arithmetic allows; and how many fit."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from services.processing.adapters.demucs import Demucs
from services.processing.adapters.processor import Processor, fitting
from services.processing.adapters.shifts import Shifted
from services.processing.adapters.spleeter import load_spleeter
from services.processing.adapters.weights import ModelStore
from services.processing.domain import Precision
from services.processing.ports import FloatArray, Separator
from tests.audio.conftest import RATE, noise, separated
from tests.audio.demucs_models import FOUR, tiny_hdemucs, tiny_htdemucs

CPU = torch.device("cpu")
TOLERANCE = 1e-5
MIX = noise(int(2.3 * RATE), level=0.3)


class Roomy(Processor):
    """A CPU that is asked for batches, as if it were a GPU."""

    def batch_that_fits(self, run_one: Any, most: int = 0) -> int:
        run_one()
        return most


def stems(model: Separator, folder: Path, mix: FloatArray = MIX) -> FloatArray:
    return separated(model, mix, model.stems, folder)


@pytest.mark.parametrize("batch_size", [2, 3, 32])
@pytest.mark.parametrize(
    ("networks", "weights"),
    [
        ([tiny_htdemucs(1)], ()),
        ([tiny_hdemucs(1)], ()),
        ([tiny_htdemucs(1), tiny_htdemucs(2)], [[1, 1, 0, 0.5], [0, 1, 1, 1]]),
    ],
    ids=["transformer", "hybrid, whose last segments are shorter", "bag"],
)
def test_demucs_in_batches(networks: list[Any], weights: Any, batch_size: int, tmp_path: Path) -> None:
    model = Demucs(tuple(FOUR), networks, weights, Roomy(CPU))
    one, many = model.configured(None, None, 1), model.configured(None, None, batch_size)
    assert (one.batch_size, many.batch_size) == (1, batch_size)
    assert np.abs(stems(many, tmp_path) - stems(one, tmp_path)).max() < TOLERANCE


def test_shifts_in_batches(tmp_path: Path) -> None:
    model = Demucs(tuple(FOUR), [tiny_htdemucs(1)], (), Roomy(CPU))
    one, many = (Shifted(model.configured(None, None, size), shifts=3, seed=1) for size in (1, 4))
    assert many.batch_size == 4
    assert np.abs(stems(many, tmp_path) - stems(one, tmp_path)).max() < TOLERANCE


def test_spleeter_in_batches(models_dir: Path, tmp_path: Path) -> None:
    mix = noise(40 * RATE, level=0.3)  # four blocks
    model = load_spleeter(ModelStore(models_dir).open("spleeter-2stems"), Roomy(CPU))
    one, many = model.configured(None, None, 1), model.configured(None, None, 3)
    assert np.abs(stems(many, tmp_path, mix) - stems(one, tmp_path, mix)).max() < TOLERANCE


def test_a_cpu_computes_one_segment_at_a_time() -> None:
    model = Demucs(tuple(FOUR), [tiny_htdemucs(1)], (), Processor(CPU))
    assert model.configured(None, None, 32).batch_size == 1


@pytest.mark.parametrize(("precision", "least_db"), [(Precision.BFLOAT16, 25), (Precision.FLOAT16, 40)])
def test_half_precision_is_near(tmp_path: Path, precision: Precision, least_db: float) -> None:
    exact = stems(Demucs(tuple(FOUR), [tiny_htdemucs(1)], (), Processor(CPU)), tmp_path)
    half = stems(Demucs(tuple(FOUR), [tiny_htdemucs(1)], (), Processor(CPU, precision)), tmp_path)
    ratio = 10 * np.log10(np.square(exact).sum() / np.square(half - exact).sum())
    assert least_db < ratio < 100  # near, and not float32 by mistake
    assert half.dtype == np.float32


@pytest.mark.parametrize(
    ("free", "each", "fits"),
    [(100, 10, 8), (99, 100, 1), (80, 10, 4), (10_000, 10, 32), (10, 0, 8)],
)
def test_what_fits_is_a_power_of_two(free: int, each: int, fits: int) -> None:
    assert fitting(free, each, 32) == fits
