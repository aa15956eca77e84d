"""What happens when memory runs out: shorter segments, then the CPU if that is allowed, and the result says so."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from services.mesh.audio.ffmpeg import ffmpeg_path
from services.mesh.errors import OutOfMemory
from services.processing.adapters import runner as runner_module
from services.processing.adapters.memory import rungs
from services.processing.adapters.overlap_add import separate
from services.processing.adapters.runner import Runner
from services.processing.catalogue import MODELS
from services.processing.domain import Options
from services.processing.ports import SeparationOutput, SeparationRequest
from tests.audio.conftest import RATE, noise, write_wav

HTDEMUCS, SPLEETER = MODELS["htdemucs"], MODELS["spleeter-2stems"]


def test_each_rung_needs_less_than_the_one_before() -> None:
    ladder = list(rungs("cuda", HTDEMUCS, Options(), 32, cpu_fallback=True))
    assert [rung.most_at_once for rung in ladder] == [32, 1, 1, 1, 1]
    assert [rung.options.segment_seconds for rung in ladder] == [None, None, 3.9, 1.95, None]
    assert [rung.on_cpu for rung in ladder] == [False, False, False, False, True]
    assert [rung.concessions for rung in ladder] == [
        (),
        ("batch_size=1",),
        ("segment_seconds=3.9",),
        ("segment_seconds=1.95",),
        ("device=cpu",),
    ]


@pytest.mark.parametrize(
    ("device", "model", "options", "cpu_fallback"),
    [
        ("cuda", SPLEETER, Options(), False),
        ("cpu", SPLEETER, Options(), True),
        ("cuda", HTDEMUCS, Options(segment_seconds=5.0), False),
    ],
    ids=["segments are fixed", "it is the cpu", "segments were asked for"],
)
def test_nothing_is_conceded_that_cannot_or_must_not_be(
    device: str, model: Any, options: Options, cpu_fallback: bool
) -> None:
    assert [rung.options for rung in rungs(device, model, options, 1, cpu_fallback=cpu_fallback)] == [options]


def run(runner: Runner, folder: Path) -> SeparationOutput:
    song = write_wav(folder / "song.wav", noise(RATE))
    request = SeparationRequest(id="job", model="htdemucs", source=song, sha256="", out_dir=folder / "job")
    return runner.run(request, lambda *_: None, lambda: None)


def failing_at_first(times: int, work: Callable[..., Any]) -> Callable[..., Any]:
    """Makes a function that runs out of memory some times before it works."""
    left = times

    def fail(*arguments: Any, **options: Any) -> Any:
        nonlocal left
        if left > 0:
            left -= 1
            raise torch.OutOfMemoryError("wanted 12 GiB")
        return work(*arguments, **options)

    return fail


@pytest.mark.parametrize("times", [0, 1, 2])
def test_shorter_segments_are_tried_and_told(
    models_dir: Path, tmp_path: Path, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner_module, "separate", failing_at_first(times, separate))
    output = run(Runner(models_dir, "cpu", ffmpeg_path()), tmp_path)
    assert output.concessions == [(), ("segment_seconds=3.9",), ("segment_seconds=1.95",)][times]
    assert all(stem.sample_count == RATE for stem in output.stems)


def test_what_fits_in_no_way_fails(models_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner_module, "separate", failing_at_first(3, separate))
    runner = Runner(models_dir, "cpu", ffmpeg_path())
    with pytest.raises(OutOfMemory, match="wanted 12 GiB"):
        run(runner, tmp_path)
    assert run(runner, tmp_path).concessions == ()  # the next one finds all memory free


@pytest.mark.parametrize("allowed", [True, False])
def test_the_cpu_helps_out_only_if_it_may(
    models_dir: Path, tmp_path: Path, allowed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner_module, "resolve_device", lambda _: torch.device("cuda:0"))
    load = Runner._model

    def load_on_cpu_only(self: Runner, model: Any, device: torch.device) -> Any:
        if device.type == "cuda":
            raise torch.OutOfMemoryError("a small card")
        return load(self, model, device)

    monkeypatch.setattr(Runner, "_model", load_on_cpu_only)
    runner = Runner(models_dir, "cuda", ffmpeg_path(), cpu_fallback=allowed)
    if allowed:
        output = run(runner, tmp_path)
        assert (output.device, output.concessions) == ("cpu", ("device=cpu",))
    else:
        with pytest.raises(OutOfMemory, match="a small card"):
            run(runner, tmp_path)
