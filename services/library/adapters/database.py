"""Connecting to the database, bringing it up to date, and what becomes of its errors."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import InterfaceError, OperationalError, TimeoutError  # noqa: A004 (the pool's own)
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.util import await_only

from services.mesh.errors import DependencyUnavailable, StorageFull

MIGRATIONS = Path(__file__).parent / "migrations"

# Any number that nobody else uses in this database.
_MIGRATION_LOCK = 0x5F0A

# How long a connection to SQLite waits for others at most.
_BUSY_SECONDS = 15.0
_TURN_SECONDS = 0.02

_T = TypeVar("_T")

_FULL = ("disk is full", "disk full", "no space left")


@asynccontextmanager
async def open_database(url: str) -> AsyncIterator[AsyncEngine]:
    """Opens the database and migrates it to the newest schema; closes it when the block ends."""
    engine = create_async_engine(url)
    if engine.dialect.name == "sqlite":
        database = make_url(url).database
        if database:
            await asyncio.to_thread(Path(database).parent.mkdir, parents=True, exist_ok=True)
        _prepare_sqlite(engine)
    try:
        async with transaction(engine) as connection:
            await connection.run_sync(migrate)
        yield engine
    finally:
        await _all_given_back()
        await engine.dispose()


@asynccontextmanager
async def connected(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Lends a connection.

    Neither getting one nor giving it back is cancelled halfway: what the driver has opened by then would belong to nobody,
    and stay so until the garbage collector finds it. Who is cancelled leaves at once; the rest is done behind them.
    """
    connection = engine.connect()
    opening = _to_the_end(connection.start())
    try:
        await asyncio.shield(opening)
    except asyncio.CancelledError:
        _to_the_end(_give_back(connection, opening))
        raise
    try:
        yield connection
    finally:
        await asyncio.shield(_to_the_end(connection.close()))


@asynccontextmanager
async def transaction(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Lends a connection in a transaction, which is committed at the end of the block, or rolled back if that raises."""
    async with connected(engine) as connection, connection.begin():
        yield connection


async def _give_back(connection: AsyncConnection, opening: asyncio.Task[AsyncConnection]) -> None:
    await asyncio.wait([opening])
    if not opening.cancelled() and opening.exception() is None:
        await connection.close()


# Connections on their way, in or out. The pool must not be disposed of before they are back: it would not know them.
_under_way: set[asyncio.Task[Any]] = set()


def _to_the_end(work: Coroutine[Any, Any, _T]) -> asyncio.Task[_T]:
    task = asyncio.ensure_future(work)
    _under_way.add(task)
    task.add_done_callback(_under_way.discard)
    return task


async def _all_given_back() -> None:
    loop = asyncio.get_running_loop()
    while under_way := [task for task in _under_way if task.get_loop() is loop]:
        await asyncio.wait(under_way)


def migrate(connection: Connection, revision: str = "head") -> None:
    """Brings the schema to `revision`."""
    if connection.dialect.name == "postgresql":
        # Libraries that start at the same time take turns; the lock ends with the transaction.
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


@contextmanager
def database_errors() -> Iterator[None]:
    """Turns failures of the database into the mesh's errors. Violated constraints, and defects of ours, pass through."""
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        if any(words in str(error.orig).lower() for words in _FULL):
            raise StorageFull from error
        raise DependencyUnavailable("database") from error
    except TimeoutError as error:
        # Every connection was taken for half a minute.
        raise DependencyUnavailable("database") from error


def _prepare_sqlite(engine: AsyncEngine) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def configure(connection: Any, _record: object) -> None:  # noqa: ANN401 (the driver's own type)
        # Transactions are begun below, not by the driver.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {_BUSY_SECONDS * 1000:.0f}")
        _write_ahead(cursor)
        # An acknowledged upload survives a power cut; WAL's usual NORMAL would only survive a crash.
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        # Transactions here write. One that began by reading could not wait for another writer, only fail.
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _write_ahead(cursor: Any) -> None:  # noqa: ANN401 (the driver's own type)
    """Switches the database to a write-ahead log. Of two that switch a new one at once, SQLite refuses one without waiting."""
    deadline = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            await_only(asyncio.sleep(_TURN_SECONDS))
        else:
            return
