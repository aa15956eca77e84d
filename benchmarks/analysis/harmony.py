"""Keys, and chords by the share of time whose triad or seventh is right.

Stock key: the mean of librosa's CQT chroma, correlated with the profiles of Krumhansl and Kessler. Stock chords: the median of that
chroma over librosa's beats, the nearest of 24 triads.
"""

from typing import Any

import librosa
import mir_eval
import numpy as np
from numpy.typing import NDArray

from benchmarks.corpus import PITCHES
from services.analysis.measure.key_theory import PROFILES
from services.analysis.results import Measurements, Mode

_SHAPES = [np.roll([1, 0, 0, 1 - m, m, 0, 0, 1, 0, 0, 0, 0], r) for m in (1, 0) for r in range(12)]
_TRIADS = np.array(_SHAPES) / np.sqrt(3)

Spans = tuple[np.ndarray, list[str]]


def ours(truth: dict[str, Any], told: Measurements) -> dict[str, float]:
    """Scores a result; what is absent is wrong."""
    key = told.tonality.key if told.tonality else None
    name = f"{PITCHES[key.tonic]}:{key.mode}" if key else ""
    spans = [(chord.start, chord.end, chord.label) for chord in told.chords.chords] if told.chords else []
    found = _chord_scores(truth, spans) if spans else {"chords": 0.0, "sevenths": 0.0}
    return {"key": float(name == truth["key"]), "key_confidence": key.confidence if key else 0.0, **found}


def stock(truth: dict[str, Any], samples: NDArray[np.float32], rate: int) -> dict[str, float]:
    """Scores stock calls."""
    chroma = librosa.feature.chroma_cqt(y=samples, sr=rate)
    fits = [np.corrcoef(profile, chroma.mean(axis=1))[0, 1] for profile in PROFILES]
    best = int(np.argmax(fits))
    _, beats = librosa.beat.beat_track(y=samples, sr=rate)
    beats = librosa.util.fix_frames(beats, x_min=0, x_max=chroma.shape[1])
    triads = (_TRIADS @ librosa.util.sync(chroma, beats.tolist(), aggregate=np.median)).argmax(axis=0)
    times = librosa.frames_to_time(beats, sr=rate)
    labels = [f"{PITCHES[triad % 12]}:{'maj' if triad < 12 else 'min'}" for triad in triads]
    spans = [span for span in zip(times, times[1:], labels, strict=False) if span[1] > span[0]]
    name = f"{PITCHES[best % 12]}:{Mode.MAJOR if best < 12 else Mode.MINOR}"
    return {"key": float(name == truth["key"]), **_chord_scores(truth, spans)}


def _chord_scores(truth: dict[str, Any], spans: list[tuple[float, float, str]]) -> dict[str, float]:
    """Returns the weighted chord symbol recall of major and minor triads, and of sevenths."""
    known = [(chord["start"], chord["end"], chord["chord"]) for chord in truth["chords"]]
    found = mir_eval.chord.evaluate(*_split(known), *_split(spans))
    return {"chords": found["majmin"], "sevenths": found["sevenths"]}


def _split(spans: list[tuple[float, float, str]]) -> Spans:
    return np.array([span[:2] for span in spans]), [span[2] for span in spans]
