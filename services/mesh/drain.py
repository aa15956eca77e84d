"""How a process learns that it should end, and lets its streams end first."""

import asyncio
from collections.abc import Awaitable, Coroutine
from typing import Any, TypeVar

from services.mesh.errors import ServerDraining

T = TypeVar("T")


async def stop(*tasks: "asyncio.Future[Any]") -> None:
    """Cancels tasks and waits until they have ended; what they raise is dropped.

    Asks again every second: in Python 3.11 `asyncio.wait_for`, which redis-py uses, can lose a cancellation that arrives
    together with its result (python/cpython#86296).
    """
    pending: set[asyncio.Future[Any]] = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        done, pending = await asyncio.wait(pending, timeout=1)
        for task in done:
            if not task.cancelled():
                task.exception()


async def to_its_end(work: Coroutine[Any, Any, T]) -> T:
    """Waits for what must not be interrupted: a cancel that finds a result comes too late, and leaves nothing half stored."""
    working = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError:
        if result := await working:
            return result
        raise


class Drain:
    """Starts once, at SIGTERM or SIGINT. Whatever waits without an end waits through it."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    @property
    def started(self) -> bool:
        """Whether the process is ending."""
        return self._event.is_set()

    def start(self) -> None:
        """Says that the process is ending."""
        self._event.set()

    async def wait(self) -> None:
        """Returns when the process is ending."""
        await self._event.wait()

    async def unless_started(self, waiting: Awaitable[T]) -> T:
        """Awaits `waiting`, but not beyond the start of the drain.

        Raises:
            ServerDraining: if the drain started first.
        """
        task = asyncio.ensure_future(waiting)
        drained = asyncio.ensure_future(self._event.wait())
        try:
            await asyncio.wait({task, drained}, return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                raise ServerDraining
            return task.result()
        finally:
            drained.cancel()
            task.cancel()
