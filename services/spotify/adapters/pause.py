"""The pause that Spotify asked for, known to every process through Redis."""

from typing import Final

from services.mesh.errors import SpotifyRateLimited
from services.mesh.redis import Client, redis_errors
from services.spotify.adapters.metrics import PAUSED_SECONDS

_KEY: Final = "alchemy:spotify:paused"
# Spotify has been seen to ask for a day. More than that would be a mistake of somebody's.
_LONGEST_SECONDS: Final = 86_400.0
_DEFAULT_SECONDS: Final = 5.0


class Pause:
    """Whether Spotify may be asked at all."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def check(self) -> None:
        """Returns if Spotify may be asked.

        Raises:
            SpotifyRateLimited: it may not yet; says how long.
        """
        with redis_errors():
            milliseconds: int = await self._client.pttl(_KEY)
        if milliseconds > 0:
            raise SpotifyRateLimited(retry_after=milliseconds / 1000)

    async def begin(self, retry_after: str | None) -> SpotifyRateLimited:
        """Remembers a Retry-After header for everyone, and returns the error that tells of it."""
        seconds = _seconds(retry_after)
        PAUSED_SECONDS.set(seconds)
        with redis_errors():
            await self._client.set(_KEY, b"1", px=int(seconds * 1000))
        return SpotifyRateLimited(retry_after=seconds)


def _seconds(header: str | None) -> float:
    text = (header or "").strip()
    # Isascii: isdecimal alone lets through digits that other servers do not write.
    if not (text.isascii() and text.isdecimal()):
        return _DEFAULT_SECONDS
    return min(max(float(text[:9]), 1.0), _LONGEST_SECONDS)
