"""Connections of the database when those who asked for them do not wait."""

import asyncio
import gc
import types
import warnings
from collections.abc import Callable, Coroutine, Generator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.pool import AsyncAdaptedQueuePool

from services.library.adapters.catalogue import SqlCatalogue
from services.library.adapters.database import open_database
from services.library.domain import Step

STEP = Step(action="separate", request_id="r", wish=b"")


@types.coroutine
def cancelled_at(step: int, work: Coroutine[Any, Any, object]) -> Generator[Any, Any, bool]:
    """Runs a coroutine and cancels it where it waits for the `step`th time. Returns whether it came so far."""
    cause: BaseException | None = None
    while True:
        try:
            waits_for = work.send(None) if cause is None else work.throw(cause)
        except (StopIteration, asyncio.CancelledError):
            return step < 0
        cause = None
        if step == 0:
            cause = asyncio.CancelledError()
            # What it waits for ends by itself, unheard, as it would for a task.
            if waits_for is not None:
                waits_for._asyncio_future_blocking = False
        else:
            yield waits_for
        step -= 1


@pytest.mark.parametrize(
    "query",
    [
        pytest.param(lambda catalogue: catalogue.track("ann", "t"), id="read"),
        pytest.param(lambda catalogue: catalogue.add_steps("ann", "t", [STEP], 1), id="write"),
    ],
)
async def test_a_cancelled_query_gives_its_connection_back(
    tmp_path: Path, query: Callable[[SqlCatalogue], Coroutine[Any, Any, object]]
) -> None:
    """Wherever it is cancelled, also while the connection is being opened for it: the collector has nothing to clean up."""
    async with open_database(f"sqlite+aiosqlite:///{tmp_path / 'library.sqlite'}") as engine:
        catalogue = SqlCatalogue(engine)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            for fresh in (True, False):
                step = 0
                came_so_far = True
                while came_so_far:
                    if fresh:
                        await _idle(engine.pool)
                        await engine.dispose()
                    came_so_far = await cancelled_at(step, query(catalogue))
                    step += 1
                assert step > 3
            await _idle(engine.pool)
            gc.collect()
        assert [f"{one.message}"[:150] for one in caught] == []


async def test_a_database_is_closed_behind_queries_that_were_just_cancelled(tmp_path: Path) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        step = 0
        came_so_far = True
        while came_so_far:
            async with open_database(f"sqlite+aiosqlite:///{tmp_path / 'library.sqlite'}") as engine:
                await engine.dispose()
                came_so_far = await cancelled_at(step, SqlCatalogue(engine).track("ann", "t"))
            gc.collect()
            step += 1
        assert step > 3
    assert [f"{one.message}"[:150] for one in caught] == []


async def _idle(pool: object) -> None:
    """Waits until nobody has a connection, or is being given one."""
    assert isinstance(pool, AsyncAdaptedQueuePool)
    async with asyncio.timeout(10):
        while pool.checkedout():
            await asyncio.sleep(0.001)
