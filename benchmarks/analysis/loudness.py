"""How far loudness is from what ffmpeg and pyloudnorm say of the same file."""

import re
import subprocess
from pathlib import Path

import pyloudnorm
import soundfile

from services.analysis.results import Loudness
from services.mesh.audio.ffmpeg import ffmpeg_path


def differences(path: Path, told: Loudness) -> dict[str, float]:
    """Returns the distances of the integrated loudness, in LU, and of the true peak, in dB."""
    arguments = ["-hide_banner", "-i", str(path), "-af", "ebur128=peak=true", "-f", "null", "-"]
    report = subprocess.run([ffmpeg_path(), *arguments], check=True, capture_output=True, text=True).stderr
    summary = report[report.rindex("Summary:") :]
    theirs = {name: float(re.findall(rf"{name}:\s+(-?[\d.]+) ", summary)[0]) for name in ("I", "Peak")}
    samples, rate = soundfile.read(path, always_2d=True)
    other = pyloudnorm.Meter(rate, filter_class="DeMan").integrated_loudness(samples)
    ours, peak = told.integrated_lufs, told.true_peak_dbtp
    assert ours is not None
    assert peak is not None
    return {
        "ffmpeg_lu": abs(ours - theirs["I"]),
        "pyloudnorm_lu": abs(ours - other),
        "ffmpeg_peak_db": abs(peak - theirs["Peak"]),
    }
