"""A run goes on where the one before it died, and what comes out is the same to the byte."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from services.mesh.audio.ffmpeg import ffmpeg_path
from services.mesh.errors import StorageFull
from services.processing import runs
from services.processing.adapters.build import engine_build
from services.processing.adapters.overlap_add import START, Position
from services.processing.adapters.runner import Runner
from services.processing.adapters.weights import Manifest
from services.processing.adapters.workspace import Workspace
from services.processing.domain import Encoding, Precision
from services.processing.ports import SeparationRequest
from tests.audio.conftest import noise, write_wav

SEGMENTS = 20
STRIDE = 9922  # of the tiny network: three quarters of 0.3 s


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As long as it takes for 20 segments, the last one short."""
    mix = noise((SEGMENTS - 1) * STRIDE + 3000)
    return write_wav(tmp_path_factory.mktemp("songs") / "song.wav", mix, subtype="PCM_16")


@pytest.fixture(autouse=True)
def every_segment_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the tiny network are a hundred times shorter than real ones."""
    monkeypatch.setattr("services.processing.adapters.workspace.EVERY_SECONDS", 0.0)


def test_a_kill_at_any_segment_costs_at_most_that_segment(models_dir: Path, song: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.audio.killed_runs", str(models_dir), str(song), str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path or str(Path.cwd()) for path in sys.path)}
    ran = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert ran.returncode == 0, ran.stderr
    report = json.loads(ran.stdout)
    assert report["segments"] == SEGMENTS
    for resumed in report["resumed"]:
        assert resumed["hashes"] == report["undisturbed"]["hashes"]
        left = SEGMENTS - (resumed["killed_at"] - 1)  # the one in hand, and all after it
        # One finished segment may not have reached the disk: it was being synced while the next was computed.
        assert left <= resumed["computed"] <= left + 1


class Stopped(Exception):
    """Ends a run in the middle without a trace, as a kill would, but cheaper."""


def separation(
    models_dir: Path, song: Path, out_dir: Path, *, stop_at: int = 0, **options: object
) -> tuple[int, bytes]:
    """Runs a separation; returns how many segments were computed, and the first stem."""
    computed, separating = 0, False

    def report(stage: str, fraction: float) -> None:
        nonlocal separating
        separating = stage == "separating"

    def check() -> None:
        nonlocal computed
        computed += separating
        if separating and computed == stop_at:
            raise Stopped

    defaults: dict[str, Any] = {"model": "htdemucs", "sha256": "5" * 64, "encoding": Encoding.WAV_FLOAT32}
    request = SeparationRequest(id="job", source=song, out_dir=out_dir, **{**defaults, **options})
    output = Runner(models_dir, "cpu", ffmpeg_path()).run(request, report, check)
    return computed, output.stems[0].path.read_bytes()


def test_a_finished_run_that_was_not_stored_is_only_encoded_again(models_dir: Path, song: Path, tmp_path: Path) -> None:
    first = separation(models_dir, song, tmp_path)
    assert first[0] == SEGMENTS
    assert separation(models_dir, song, tmp_path) == (0, first[1])
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(
    "other",
    [{"wanted_stems": ("drums",)}, {"sha256": "6" * 64}, {"model": "htdemucs-ft"}],
    ids=lambda other: next(iter(other)),
)
def test_what_belongs_to_something_else_is_not_continued(
    models_dir: Path, song: Path, tmp_path: Path, other: dict[str, Any]
) -> None:
    with pytest.raises(Stopped):
        separation(models_dir, song, tmp_path, stop_at=SEGMENTS)
    computed, _ = separation(models_dir, song, tmp_path, **other)
    assert computed == SEGMENTS * (4 if "model" in other else 1)
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("changed", ["engine_build", "digest"])
def test_another_build_or_other_weights_begin_anew(
    models_dir: Path, song: Path, tmp_path: Path, changed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Stopped):
        separation(models_dir, song, tmp_path, stop_at=SEGMENTS)
    if changed == "digest":
        monkeypatch.setattr(Manifest, "digest", "other")
    else:
        monkeypatch.setattr("services.processing.adapters.runner.engine_build", lambda _: "other")
    assert separation(models_dir, song, tmp_path)[0] == SEGMENTS


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def _shorten(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


@pytest.mark.parametrize(
    ("name", "damage"),
    [("checkpoint", _flip), ("checkpoint", _shorten), ("checkpoint", Path.unlink), ("mix.f32", Path.unlink)],
)
def test_damage_begins_anew(
    models_dir: Path, song: Path, tmp_path: Path, name: str, damage: Callable[[Path], object]
) -> None:
    whole = separation(models_dir, song, tmp_path / "whole")
    with pytest.raises(Stopped):
        separation(models_dir, song, tmp_path / "cut", stop_at=SEGMENTS)
    (run,) = (tmp_path / "cut").iterdir()
    damage(run / name)
    assert separation(models_dir, song, tmp_path / "cut") == whole


def test_a_run_that_goes_on_is_not_touched(models_dir: Path, song: Path, tmp_path: Path) -> None:
    """A worker that was only taken for dead still writes; the new one must work beside it."""
    whole = separation(models_dir, song, tmp_path / "whole")
    folder = tmp_path / "shared"
    with pytest.raises(Stopped):
        separation(models_dir, song, folder, stop_at=SEGMENTS // 2)
    (alive,) = runs.abandoned(folder)
    assert separation(models_dir, song, folder) == whole
    runs.remove(folder)
    assert list(folder.iterdir()) == [alive.path]
    alive.close()
    runs.remove(folder)
    assert not folder.exists()


def test_a_full_disk_is_noticed_at_the_next_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with Workspace.open(tmp_path, "key", ["vocals"]) as work:
        monkeypatch.setattr("services.processing.adapters.workspace.os.fsync", full)
        work.save(START)
        work._syncing.shutdown()
        with pytest.raises(StorageFull):
            work.save(START)


def test_checkpoints_come_at_most_once_a_second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def position(spans: int) -> Position:
        return Position(spans, np.full((1, 2, 3), spans, np.float32), np.ones(3, np.float32))

    monkeypatch.setattr("services.processing.adapters.workspace.EVERY_SECONDS", 1.0)
    with Workspace.open(tmp_path, "key", ["vocals"]) as work:
        for spans in (1, 2, 3):
            work.save(position(spans))
    with Workspace.open(tmp_path, "key", ["vocals"]) as work:
        assert work.position is not None
        assert work.position.spans == 1
        np.testing.assert_array_equal(work.position.pending, position(1).pending)


def test_the_build_is_known_without_torch() -> None:
    script = "import sys; from services.processing.adapters.build import engine_build as b; from services.processing.domain import Precision as P; print(b(P.FLOAT32), 'torch' in sys.modules)"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path or str(Path.cwd()) for path in sys.path)}
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=environment, check=True)
    assert ran.stdout.split() == [engine_build(Precision.FLOAT32), "False"]
