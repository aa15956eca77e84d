"""How long to wait before trying again."""

import asyncio
import random
import time

from sfa.errors import MeshError


class Backoff:
    """Exponential waits with full jitter, until `patience` seconds have passed. Make a new one when something worked."""

    def __init__(self, *, patience: float, first: float = 0.1, longest: float = 5.0) -> None:
        self._first = first
        self._longest = longest
        self._failures = 0
        self._give_up_at = time.monotonic() + patience

    async def pause(self, error: MeshError) -> None:
        """Sleeps, or raises `error` when the patience is at its end. The server's own advice (retry_after) wins."""
        # Jitter spreads clients that a restarted server cut at the same moment. It guards no secret.
        delay = random.uniform(0, min(self._longest, self._first * 2**self._failures))  # noqa: S311
        if error.retry_after is not None:
            delay += error.retry_after
        if time.monotonic() + delay > self._give_up_at:
            raise error
        self._failures += 1
        await asyncio.sleep(delay)
