"""Key, and chords by the share of time whose major or minor triad is right."""

from typing import Any

import librosa
import mir_eval
import numpy as np
from numpy.typing import NDArray

from benchmarks.corpus import PITCHES
from services.analysis.results import Measurements, Mode

# Krumhansl and Kessler, 1982.
_MAJOR = np.array([6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88])
_MINOR = np.array([6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17])
_TRIADS = {"maj": (0, 4, 7), "min": (0, 3, 7)}


def ours(truth: dict[str, Any], told: Measurements) -> dict[str, float]:
    """Scores a result; what is absent is wrong."""
    scores = {"key": 0.0, "key_confidence": 0.0, "chords": 0.0}
    if told.tonality:
        key = told.tonality.key
        mode = "major" if key.mode is Mode.MAJOR else "minor"
        scores["key"] = float(f"{PITCHES[key.tonic]}:{mode}" == truth["key"])
        scores["key_confidence"] = key.confidence
    if told.chords:
        chords = told.chords.chords
        intervals = np.array([[chord.start, chord.end] for chord in chords])
        scores["chords"] = _right_share(truth, intervals, [chord.label for chord in chords])
    return scores


def stock(truth: dict[str, Any], samples: NDArray[np.float32], rate: int) -> dict[str, float]:
    """Scores chroma_cqt with Krumhansl's profiles, and with binary triads on beats."""
    chroma = librosa.feature.chroma_cqt(y=samples, sr=rate)
    mean = chroma.mean(axis=1)
    profiles = [np.roll(profile, tonic) for profile in (_MAJOR, _MINOR) for tonic in range(12)]
    best = int(np.argmax([np.corrcoef(mean, profile)[0, 1] for profile in profiles]))
    key = f"{PITCHES[best % 12]}:{('major', 'minor')[best // 12]}"
    _, beats = librosa.beat.beat_track(y=samples, sr=rate)
    edges = librosa.util.fix_frames(beats, x_max=chroma.shape[1])
    by_beat = librosa.util.sync(chroma, edges)
    names = [f"{PITCHES[root]}:{quality}" for quality in _TRIADS for root in range(12)]
    shapes = np.array(
        [[(n - root) % 12 in tones for n in range(12)] for tones in _TRIADS.values() for root in range(12)]
    )
    chosen = (shapes / np.sqrt(3) @ librosa.util.normalize(by_beat, norm=2, axis=0)).argmax(axis=0)
    times = librosa.frames_to_time(edges, sr=rate)[: len(chosen) + 1]
    intervals = np.column_stack((times[:-1], times[1:]))
    labels = [names[i] for i in chosen[: len(intervals)]]
    return {"key": float(key == truth["key"]), "chords": _right_share(truth, intervals, labels)}


def _right_share(truth: dict[str, Any], intervals: NDArray[np.float64], labels: list[str]) -> float:
    """Returns the weighted chord symbol recall of major and minor triads."""
    known = np.array([[chord["start"], chord["end"]] for chord in truth["chords"]])
    names = [chord["chord"] for chord in truth["chords"]]
    told, labels = mir_eval.util.adjust_intervals(intervals, labels, known.min(), known.max(), "N", "N")
    merged, names, labels = mir_eval.util.merge_labeled_intervals(known, names, told, labels)
    durations = mir_eval.util.intervals_to_durations(merged)
    return float(mir_eval.chord.weighted_accuracy(mir_eval.chord.majmin(names, labels), durations))
