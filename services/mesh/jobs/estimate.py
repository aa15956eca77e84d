"""How long a job will still take."""


class Estimate:
    """The time that is left, from the pace of the present stage: other stages, and loading a model, have another."""

    # A pace measured over less than this says nothing.
    _LEAST_SHARE = 0.03
    _LEAST_SECONDS = 0.5

    def __init__(self, now: float) -> None:
        self._stage = ""
        self._since = now
        self._from = 0.0

    def remaining(self, stage: str, fraction: float, now: float) -> float | None:
        """Returns the estimated seconds to the end, None while it is too early to say."""
        if stage != self._stage:
            self._stage, self._since, self._from = stage, now, fraction
        share, seconds = fraction - self._from, now - self._since
        if share < self._LEAST_SHARE or seconds < self._LEAST_SECONDS:
            return None
        return (1 - fraction) * seconds / share
