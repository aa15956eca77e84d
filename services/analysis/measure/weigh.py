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
    "tempo": 0.408,
    "tempo_squared": -0.618,
    "strength": 5.876,
    "empty": -0.256,
    "fullness": -1.187,
    "beat_low": 1.674,
    "beat_mid": 1.292,
    "beat_high": 1.812,
    "half_low": -2.188,
    "half_mid": -1.171,
    "half_high": -1.497,
    "third": -0.614,
    "quarter": -0.778,
    "alternation_low": -5.540,
    "alternation_high": 0.234,
    "change_bass": 0.129,
    "change_upper": -0.817,
    "change_between": -0.536,
    "first_low": 2.040,
    "first_mid": 1.884,
    "first_high": 6.086,
    "first_bass": 7.364,
    "first_upper": 0.603,
    "first_bar_change": 5.456,
    "backbeat_high": 4.575,
    "backbeat_low": -1.967,
    "half_bar_low": 2.451,
    "half_bar_change": -3.253,
    "explained_low": 1.119,
    "explained_high": 2.476,
    "explained_change": 3.563,
    "bar_length": -0.703,
    "bar_length_squared": 0.016,
    "three": -0.171,
    "six": -1.938,
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
