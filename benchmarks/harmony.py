"""Keys, chords and loudness of rendered songs, beside what stock calls of librosa, pyloudnorm and ffmpeg say of the same songs.

    python -m benchmarks.harmony SONGS... [--stems]

SONGS are folders made by `python -m benchmarks.corpus`. Stock key: the mean of librosa's CQT chroma, correlated with the profiles
of Krumhansl and Kessler. Stock chords: the median of that chroma over librosa's beats, the nearest of 24 triads.
"""

import argparse
import json
import re
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import librosa
import mir_eval
import numpy as np
import pyloudnorm
import soundfile

from benchmarks.corpus import PITCHES, song_sources
from services.analysis.measure.key_theory import PROFILES
from services.analysis.measure.run import measure
from services.analysis.results import Feature, Measurements, Mode
from services.mesh.audio.ffmpeg import ffmpeg_path

_FEATURES = (Feature.RHYTHM, Feature.KEY, Feature.CHORDS, Feature.LOUDNESS)
_TRIADS = np.array([np.roll([1, 0, 0, 1 - m, m, 0, 0, 1, 0, 0, 0, 0], r) for m in (1, 0) for r in range(12)]) / np.sqrt(
    3
)

Spans = tuple[np.ndarray, list[str]]


@dataclass(frozen=True, kw_only=True)
class Score:
    """How near answers are to the truth of one song.

    Attributes:
        key: whether it is exact. confidence: of the key. chords: weighted recall of maj/min. sevenths: likewise.
    """

    key: bool
    confidence: float
    chords: float
    sevenths: float


def score(truth: dict[str, Any], told: Measurements) -> Score:
    """Returns how near our answers are."""
    key = told.tonality.key if told.tonality else None
    name = f"{PITCHES[key.tonic]}:{key.mode}" if key else ""
    spans = [(chord.start, chord.end, chord.label) for chord in told.chords.chords] if told.chords else []
    found = (
        mir_eval.chord.evaluate(*_spans_of_truth(truth), *_spans(spans)) if spans else {"majmin": 0.0, "sevenths": 0.0}
    )
    return Score(
        key=name == truth["key"],
        confidence=key.confidence if key else 0.0,
        chords=found["majmin"],
        sevenths=found["sevenths"],
    )


def score_stock(truth: dict[str, Any], path: Path) -> Score:
    """Returns how near stock calls are."""
    samples, rate = librosa.load(path)
    chroma = librosa.feature.chroma_cqt(y=samples, sr=rate)
    fits = [np.corrcoef(profile, chroma.mean(axis=1))[0, 1] for profile in PROFILES]
    best = int(np.argmax(fits))
    _, beats = librosa.beat.beat_track(y=samples, sr=rate)
    beats = librosa.util.fix_frames(beats, x_min=0, x_max=chroma.shape[1])
    triads = (_TRIADS @ librosa.util.sync(chroma, beats.tolist(), aggregate=np.median)).argmax(axis=0)
    times = librosa.frames_to_time(beats, sr=rate)
    labels = [f"{PITCHES[triad % 12]}:{'maj' if triad < 12 else 'min'}" for triad in triads]
    spans = [span for span in zip(times, times[1:], labels, strict=False) if span[1] > span[0]]
    found = mir_eval.chord.evaluate(*_spans_of_truth(truth), *_spans(spans))
    return Score(
        key=f"{PITCHES[best % 12]}:{Mode.MAJOR if best < 12 else Mode.MINOR}" == truth["key"],
        confidence=float(fits[best]),
        chords=found["majmin"],
        sevenths=found["sevenths"],
    )


def loudness_differences(path: Path, told: Measurements) -> tuple[float, float, float]:
    """Returns how far our loudness is from ffmpeg's and pyloudnorm's, in LU, and our true peak from ffmpeg's, in dB."""
    assert told.loudness is not None
    arguments = ["-hide_banner", "-i", str(path), "-af", "ebur128=peak=true", "-f", "null", "-"]
    report = subprocess.run([ffmpeg_path(), *arguments], check=True, capture_output=True, text=True).stderr
    summary = report[report.rindex("Summary:") :]
    theirs = {name: float(re.findall(rf"{name}:\s+(-?[\d.]+) ", summary)[0]) for name in ("I", "Peak")}
    samples, rate = soundfile.read(path, always_2d=True)
    other = pyloudnorm.Meter(rate, filter_class="DeMan").integrated_loudness(samples)
    ours, peak = told.loudness.integrated_lufs, told.loudness.true_peak_dbtp
    assert ours is not None
    assert peak is not None
    return abs(ours - theirs["I"]), abs(ours - other), abs(peak - theirs["Peak"])


def auc(scores: Sequence[Score]) -> float:
    """Returns the probability that a right key is surer than a wrong one, NaN if all are right or wrong."""
    right = np.array([one.confidence for one in scores if one.key])
    wrong = np.array([one.confidence for one in scores if not one.key])
    if not (right.size and wrong.size):
        return float("nan")
    above = right[:, None] > wrong
    return float((above + 0.5 * (right[:, None] == wrong)).mean())


def _spans(spans: Sequence[tuple[float, float, str]]) -> Spans:
    return np.array([span[:2] for span in spans]), [span[2] for span in spans]


def _spans_of_truth(truth: dict[str, Any]) -> Spans:
    return _spans([(chord["start"], chord["end"], chord["chord"]) for chord in truth["chords"]])


def _line(name: str, scores: Sequence[Score]) -> str:
    means = {field: float(np.mean([getattr(one, field) for one in scores])) for field in ("key", "chords", "sevenths")}
    return f"{name:6s} key {means['key']:.2f} (AUC {auc(scores):.2f})  maj/min {means['chords']:.2f}  sevenths {means['sevenths']:.2f}"


def main() -> None:
    """Prints our scores and the stock ones."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("songs", type=Path, nargs="+")
    parser.add_argument("--stems", action="store_true", help="harmony from bass + other, rhythm from drums")
    chosen = parser.parse_args()
    ours, stock, differences = [], [], []
    seconds = spent = 0.0
    for folder in sorted(path.parent for songs in chosen.songs for path in songs.glob("*/truth.json")):
        truth = json.loads((folder / "truth.json").read_text())
        began = time.perf_counter()
        told = measure(song_sources(folder, stems=chosen.stems), _FEATURES, lambda _feature, _share: None)
        spent += time.perf_counter() - began
        seconds += told.duration
        ours.append(score(truth, told))
        stock.append(score_stock(truth, folder / "mix.wav"))
        differences.append(loudness_differences(folder / "mix.wav", told))
    print(f"{len(ours)} songs, {seconds / spent:.0f} times real time")
    print(_line("ours", ours))
    print(_line("stock", stock))
    ffmpeg, other, peak = np.max(differences, axis=0)
    print(
        f"loudness: at most {ffmpeg:.2f} LU from ffmpeg, {other:.2f} from pyloudnorm; true peak {peak:.2f} dB from ffmpeg"
    )


if __name__ == "__main__":
    main()
