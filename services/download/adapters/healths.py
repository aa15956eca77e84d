"""How providers have fared, in Redis, so that the service can tell what its workers have seen.

alchemy:download:health:{provider}    hash with expiry: "succeeded" and "failed", seconds since 1970; "failure", JSON
"""

import json
import time
from collections.abc import Callable
from dataclasses import asdict

from services.download.ports import Health
from services.mesh.errors import DependencyUnavailable, ErrorRecord
from services.mesh.redis import Client, redis_errors

_WEEK_SECONDS = 7 * 24 * 3600


class RedisHealths:
    """Keeps them for a week."""

    def __init__(self, redis: Client, clock: Callable[[], float] = time.time) -> None:
        self._redis = redis
        self._clock = clock

    async def note(self, provider: str, failure: ErrorRecord | None) -> None:
        """Remembers that a provider has worked, or how it has failed; forgets it if Redis is away."""
        now = repr(self._clock())
        values = {"succeeded": now} if failure is None else {"failed": now, "failure": json.dumps(asdict(failure))}
        try:
            with redis_errors():
                async with self._redis.pipeline(transaction=True) as pipe:
                    pipe.hset(_key(provider), mapping=values)
                    pipe.expire(_key(provider), _WEEK_SECONDS)
                    await pipe.execute()
        except DependencyUnavailable:
            pass  # the song matters more

    async def of(self, provider: str) -> Health:
        """Returns how a provider has fared. Raises DependencyUnavailable."""
        with redis_errors():
            found = {key.decode(): value.decode() for key, value in (await self._redis.hgetall(_key(provider))).items()}
        return Health(
            succeeded=float(found["succeeded"]) if "succeeded" in found else None,
            failed=float(found["failed"]) if "failed" in found else None,
            failure=ErrorRecord(**json.loads(found["failure"])) if "failure" in found else None,
        )


def _key(provider: str) -> str:
    return f"alchemy:download:health:{provider}"
