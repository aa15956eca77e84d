"""Loudness of audio files beside pyloudnorm's, and with true peak beside ffmpeg's ebur128: the largest differences.

python -m benchmarks.analysis.loudness FILE.wav ...
"""

import argparse
import re
import subprocess
import time
from pathlib import Path

import numpy as np
import pyloudnorm
import soundfile

from services.analysis.measure.loudness import loudness_of
from services.analysis.results import Loudness
from services.mesh.audio.ffmpeg import ffmpeg_path
from services.mesh.audio.loudness import LoudnessMeter

_BLOCK = 2**16
COLUMNS = ("integrated, ffmpeg", "integrated, pyloudnorm", "range, ffmpeg", "true peak, ffmpeg")


def measured(path: Path) -> tuple[Loudness, float]:
    """Returns our measurements of a file, and how many times faster than real time they were, decoding included."""
    began = time.perf_counter()
    with soundfile.SoundFile(path) as file:
        meter = LoudnessMeter(file.samplerate, file.channels)
        for block in file.blocks(_BLOCK, dtype="float32", always_2d=True):
            meter.add(block.T)
        told = loudness_of(meter.finish())
        return told, file.frames / file.samplerate / (time.perf_counter() - began)


def by_ffmpeg(path: Path) -> tuple[float, float, float]:
    """Returns integrated loudness, range and true peak as ffmpeg's filter sums them up, to one decimal."""
    arguments = ["-hide_banner", "-i", str(path), "-af", "ebur128=peak=true", "-f", "null", "-"]
    report = subprocess.run([ffmpeg_path(), *arguments], check=True, capture_output=True, text=True).stderr
    summary = report[report.rindex("Summary:") :]
    integrated, range_lu, peak = (
        float(re.findall(rf"{name}:\s+(-?[\d.]+) ", summary)[0]) for name in ("I", "LRA", "Peak")
    )
    return integrated, range_lu, peak


def differences(path: Path, told: Loudness) -> tuple[float, float, float, float]:
    """Returns how far others are from ours, in LU and dB, in the order of the columns."""
    assert told.integrated_lufs is not None
    assert told.range_lu is not None
    assert told.true_peak_dbtp is not None
    integrated, range_lu, peak = by_ffmpeg(path)
    samples, rate = soundfile.read(path, always_2d=True)
    other = pyloudnorm.Meter(rate, filter_class="DeMan").integrated_loudness(samples)
    return (
        told.integrated_lufs - integrated,
        told.integrated_lufs - other,
        told.range_lu - range_lu,
        told.true_peak_dbtp - peak,
    )


def main() -> None:
    """Prints the largest differences."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="+")
    files = parser.parse_args().files
    told, speeds = zip(*(measured(path) for path in files), strict=True)
    largest = np.abs([differences(path, one) for path, one in zip(files, told, strict=True)]).max(axis=0)
    print(f"{len(files)} files, {np.median(speeds):.0f} times real time")
    for name, value in zip(COLUMNS, largest, strict=True):
        print(f"{name:24s} {value:.2f}")


if __name__ == "__main__":
    main()
