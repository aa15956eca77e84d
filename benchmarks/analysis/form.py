"""Section boundaries within 3 s and within 0.5 s, and which sections are the same."""

from typing import Any

import librosa
import mir_eval
import numpy as np
from numpy.typing import NDArray

from services.analysis.results import Measurements

_STOCK_PARTS = 8  # the usual call must be told how many; it is told the truth


def ours(truth: dict[str, Any], told: Measurements) -> dict[str, float]:
    """Scores a result; what is absent is wrong."""
    if told.form is None:
        return {"sections_3s": 0.0, "sections_half_s": 0.0, "groups": 0.0}
    edges = [section.start for section in told.form.sections] + [told.form.sections[-1].end]
    return _scores(truth, np.array(edges), [section.group for section in told.form.sections])


def stock(truth: dict[str, Any], samples: NDArray[np.float32], rate: int) -> dict[str, float]:
    """Scores librosa.segment.agglomerative over MFCCs."""
    mfcc = librosa.feature.mfcc(y=samples, sr=rate)
    starts = librosa.frames_to_time(librosa.segment.agglomerative(mfcc, _STOCK_PARTS), sr=rate)
    edges = np.append(starts, len(samples) / rate)
    return _scores(truth, edges, [str(i) for i in range(len(starts))])


def _scores(truth: dict[str, Any], edges: NDArray[np.float64], groups: list[str]) -> dict[str, float]:
    known = np.array([[section["start"], section["end"]] for section in truth["sections"]])
    told = np.column_stack((edges[:-1], edges[1:]))
    labels = [section["label"] for section in truth["sections"]]
    end = truth["duration"]
    known_all, labels = mir_eval.util.adjust_intervals(known, labels, t_min=0.0, t_max=end)
    told_all, groups = mir_eval.util.adjust_intervals(told, groups, t_min=0.0, t_max=end)
    return {
        "sections_3s": float(mir_eval.segment.detection(known, told, window=3.0)[2]),
        "sections_half_s": float(mir_eval.segment.detection(known, told, window=0.5)[2]),
        "groups": float(mir_eval.segment.pairwise(known_all, labels, told_all, groups)[2]),
    }
