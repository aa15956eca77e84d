"""Time and memory of mixing: four stems of some minutes (noise, one file four times), with gains, panorama and a loudness target, in the process that mixes.

python -m benchmarks.mix --minutes 4 60 --out benchmarks/results/mix.json
"""

import argparse
import asyncio
import json
import platform
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

from benchmarks.networks import write_noise
from services.mesh.audio.ffmpeg import ffmpeg_path
from services.processing.adapters.encode import FORMATS
from services.processing.adapters.mixer import MixingProcess
from services.processing.domain import Encoding
from services.processing.mix import LoudnessTarget, MixReport, MixSpec, StemLevel
from services.processing.ports import MixRequest

_STEMS = ("drums", "bass", "other", "vocals")
_STEM = "stem.wav"
_MIB = 1 << 20
_LOOK_SECONDS = 0.05


async def measured(folder: Path, minutes: int, encoding: Encoding) -> dict[str, Any]:
    """Mixes four stems once; returns the figures."""
    spec = MixSpec(
        stems=tuple(StemLevel(stem=stem, gain_db=-3.0 * n, pan=0.2 * n) for n, stem in enumerate(_STEMS)),
        encoding=encoding,
        loudness=LoudnessTarget(lufs=-14.0),
    )
    out = folder / f"mix{FORMATS[encoding].suffix}"
    request = MixRequest(
        stems=[folder / _STEM] * len(_STEMS),
        spec=spec,
        seconds=minutes * 60,
        out=out,
        tags={"TITLE": "Noise"},
        cover=None,
    )
    looking = asyncio.ensure_future(_highest())
    began, computed = time.perf_counter(), _processor_seconds()
    report = None
    async for step in MixingProcess(ffmpeg_path()).mix(request):
        report = step if isinstance(step, MixReport) else report
    seconds = time.perf_counter() - began
    looking.cancel()
    peaks = await looking
    assert report is not None
    return {
        "minutes": minutes,
        "encoding": encoding.value,
        "seconds": round(seconds, 2),
        "processor_seconds": round(_processor_seconds() - computed, 2),
        "peak_mib": round(peaks["python"] / _MIB, 1),
        "peak_mib_with_decoders": round(peaks["all"] / _MIB, 1),
        "lufs": report.integrated_lufs,
    }


def _processor_seconds() -> float:
    """Returns what all children have used that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


async def _highest() -> dict[str, int]:
    """Watches the children of this process until it is cancelled; returns the most that they held, in bytes."""
    peaks = {"python": 0, "all": 0}
    try:
        while True:
            sizes = {"python": 0, "all": 0}
            for child in psutil.Process().children(recursive=True):
                try:
                    size = child.memory_info().rss
                    sizes["python"] += size if "python" in child.name() else 0
                    sizes["all"] += size
                except psutil.NoSuchProcess:
                    continue
            peaks = {name: max(peaks[name], sizes[name]) for name in peaks}
            await asyncio.sleep(_LOOK_SECONDS)
    except asyncio.CancelledError:
        return peaks


def main() -> None:
    """Mixes stems of each length, and prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=int, nargs="+", default=[4])
    parser.add_argument("--encodings", type=Encoding, nargs="+", default=[Encoding.WAV_PCM24])
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    runs = []
    for minutes in options.minutes:
        with tempfile.TemporaryDirectory() as name:
            write_noise(Path(name) / _STEM, minutes * 60)
            for encoding in options.encodings:
                runs.append(asyncio.run(measured(Path(name), minutes, encoding)))
                print(runs[-1])
    if options.out:
        figures = {"machine": platform.processor() or platform.machine(), "runs": runs}
        options.out.write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
