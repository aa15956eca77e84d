"""How likely each reading of the rhythm is: a conditional logit over `readings.FEATURES`, a weight for each.

The weights are fitted by `python -m benchmarks.fit_rhythm` to rendered songs and click tracks; other songs, played by other
instruments, are what they are judged on.
"""

from collections.abc import Sequence

import numpy as np

from services.analysis.measure.frontend import SHORT
from services.analysis.measure.pulse import Array
from services.analysis.measure.readings import FEATURES, Reading

WEIGHTS = {
    "tempo": 0.383,
    "tempo_squared": -1.094,
    "strength": 6.329,
    "empty": 1.334,
    "fullness": 0.005,
    "beat_low": 1.254,
    "beat_mid": 1.499,
    "beat_high": 1.700,
    "half_low": -1.258,
    "half_mid": -1.890,
    "half_high": -0.346,
    "third": -1.356,
    "quarter": 0.701,
    "alternation_low": -4.192,
    "alternation_high": 0.710,
    "change_bass": -1.412,
    "change_upper": 3.163,
    "change_between": 0.701,
    "first_low": 1.644,
    "first_mid": 0.464,
    "first_high": 5.761,
    "first_bass": 4.160,
    "first_upper": 3.228,
    "first_bar_change": 4.229,
    "backbeat_high": 3.670,
    "backbeat_low": -2.074,
    "half_bar_low": 0.923,
    "half_bar_change": -1.073,
    "explained_low": 1.814,
    "explained_high": 2.706,
    "explained_change": 2.827,
    "bar_length": -0.716,
    "bar_length_squared": 0.023,
    "three": -1.014,
    "six": -2.563,
}

_DOUBT = 2.0
"""Music differs more from the songs of the fit than these do among themselves; being less sure changes no choice."""
_ENOUGH_SECONDS = 60.0
"""What is described are means over all beats; over fewer, their errors grow as those of any mean do."""

ACCENT_WEIGHTS = np.array([WEIGHTS[f"first_{name}"] for name in ("low", "mid", "high", "bass", "upper", "bar_change")])
"""Of the columns of `Reading.accents`, for one downbeat."""


def probabilities(found: Sequence[Reading]) -> Array:
    """Returns how likely each reading is, given that one of them is right, shape (readings,)."""
    weights = np.array([WEIGHTS[name] for name in FEATURES])
    heard = max(float(reading.pulse.beats[-1] - reading.pulse.beats[0]) for reading in found) / SHORT.rate
    doubt = _DOUBT * max(1.0, np.sqrt(_ENOUGH_SECONDS / max(heard, 1.0)))
    score = np.array([reading.features for reading in found]) @ weights / doubt
    likely: Array = np.exp(score - score.max())
    likely /= likely.sum()
    return likely
