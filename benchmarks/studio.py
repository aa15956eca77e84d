"""The studio in a real Chromium: its first load, a list of ten thousand tracks, a song of an hour; and what Lighthouse says of it.

    python -m benchmarks.studio                     all of it
    python -m benchmarks.studio --no-lighthouse     without what npx would fetch

The mesh is the real one. The hour is a real song, repeated, and separated by Spleeter; the other tracks are copies of its row in the
library, under names of their own. What the browser does is in web/e2e/studio.measure.ts.
"""

import argparse
import asyncio
import json
import os
import platform
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from services.mesh.audio.ffmpeg import ffmpeg_path
from services.mesh.ids import new_id
from sfa import connect
from sfa.local import programs
from tools.generate.toolchain import ROOT, chromium, node
from tools.mesh import own_mesh

TRACKS = 10_000
HOUR_SECONDS = 3600
LIGHTHOUSE = "lighthouse@12.8.2"
# The phone has a quarter of this machine's speed, whatever that is, and a slow network.
PRESETS = {"desktop": ["--preset=desktop"], "phone": []}
LIGHTHOUSE_RUNS = 5
TIMES = ("first-contentful-paint", "largest-contentful-paint", "total-blocking-time")
OUT = ROOT / "benchmarks" / "results" / "studio.json"

_KIB, _MIB = 1 << 10, 1 << 20
_FRAME_MS = 1000 / 60
# A frame that comes later than this was left out.
_LATE_MS = 1.5 * _FRAME_MS


def main() -> int:
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lighthouse", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--minutes", type=float, default=HOUR_SECONDS / 60, help="length of the long song")
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    browser = chromium()
    if browser is None:
        parser.error("neither chromium nor google-chrome is on the PATH")
    figures = asyncio.run(measured(browser, options.minutes * 60, lighthouse=options.lighthouse))
    options.out.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    report(figures)
    return 0


async def measured(browser: str, seconds: float, *, lighthouse: bool) -> dict[str, Any]:
    """Brings a mesh up, fills it, and measures."""
    with tempfile.TemporaryDirectory() as name:
        data = Path(name) / "mesh"
        async with own_mesh(data, say=print) as supervisor:
            told: dict[str, Any] = {}
            if lighthouse:
                told |= await lighthouse_of({"empty library": supervisor.studio}, browser, Path(name))
            async with connect(supervisor.target) as mesh:
                track = await mesh.library.upload(lengthened(programs.example_song(), seconds, Path(name)))
                print(f"Separating {seconds / 60:.0f} minutes ...", flush=True)
                await mesh.processing.wait((await mesh.processing.separate(track.name)).name)
            multiplied(data / "library.db", TRACKS)
            out = Path(name) / "figures.json"
            environment = {
                "STUDIO_URL": supervisor.studio,
                "CHROMIUM": browser,
                "LONG_TRACK": track.name,
                "TRACKS": str(TRACKS),
                "OUT": str(out),
            }
            await run([sys.executable, "-m", "tools.npm", "run", "--silent", "measure"], environment)
            figures: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
            if lighthouse:
                pages = {"library": supervisor.studio, "desk": f"{supervisor.studio}/{track.name}"}
                told |= await lighthouse_of(pages, browser, Path(name))
                figures["lighthouse"] = told
    return {
        "machine": platform.processor() or platform.machine(),
        "cpus": os.cpu_count(),
        "minutes": seconds / 60,
        **figures,
    }


def lengthened(song: Path, seconds: float, folder: Path) -> Path:
    """Repeats a song up to a length."""
    path = folder / "hour.mp3"
    loop = ["-stream_loop", "-1", "-i", str(song), "-t", str(seconds), "-map", "0:a", "-b:a", "192k", str(path)]
    subprocess.run([ffmpeg_path(), "-v", "error", "-y", *loop], check=True)
    return path


def multiplied(database: Path, count: int) -> None:
    """Copies the only track of a library until there are `count`; the copies have no files of their own."""
    with sqlite3.connect(database, timeout=30) as connection:
        connection.row_factory = sqlite3.Row
        original = dict(connection.execute("SELECT * FROM tracks").fetchone())
        columns = ", ".join(original)
        places = ", ".join(f":{column}" for column in original)
        copies = ({**original, **_copy(original, number)} for number in range(1, count))
        connection.executemany(f"INSERT INTO tracks ({columns}) VALUES ({places})", copies)


