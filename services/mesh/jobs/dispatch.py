"""Dramatiq as the carrier of jobs: which jobs have a message, and sending one.

A message holds the name of a job and nothing else. Dramatiq's broker moves messages atomically, notices dead workers by
their heartbeat and gives their messages to others.
"""

import asyncio
import json
from typing import Protocol

import dramatiq
from dramatiq.brokers.redis import RedisBroker
from dramatiq.middleware import Middleware
from redis.exceptions import RedisError

from services.mesh.logs import logger

log = logger(__name__)

NAMESPACE = "alchemy:dramatiq"

# A worker that has not been heard of for this long is dead; its heartbeat comes from a thread that never computes.
HEARTBEAT_TIMEOUT_MS = 5_000


class Dispatcher(Protocol):
    """Brings jobs to workers."""

    async def send(self, queue: str, name: str) -> None:
        """Sends a message for the job `name` to a queue."""
        ...

    async def pending(self, queue: str) -> set[str]:
        """Returns the names of the jobs that have a message in a queue, taken by a worker or not."""
        ...


def make_broker(redis_url: str, middleware: list[Middleware]) -> RedisBroker:
    """Makes a broker on a Redis, with exactly the given middleware."""
    return RedisBroker(  # type: ignore[no-untyped-call]  # dramatiq types all but this constructor
        url=redis_url,
        namespace=NAMESPACE,
        middleware=middleware,
        heartbeat_timeout=HEARTBEAT_TIMEOUT_MS,
        # Every fetch looks for dead workers: with the default, one in a thousand, a small mesh might never notice.
        maintenance_chance=1_000_000,
    )


class DramatiqDispatcher:
    """Sends messages to a Redis. Its client is synchronous, so calls run in threads."""

    def __init__(self, redis_url: str, actor_name: str) -> None:
        self._broker = make_broker(redis_url, [])
        self._actor_name = actor_name

    async def send(self, queue: str, name: str) -> None:
        """Sends a message for the job `name` to a queue. If Redis is away, the reconciler sends it later."""
        message = dramatiq.Message[None](
            queue_name=queue, actor_name=self._actor_name, args=(name,), kwargs={}, options={}
        )
        self._broker.declare_queue(queue)
        try:
            await asyncio.to_thread(self._broker.enqueue, message)
        except RedisError as error:
            # The job's record is durable already, and what was accepted must not be answered with an error.
            log.warning("message not sent; the reconciler will", job=name, error=str(error))

    async def pending(self, queue: str) -> set[str]:
        """Returns the names of the jobs that have a message in a queue, taken by a worker or not."""
        return await asyncio.to_thread(self._pending, queue)

    def _pending(self, queue: str) -> set[str]:
        # The second key holds messages that wait for a delay to pass.
        keys = (f"{NAMESPACE}:{queue}.msgs", f"{NAMESPACE}:{queue}.DQ.msgs")
        messages = [message for key in keys for message in self._broker.client.hvals(key)]
        return {json.loads(message)["args"][0] for message in messages}

    def close(self) -> None:
        """Closes the connections."""
        self._broker.close()
