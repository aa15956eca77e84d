"""`make pictures`: takes the pictures of the studio in docs/images/studio, of every view, in both themes and as wide as a phone.

    apt-get install chromium fluidsynth timgm6mb-soundfont
    python -m tools.pictures [NAME...]      all views, or some of web/e2e/views.ts

The mesh is the real one. Its songs are the demo song, repeated, and some that are rendered by benchmarks.corpus, named by the sandbox.
"""

import argparse
import asyncio
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.corpus import Song, make_song
from benchmarks.studio import lengthened, run
from services.mesh.audio.ffmpeg import ffmpeg_path
from sfa import connect
from sfa.local import programs
from sfa.sandbox.catalogue import TRACKS
from tools.generate.toolchain import ROOT, chromium
from tools.mesh import own_mesh

OUT = ROOT / "docs" / "images" / "studio"
SOUNDFONT = Path("/usr/share/sounds/sf2/TimGM6mb.sf2")
SONGS = 11
SECONDS = 75
_SEPARATED = 6
_SEED = 26
_REPEATED_SECONDS = 66


def main() -> int:
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="views of web/e2e/views.ts")
    names = parser.parse_args().names
    browser = chromium()
    if browser is None or not shutil.which("fluidsynth") or not SOUNDFONT.exists():
        parser.error("this needs: apt-get install chromium fluidsynth timgm6mb-soundfont")
    try:
        asyncio.run(take(browser, names))
    except KeyboardInterrupt:
        return 130
    return 0


async def take(browser: str, names: list[str]) -> None:
    """Brings a mesh up, fills it, and looks at it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with own_mesh(folder / "mesh", say=print, sandbox=True) as supervisor:
            await fill(supervisor.target, folder)
            environment = {
                "STUDIO_URL": supervisor.studio,
                "CHROMIUM": browser,
                "VIEWS": " ".join(names),
                "OUT": str(OUT),
            }
            await run([sys.executable, "-m", "tools.npm", "run", "--silent", "pictures"], environment)


async def fill(target: str, folder: Path) -> None:
    """Brings songs in, the demo song as the last; most are separated, all are analysed."""
    async with connect(target) as mesh:
        for number in range(SONGS + 1):
            demo = number == SONGS
            song = lengthened(programs.example_song(), _REPEATED_SECONDS, folder) if demo else rendered(number, folder)
            track = await mesh.library.upload(song)
            if number >= SONGS - _SEPARATED:
                await mesh.processing.wait((await mesh.processing.separate(track.name)).name)
            await mesh.analysis.wait((await mesh.analysis.analyze(track.name)).name)
            print(f"{number + 1} of {SONGS + 1}: {track.title}", flush=True)  # noqa: T201 - a command line


def rendered(number: int, folder: Path) -> Path:
    """Renders a song, with tags and a cover."""
    rng = random.Random(_SEED * 1000 + number)  # noqa: S311 - music, not secrets
    song = Song(rng, SECONDS, bars_per_chord=1)
    make_song(folder / str(number), rng, song, SOUNDFONT)
    facts = TRACKS[number * 19 % len(TRACKS)]
    tags = {
        "title": facts["name"],
        "artist": facts["artists"][0]["name"],
        "album": facts["album"]["name"],
        "date": facts["album"]["release_date"][:4],
    }
    path = folder / f"{number}.flac"
    near, far = (f"0x{rng.randrange(1 << 24):06x}" for _ in range(2))
    cover = folder / f"{number}.png"
    drawn = f"gradients=size=320x320:c0={near}:c1={far}:x0=0:y0=0:x1=320:y1=320:nb_colors=2:rate=1"
    _ffmpeg("-f", "lavfi", "-i", drawn, "-frames:v", "1", str(cover))
    streams = ["-map", "0:a", "-map", "1:v", "-c:v", "copy", "-disposition:v", "attached_pic"]
    written = [word for key, value in tags.items() for word in ("-metadata", f"{key}={value}")]
    _ffmpeg("-i", str(folder / str(number) / "mix.wav"), "-i", str(cover), *streams, *written, str(path))
    return path


def _ffmpeg(*arguments: str) -> None:
    subprocess.run([ffmpeg_path(), "-v", "error", "-y", *arguments], check=True)


if __name__ == "__main__":
    sys.exit(main())
