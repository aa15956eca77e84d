"""How fast a track is measured from its file and its outline made, and how much memory an hour takes.

python -m benchmarks.analysis.speed SONG_FOLDER [--minutes 3] [--long 60] [--out FILE.json]
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from services.analysis.measure import Sources, measure
from services.analysis.results import Feature
from services.mesh.audio.decode import open_stereo
from services.mesh.audio.ffmpeg import ffmpeg_path
from services.mesh.audio.waveform import Outline

ROUNDS = 3
_FEATURES = frozenset(Feature)


class Repeated:
    """A song again and again, as long as it takes."""

    def __init__(self, samples: NDArray[np.float32], rate: int, seconds: float) -> None:
        self.sample_rate_hz = rate
        self._samples = samples
        self._count = int(seconds * rate)

    def blocks(self) -> Iterator[NDArray[np.float32]]:
        """Yields the samples, shape (2, n)."""
        given, size = 0, self._samples.shape[1]
        while given < self._count:
            at = given % size
            block = self._samples[:, at : min(at + 2**16, size, at + self._count - given)]
            yield block
            given += block.shape[1]


def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("song", type=Path)
    parser.add_argument("--minutes", type=float, default=3)
    parser.add_argument("--long", type=float, default=60, help="minutes of the second figure of memory")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--child", action="store_true", help="measure once, and print the peak of memory")
    chosen = parser.parse_args()
    if chosen.child:
        run(chosen.song, chosen.minutes)
        print(json.dumps({"peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = written(chosen.song, chosen.minutes, Path(folder))
        from_file(path, chosen.minutes)  # what is loaded and built once
        seconds = min(from_file(path, chosen.minutes) for _ in range(ROUNDS))
        outline = min(outlined(path) for _ in range(ROUNDS))
    peaks = {minutes: _peak(chosen.song, minutes) for minutes in (chosen.minutes, chosen.long)}
    figures = {
        "minutes": chosen.minutes,
        "seconds": seconds,
        "times_real_time": chosen.minutes * 60 / seconds,
        "outline_times_real_time": chosen.minutes * 60 / outline,
        "load_average": os.getloadavg()[0],
        "peak_mib": peaks,
    }
    print(
        f"{chosen.minutes:g} min from a file, all features, mix only: {figures['times_real_time']:.0f} times real time"
    )
    print(f"outline alone, from the same file: {figures['outline_times_real_time']:.0f} times real time")
    print(", ".join(f"peak of {minutes:g} min: {mib:.0f} MiB" for minutes, mib in peaks.items()))
    if chosen.out:
        chosen.out.write_text(json.dumps(figures, indent=1))


def written(song: Path, minutes: float, folder: Path) -> Path:
    """Writes a song again and again, as long as it takes, into a file of 16 bits."""
    samples, rate = soundfile.read(song / "mix.wav", dtype="float32", always_2d=True)
    path = folder / "long.flac"
    with soundfile.SoundFile(path, "w", rate, samples.shape[1], "PCM_16") as file:
        for block in Repeated(samples.T, rate, minutes * 60).blocks():
            file.write(block.T)
    return path


def from_file(path: Path, minutes: float) -> float:
    """Measures everything about a file once, decoding included. Returns seconds of wall clock."""
    start = time.perf_counter()
    sources = Sources(openers={"mix": lambda: open_stereo(path, ffmpeg=ffmpeg_path())}, duration=minutes * 60)
    measure(sources, _FEATURES, lambda *_: None)
    return time.perf_counter() - start


def outlined(path: Path) -> float:
    """Makes the outline of a file at all resolutions, decoding included. Returns seconds of wall clock."""
    start = time.perf_counter()
    with open_stereo(path, ffmpeg=ffmpeg_path()) as stream:
        outline = Outline(stream.sample_rate_hz, 2)
        for block in stream.blocks():
            outline.add(block.T.ravel())
        outline.finish().to_bytes()
    return time.perf_counter() - start


def run(song: Path, minutes: float) -> float:
    """Measures everything once. Returns seconds of wall clock."""
    samples, rate = soundfile.read(song / "mix.wav", dtype="float32", always_2d=True)

    def open_mix() -> AbstractContextManager[Repeated]:
        return nullcontext(Repeated(samples.T, rate, minutes * 60))

    start = time.perf_counter()
    measure(Sources(openers={"mix": open_mix}, duration=minutes * 60), _FEATURES, lambda *_: None)
    return time.perf_counter() - start


def _peak(song: Path, minutes: float) -> float:
    """Returns the peak of memory of a process that measures once."""
    command = [sys.executable, "-m", __spec__.name, str(song), "--minutes", str(minutes), "--child"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(json.loads(done.stdout.splitlines()[-1])["peak_mib"])


if __name__ == "__main__":
    main()