def _copy(original: Mapping[str, Any], number: int) -> dict[str, Any]:
    title, artist = f"Song {number:05}", f"Artist {number % 700:03}"
    return {
        "id": new_id(),
        "title": title,
        "title_key": title.lower(),
        "artist": artist,
        "artist_key": artist.lower(),
        "created_us": original["created_us"] - number * 1_000_000,
    }


async def lighthouse_of(pages: Mapping[str, str], browser: str, folder: Path) -> dict[str, dict[str, Any]]:
    """What Lighthouse says of pages, on each device: scores of 100, and the times of each run, of which it takes several."""
    return {
        f"{page}, {device}": {
            **scores(await lighthouse_run(browser, address, folder, "accessibility,best-practices", preset)),
            "runs": [
                timed(await lighthouse_run(browser, address, folder, "performance", preset))
                for _ in range(LIGHTHOUSE_RUNS)
            ],
        }
        for page, address in pages.items()
        for device, preset in PRESETS.items()
    }


def scores(report: Mapping[str, Any]) -> dict[str, int]:
    """The scores of a report, of 100."""
    return {name: round(100 * category["score"]) for name, category in report["categories"].items()}


def timed(report: Mapping[str, Any]) -> dict[str, float]:
    """The score of a report, what it is made of, in milliseconds, and Lighthouse's index of this machine's speed at the time."""
    times = {f"{name} ms": round(report["audits"][name]["numericValue"]) for name in TIMES}
    return {**scores(report), **times, "benchmark index": report["environment"]["benchmarkIndex"]}


async def lighthouse_run(
    browser: str, address: str, folder: Path, categories: str, preset: Sequence[str]
) -> dict[str, Any]:
    """Runs Lighthouse on a page; returns its report. Chromium loses a trace now and then: once more, then."""
    out = folder / "lighthouse.json"
    npx = node().parent / "npx"
    chrome = "--chrome-flags=--headless=new --no-sandbox --disable-gpu"
    command = [str(npx) if npx.exists() else "npx", "--yes", LIGHTHOUSE, address, "--quiet", "--output=json"]
    command += [f"--output-path={out}", f"--only-categories={categories}", chrome, *preset]
    try:
        await run(command, {"CHROME_PATH": browser})
    except SystemExit:
        await run(command, {"CHROME_PATH": browser})
    report: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return report


async def run(command: Sequence[str], environment: Mapping[str, str]) -> None:
    """Runs a program with more in its environment. Raises SystemExit if it fails."""
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env={**os.environ, **environment})
    if await process.wait() != 0:
        raise SystemExit(f"{command[0]} ... {command[-1]} failed.")


def report(figures: Mapping[str, Any]) -> None:
    """Prints the figures beside their limits."""
    frames = figures["scrollFrameMs"]
    late = sum(interval > _LATE_MS for interval in frames)
    drawn = figures["openMs"] - figures["outlinesArrivedMs"]
    rows = [
        ("first load, scripts, gzipped", f"{figures['firstLoadScriptBytes'] / _KIB:.0f} KiB", "at most 250 kB"),
        (f"{TRACKS:,} tracks listed after", f"{figures['listSeconds']:.1f} s", ""),
        ("scrolling them, frames a second", f"{1000 / statistics.mean(frames):.1f}", "60"),
        ("  frames that came late", f"{late} of {len(frames)}, the worst after {max(frames):.0f} ms", ""),
        (f"{figures['minutes']:.0f} minutes, waveforms after data", f"{drawn:.0f} ms", "at most 1000 ms"),
        ("  after the address was opened", f"{figures['openMs']:.0f} ms", ""),
        ("  most heap, playing and seeking", f"{max(figures['hourHeapBytes']) / _MIB:.0f} MiB", "under 300 MB"),
    ]
    for page, told in figures.get("lighthouse", {}).items():
        speed = [run["performance"] for run in told["runs"]]
        figure = f"{statistics.median(speed):.0f} ({min(speed)} to {max(speed)}), accessibility {told['accessibility']}"
        rows.append((f"Lighthouse, {page}", figure, "90, 100"))
    for name, figure, limit in rows:
        print(f"{name:36} {figure:44} {limit}")


if __name__ == "__main__":
    sys.exit(main())
