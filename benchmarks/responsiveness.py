"""How soon a separation can be heard, how true its estimates of time are, and what telling them costs.

    python -m benchmarks.responsiveness first-audio --minutes 1 10 60 --out benchmarks/results/first_sound.json
    python -m benchmarks.responsiveness eta --seconds 60

First audio: from the call to the first finished sample of a stem that a reader finds, of htdemucs with random weights, in a warm child
that has the model loaded; the aim is two segments and one second. ETA: of a whole job, against what was left in truth.
"""

import argparse
import asyncio
import json
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

from benchmarks.networks import htdemucs, installed, write_noise
from services.mesh.audio.ffmpeg import ffmpeg_path
from services.mesh.jobs.estimate import Estimate
from services.processing.adapters.engine import EngineProcess
from services.processing.adapters.runner import Runner
from services.processing.live import LiveStem
from services.processing.ports import SeparationCancelled, SeparationRequest

_THREADS = 2
_WARM_UP_SECONDS = 5
_LOOK_SECONDS = 0.02
_BEAT_SECONDS = 0.25  # of the job worker
_SEGMENTS = 2
_SECONDS_MORE = 1.0


def main() -> None:
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    first = commands.add_parser("first-audio")
    first.add_argument("--minutes", type=int, nargs="+", default=[1, 10, 60])
    first.add_argument("--rate", type=int, default=44100, help="sample rate of the file")
    first.add_argument("--out", type=Path, help="where the figures go, as JSON")
    first.set_defaults(run=first_sound)
    eta = commands.add_parser("eta")
    eta.add_argument("--seconds", type=int, default=60)
    eta.set_defaults(run=lambda options: estimates(options.seconds))
    options = parser.parse_args()
    options.run(options)


def first_sound(options: argparse.Namespace) -> None:
    """Measures when something is heard, and keeps the figures."""
    figures = asyncio.run(first_audio(options.minutes, options.rate))
    if options.out:
        options.out.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


async def first_audio(minutes: list[int], rate: int) -> list[dict[str, float]]:
    """Separates MP3 files of several lengths, each until a stem can be heard and three segments are done; returns the figures."""
    figures: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        installed(folder / "models", htdemucs())
        engine = EngineProcess(folder / "models", "cpu", threads=_THREADS)
        short = song(folder, _WARM_UP_SECONDS, rate)
        for turn, length in enumerate(minutes):
            long = song(folder, length * 60, rate)
            # To its end, because a cancel in the middle of a segment costs the child, and the model with it.
            await engine.separate(_request(short, folder / f"warm{turn}"), lambda *_: None)
            os.sync()  # so that the disk is done with what was made here, as with a file that was uploaded
            heard, segment = await one(engine, long, folder / f"out{turn}")
            await asyncio.to_thread(shutil.rmtree, folder / f"out{turn}")
            allowed = _SEGMENTS * segment + _SECONDS_MORE
            figures.append(
                {"minutes": length, "rate_hz": rate, "heard_s": heard, "segment_s": segment, "allowed_s": allowed}
            )
            print(
                f"{length} min, {rate} Hz: heard after {heard:.1f} s; a segment takes {segment:.1f} s, so {allowed:.1f} s are"
                f" allowed: {'kept' if heard <= allowed else 'MISSED'}"
            )
        await engine.close()
    return figures


async def one(engine: EngineProcess, source: Path, out: Path) -> tuple[float, float]:
    """Returns the seconds until a stem can be heard, and those that a segment takes."""
    steps: list[float] = []

    def on_progress(stage: str, _: float) -> None:
        if stage == "separating":
            steps.append(time.perf_counter())

    started = time.perf_counter()
    separating = asyncio.ensure_future(engine.separate(_request(source, out), on_progress))
    live = LiveStem(out, "vocals")
    while not live.read(0, 1) and not separating.done():  # noqa: ASYNC110 - as a player looks, from outside
        await asyncio.sleep(_LOOK_SECONDS)
    heard = time.perf_counter() - started
    while len(steps) < 4 and not separating.done():  # noqa: ASYNC110
        await asyncio.sleep(_LOOK_SECONDS)
    await engine.cancel()
    with suppress(SeparationCancelled):
        await separating
    live.close()
    segments = [later - earlier for earlier, later in pairwise(steps[1:])]
    return heard, statistics.mean(segments)


def _request(source: Path, out: Path) -> SeparationRequest:
    return SeparationRequest(id=out.name, model="htdemucs", source=source, sha256="0" * 64, out_dir=out)


def song(folder: Path, seconds: int, rate: int) -> Path:
    """Makes an MP3 file of noise."""
    plain, packed = folder / "noise.wav", folder / f"noise{seconds}.mp3"
    write_noise(plain, seconds)
    command = [ffmpeg_path(), "-v", "error", "-y", "-i", str(plain), "-ar", str(rate), "-b:a", "192k", str(packed)]
    subprocess.run(command, check=True)
    return packed


def estimates(seconds: int) -> None:
    """Runs a job in this process, and looks at what it says of itself as the worker does."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        installed(folder / "models", htdemucs())
        runner = Runner(folder / "models", "cpu", ffmpeg_path())
        said: list[tuple[float, str, float]] = []
        telling = 0.0

        def report(stage: str, fraction: float) -> None:
            nonlocal telling
            now = time.perf_counter()
            said.append((now, stage, fraction))
            # What the child does with it.
            (folder / "pipe").open("ab").write(f'{{"stage": "{stage}", "fraction": {fraction}}}\n'.encode())
            telling += time.perf_counter() - now

        request = _request(song(folder, seconds, 44100), folder / "out")
        started = time.perf_counter()
        runner.run(request, report, lambda: None)
        ended = time.perf_counter()
    errors = []
    estimate = Estimate(started)
    newest = 0
    beat = started
    while beat < ended:
        while newest + 1 < len(said) and said[newest + 1][0] <= beat:
            newest += 1
        _, stage, fraction = said[newest]
        remaining = estimate.remaining(stage, fraction, beat)
        share = (beat - started) / (ended - started)
        if share >= 0.2 and remaining is not None:
            errors.append(abs(remaining - (ended - beat)) / (ended - started))
        beat += _BEAT_SECONDS
    print(f"htdemucs, {seconds} s of audio in {ended - started:.1f} s")
    print(
        f"  remaining time, from 20 % on: wrong by {statistics.median(errors):.1%} of the whole (median), at most {max(errors):.1%}"
    )
    print(f"  telling progress took {telling / (ended - started):.3%} of the time, {len(said)} times")


if __name__ == "__main__":
    main()
