"""One fraction for a whole separation, from the progress of its stages."""

import time
from collections.abc import Callable

PREPARING, SEPARATING, ENCODING = "preparing", "separating", "encoding"
_INTERVAL_SECONDS = 0.1


class ProgressMeter:
    """Maps the stages onto [0, 1] by what each is expected to cost, and reports at most ten times a second."""

    def __init__(self, report: Callable[[str, float], None]) -> None:
        self._report = report
        self._bounds = {PREPARING: (0.0, 0.0), SEPARATING: (0.0, 1.0), ENCODING: (1.0, 1.0)}
        self._reported_at = 0.0
        self._fraction = 0.0

    def weigh(self, *, preparing: float, separating: float, encoding: float) -> None:
        """Sets the stages' expected costs, in any unit. Call it before the first fraction above 0."""
        total = preparing + separating + encoding
        start, middle = preparing / total, (preparing + separating) / total
        self._bounds = {PREPARING: (0.0, start), SEPARATING: (start, middle), ENCODING: (middle, 1.0)}

    def enter(self, stage: str, done: float = 0.0) -> None:
        """Reports that a stage begins, of which `done`, in [0, 1], was finished before."""
        self._emit(stage, self._at(stage, done))

    def advance(self, stage: str, done: float) -> None:
        """Reports that `done`, in [0, 1], of a stage is finished."""
        if done >= 1 or time.monotonic() - self._reported_at >= _INTERVAL_SECONDS:
            self._emit(stage, self._at(stage, done))

    def _at(self, stage: str, done: float) -> float:
        start, end = self._bounds[stage]
        return start + (end - start) * done

    def _emit(self, stage: str, fraction: float) -> None:
        self._fraction = min(max(self._fraction, fraction), 1.0)
        self._reported_at = time.monotonic()
        self._report(stage, self._fraction)
