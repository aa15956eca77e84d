"""The connection to Redis or Valkey, and what becomes of its errors."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from redis import exceptions
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff

from services.mesh.errors import DependencyUnavailable, StorageFull

# redis-py's hints join the reply shapes of every protocol version, so that no reply can be used without a cast. Code here
# speaks RESP2 with bytes, and is tested against the real server.
Client = Any

# Together the retries span about six seconds: a restart of the server is ridden out, an outage is reported.
_RETRIES = 8


def connect(url: str) -> Client:
    """Returns a client that rides out a restart of the server. Replies are bytes."""
    return Redis.from_url(
        url,
        protocol=2,
        retry=Retry(ExponentialBackoff(cap=1.0, base=0.05), _RETRIES),
        retry_on_error=[exceptions.ConnectionError, exceptions.TimeoutError, exceptions.BusyLoadingError],
        socket_timeout=20,
        socket_connect_timeout=5,
        health_check_interval=30,
    )


@contextmanager
def redis_errors() -> Iterator[None]:
    """Turns the client's exceptions into the mesh's."""
    try:
        yield
    except (exceptions.ConnectionError, exceptions.TimeoutError) as error:
        raise DependencyUnavailable("redis") from error
    except exceptions.OutOfMemoryError as error:
        raise StorageFull from error
