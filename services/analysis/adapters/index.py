"""Which results hold which feature of which audio, in Redis.

alchemy:analysis:feature:{owner}:{key}    string with expiry: SHA-256 of the results
"""

from collections.abc import Mapping, Sequence

from services.analysis.results import Feature
from services.mesh.redis import Client, redis_errors

# What nobody has asked for in so long is measured again.
_KEEP_SECONDS = 180 * 24 * 3600


class RedisFeatureIndex:
    """Remembers results; losing it costs time and nothing else."""

    def __init__(self, redis: Client) -> None:
        self._redis = redis

    async def find(self, owner: str, keys: Mapping[Feature, str]) -> dict[Feature, str]:
        """Returns where the results are that hold each feature; see `FeatureIndex`."""
        with redis_errors():
            values = await self._redis.mget([_key(owner, key) for key in keys.values()])
        return {feature: value.decode() for feature, value in zip(keys, values, strict=True) if value is not None}

    async def remember(self, owner: str, keys: Sequence[str], sha256: str) -> None:
        """Keeps where the features of these keys are; see `FeatureIndex`."""
        with redis_errors():
            async with self._redis.pipeline(transaction=False) as pipe:
                for key in keys:
                    pipe.set(_key(owner, key), sha256, ex=_KEEP_SECONDS)
                await pipe.execute()


def _key(owner: str, key: str) -> str:
    return f"alchemy:analysis:feature:{owner}:{key}"
