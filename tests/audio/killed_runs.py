"""`python -m tests.audio.killed_runs MODELS_DIR SONG OUT`: runs a separation in forks, and kills each after a segment.

Prints one JSON object: the SHA-256 of the stems of a run that nobody disturbed, and for each killed one what the
checkpoint said after the kill, how many segments the next run computed, and the SHA-256 of its stems.

A process of its own, because a fork must not inherit threads that compute.
"""

import hashlib
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import torch

from services.mesh.audio.ffmpeg import ffmpeg_path
from services.processing.adapters import workspace
from services.processing.adapters.runner import Runner
from services.processing.domain import Encoding
from services.processing.ports import SeparationRequest


def main(models_dir: Path, song: Path, out: Path) -> None:
    torch.set_num_threads(1)
    workspace.EVERY_SECONDS = 0.0  # these segments are a hundred times shorter than real ones
    undisturbed = forked(models_dir, song, out / "whole")
    segments = undisturbed["computed"]
    report: dict[str, Any] = {"segments": segments, "undisturbed": undisturbed, "resumed": []}
    for segment in range(1, segments + 1):
        folder = out / str(segment)
        killed = forked(models_dir, song, folder, kill_at=segment)
        assert killed["signal"] == signal.SIGKILL
        report["resumed"].append({"killed_at": segment, **forked(models_dir, song, folder)})
    sys.stdout.write(json.dumps(report))


def forked(models_dir: Path, song: Path, folder: Path, kill_at: int = 0) -> dict[str, Any]:
    """Runs a separation in a fork, which kills itself when segment `kill_at` is computed, before it is written."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        with os.fdopen(writing, "w") as pipe:
            json.dump(run(models_dir, song, folder, kill_at), pipe)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        text = pipe.read()
    _, status = os.waitpid(pid, 0)
    return json.loads(text) if text else {"signal": os.WTERMSIG(status)}


def run(models_dir: Path, song: Path, folder: Path, kill_at: int) -> dict[str, Any]:
    computed = 0
    separating = False

    def report(stage: str, fraction: float) -> None:
        nonlocal separating
        separating = stage == "separating"

    def check() -> None:
        nonlocal computed
        if separating:
            computed += 1
            if computed == kill_at:
                os.kill(os.getpid(), signal.SIGKILL)

    request = SeparationRequest(
        id="job",
        model="htdemucs",
        source=song,
        sha256="5" * 64,
        out_dir=folder,
        wanted_stems=("drums", "vocals"),
        complement=True,
        encoding=Encoding.FLAC_PCM16,
    )
    output = Runner(models_dir, "cpu", ffmpeg_path()).run(request, report, check)
    hashes = [hashlib.sha256(stem.path.read_bytes()).hexdigest() for stem in output.stems]
    return {"computed": computed, "hashes": hashes}


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
