"""Demucs against the demucs package's own runner, with random weights."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from demucs.apply import apply_model
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.processing.adapters.demucs import Demucs, load_demucs
from services.processing.adapters.processor import Processor
from services.processing.adapters.weights import ModelStore
from services.processing.ports import FloatArray
from tests.audio.conftest import noise, separated
from tests.audio.demucs_models import FOUR, as_bag, tiny_hdemucs, tiny_htdemucs

TOLERANCE = 1e-5  # the product promises 1e-4
SEGMENT = 13230  # of the tiny transformer: 0.3 s
CPU = Processor(torch.device("cpu"))

Bag = tuple[list[Any], list[list[float]] | None]
BAGS: dict[str, Callable[[], Bag]] = {
    "transformer": lambda: ([tiny_htdemucs(1)], None),
    "hybrid": lambda: ([tiny_hdemucs(1)], None),
    "one network per stem": lambda: ([tiny_htdemucs(seed) for seed in range(4)], np.eye(4).tolist()),
    "mixed weights": lambda: ([tiny_htdemucs(1), tiny_htdemucs(2)], [[1, 1, 0, 0.5], [0, 1, 1, 1]]),
    "all alike": lambda: ([tiny_hdemucs(1), tiny_hdemucs(2)], None),
}


def reference(networks: list[Any], weights: list[list[float]] | None, mix: FloatArray) -> FloatArray:
    """What demucs.api.Separator computes with shifts=0; shape (stems, 2, n)."""
    track = torch.from_numpy(mix.copy())
    mono = track.mean(0)
    deviation = (mono.std() if len(mono) > 1 else torch.zeros(())) + 1e-8
    normalised = (track - mono.mean()) / deviation
    estimate = apply_model(as_bag(networks, weights), normalised[None], shifts=0)[0]
    result: FloatArray = (estimate * deviation + mono.mean()).numpy()
    return result


@pytest.fixture(scope="module", params=BAGS)
def bag(request: pytest.FixtureRequest) -> Bag:
    return BAGS[request.param]()


@pytest.mark.parametrize("length", [1, 2, 5000, 44100, 44101, 33076, 100_000])
def test_equals_the_reference_runner(bag: Bag, length: int, tmp_path: Path) -> None:
    networks, weights = bag
    mix = noise(length, seed=length, level=0.3) + np.float32(0.02)
    ours = separated(Demucs(tuple(FOUR), networks, weights or (), CPU), mix, FOUR, tmp_path)
    assert np.abs(ours - reference(networks, weights, mix)).max() < TOLERANCE


@given(length=st.integers(1, 3 * SEGMENT))
@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_equals_the_reference_runner_at_any_length(length: int, tmp_path: Path) -> None:
    networks, _ = TRANSFORMER
    mix = noise(length, seed=length)
    ours = separated(Demucs(tuple(FOUR), networks, (), CPU), mix, FOUR, tmp_path)
    assert np.abs(ours - reference(networks, None, mix)).max() < TOLERANCE


TRANSFORMER = BAGS["transformer"]()


def test_only_the_networks_that_are_needed_run(tmp_path: Path) -> None:
    networks, weights = BAGS["one network per stem"]()
    runs = [0, 0, 0, 0]
    for index, network in enumerate(networks):
        network.register_forward_hook(lambda *_, index=index: runs.__setitem__(index, runs[index] + 1))
    model = Demucs(tuple(FOUR), networks, weights or (), CPU)
    mix = noise(20_000)
    (vocals,) = separated(model, mix, ("vocals",), tmp_path)
    spans, steps = model.plan(20_000, ("vocals",))
    assert steps == 1
    assert runs == [0, 0, 0, len(spans)]
    assert np.abs(vocals - reference(networks, weights, mix)[3]).max() < TOLERANCE


def test_silence_stays_silent(tmp_path: Path) -> None:
    networks, _ = TRANSFORMER
    stems = separated(Demucs(tuple(FOUR), networks, (), CPU), np.zeros((2, 50_000), np.float32), FOUR, tmp_path)
    assert np.abs(stems).max() < 1e-6


@pytest.mark.parametrize(
    ("model", "original"),
    [
        ("htdemucs", BAGS["transformer"]),
        ("htdemucs-ft", BAGS["one network per stem"]),
    ],
)
def test_installed_weights_give_the_same_stems(
    model: str, original: Callable[[], Bag], models_dir: Path, tmp_path: Path
) -> None:
    networks, weights = original()
    mix = noise(30_000)
    installed = load_demucs(ModelStore(models_dir).open(model), CPU)
    ours = separated(installed, mix, FOUR, tmp_path)
    assert np.abs(ours - reference(networks, weights, mix)).max() < TOLERANCE


def test_a_bag_sets_the_segment_length(models_dir: Path) -> None:
    model = load_demucs(ModelStore(models_dir).open("hdemucs-mmi"), CPU)
    spans, _ = model.plan(10 * 44100, FOUR)
    assert spans[0].stop == 2 * 44100


def test_networks_that_do_not_fit_together_are_refused() -> None:
    mismatched: Sequence[Any] = [tiny_htdemucs(1), tiny_hdemucs(1)]
    with pytest.raises(ValueError, match="differ in sample rate or segment"):
        Demucs(tuple(FOUR), mismatched, (), CPU)
