"""How fast a track is measured, and how much memory an hour takes.

python -m benchmarks.analysis.speed SONG_FOLDER [--minutes 3] [--out FILE.json]
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from services.analysis.measure import Sources, measure
from services.analysis.results import Feature

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
    parser.add_argument("--out", type=Path)
    parser.add_argument("--child", action="store_true", help="measure once, and print the peak of memory")
    chosen = parser.parse_args()
    if chosen.child:
        run(chosen.song, chosen.minutes)
        print(json.dumps({"peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
        return
    run(chosen.song, chosen.minutes)  # what is loaded and built once
    seconds = min(run(chosen.song, chosen.minutes) for _ in range(3))
    peaks = {minutes: _peak(chosen.song, minutes) for minutes in (chosen.minutes, 60.0)}
    figures = {
        "minutes": chosen.minutes,
        "seconds": seconds,
        "times_real_time": chosen.minutes * 60 / seconds,
        "peak_mib": peaks,
    }
    print(
        f"{chosen.minutes:g} min: {seconds:.2f} s, {figures['times_real_time']:.0f} times real time, all features, mix only"
    )
    print(", ".join(f"peak of {minutes:g} min: {mib:.0f} MiB" for minutes, mib in peaks.items()))
    if chosen.out:
        chosen.out.write_text(json.dumps(figures, indent=1))


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
