"""How likely each reading of the rhythm is: a conditional logit over `readings.FEATURES`, a weight for each.

The weights are fitted by `python -m benchmarks.fit_rhythm` to rendered songs and click tracks; other songs, played by other
instruments, are what they are judged on.
"""

from collections.abc import Sequence

import numpy as np

from services.analysis.measure.pulse import Array
from services.analysis.measure.readings import FEATURES, Reading

WEIGHTS = {
    "tempo": 0.254,
    "tempo_squared": -0.656,
    "strength": 2.881,
    "empty": -1.679,
    "fullness": -0.687,
    "beat_low": 3.124,
    "beat_mid": 2.614,
    "beat_high": 3.004,
    "half_low": -2.379,
    "half_mid": -1.323,
    "half_high": -1.240,
    "third": -1.223,
    "quarter": -0.925,
    "alternation_low": -3.145,
    "alternation_high": -0.910,
    "change_bass": 1.356,
    "change_upper": 0.814,
    "change_between": -1.033,
    "first_low": 0.010,
    "first_mid": -0.268,
    "first_high": 6.150,
    "first_bass": 6.756,
    "first_upper": -0.200,
    "first_bar_change": 11.505,
    "backbeat_high": 0.845,
    "backbeat_low": -0.808,
    "half_bar_low": 0.668,
    "half_bar_change": -2.001,
    "explained_low": 0.807,
    "explained_high": 1.851,
    "explained_change": 4.385,
    "bar_length": -0.502,
    "bar_length_squared": 0.003,
    "three": 0.436,
    "six": -1.485,
}

_DOUBT = 2.0
"""Music differs more from the songs of the fit than these do among themselves; being less sure changes no choice."""

ACCENT_WEIGHTS = np.array([WEIGHTS[f"first_{name}"] for name in ("low", "mid", "high", "bass", "upper", "bar_change")])
"""Of the columns of `Reading.accents`, for one downbeat."""


def probabilities(found: Sequence[Reading]) -> Array:
    """Returns how likely each reading is, given that one of them is right, shape (readings,)."""
    weights = np.array([WEIGHTS[name] for name in FEATURES])
    score = np.array([reading.features for reading in found]) @ weights / _DOUBT
    likely: Array = np.exp(score - score.max())
    likely /= likely.sum()
    return likely
