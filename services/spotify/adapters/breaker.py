"""A circuit breaker: while the far end does not answer, callers are told at once instead of after a timeout each."""

import time
from collections.abc import Callable

from services.mesh.errors import DependencyUnavailable


class Breaker:
    """Opens after several failures in a row, and lets one trial through when its time is over."""

    def __init__(
        self,
        dependency: str,
        *,
        failures: int = 5,
        open_seconds: float = 10.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._dependency = dependency
        self._limit = failures
        self._open_seconds = open_seconds
        self._clock = clock
        self._failures = 0
        self._closed_again = 0.0

    def check(self) -> None:
        """Returns if a call may be made.

        Raises:
            DependencyUnavailable: the circuit is open; says how long.
        """
        if self._failures < self._limit:
            return
        remaining = self._closed_again - self._clock()
        if remaining > 0:
            raise DependencyUnavailable(self._dependency, retry_after=remaining)
        # This caller is the trial; the others wait for what becomes of it.
        self._closed_again = self._clock() + self._open_seconds

    def succeeded(self) -> None:
        """The far end answered, whatever it said."""
        self._failures = 0

    def failed(self) -> None:
        """The far end did not answer, or only to say that it cannot."""
        self._failures += 1
        if self._failures >= self._limit:
            self._closed_again = self._clock() + self._open_seconds
