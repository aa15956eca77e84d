"""Tempo, beats, downbeats, metre."""

from typing import Any

import librosa
import mir_eval
import numpy as np
from numpy.typing import NDArray

from services.analysis.results import Measurements

_TOLERANCE = 0.04


def ours(truth: dict[str, Any], told: Measurements) -> dict[str, float]:
    """Scores a result; what is absent is wrong."""
    if told.rhythm is None:
        return {
            "tempo": 0.0,
            "tempo_tapped": 0.0,
            "tempo_confidence": 0.0,
            "beats": 0.0,
            "downbeats": 0.0,
            "metre": 0.0,
        }
    beats = np.array([beat.time for beat in told.rhythm.beats])
    downbeats = np.array([beat.time for beat in told.rhythm.beats if beat.position == 1])
    metre = told.rhythm.metre.beats_per_bar if told.rhythm.metre else 0
    scores = _scores(truth, told.rhythm.tempo.bpm, beats, downbeats, metre)
    return {**scores, "tempo_confidence": told.rhythm.tempo.confidence}


def stock(truth: dict[str, Any], samples: NDArray[np.float32], rate: int) -> dict[str, float]:
    """Scores librosa.beat.beat_track; bars are counted from its first beat, in four."""
    tempo, beats = librosa.beat.beat_track(y=samples, sr=rate, units="time")
    return _scores(truth, float(np.atleast_1d(tempo)[0]), beats, beats[::4], 4)


def _scores(
    truth: dict[str, Any], bpm: float, beats: NDArray[np.float64], downbeats: NDArray[np.float64], metre: int
) -> dict[str, float]:
    def f(known: list[float], told: NDArray[np.float64]) -> float:
        return float(mir_eval.beat.f_measure(np.array(known), told)) if len(told) else 0.0

    # As we define it, so that a tempo that sways is that of its beats, not the one it sways about.
    true = 60 / float(np.median(np.diff(truth["beats"])))
    return {
        "tempo": float(abs(bpm / true - 1) <= _TOLERANCE),
        # Or one that people tap as well, where the style leaves that open: benchmarks.styles.
        "tempo_tapped": float(min(abs(bpm / (true * by) - 1) for by in (1, *truth.get("also", ()))) <= _TOLERANCE),
        "beats": f(truth["beats"], beats),
        "downbeats": f(truth["downbeats"], downbeats),
        "metre": float(metre == truth["metre"]),
    }
