"""Connecting to the database, bringing it up to date, and what becomes of its errors."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import InterfaceError, OperationalError, TimeoutError  # noqa: A004 (the pool's own)
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from services.mesh.errors import DependencyUnavailable, StorageFull

MIGRATIONS = Path(__file__).parent / "migrations"

# Any number that nobody else uses in this database.
_MIGRATION_LOCK = 0x5F0A

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
        async with engine.begin() as connection:
            await connection.run_sync(migrate)
        yield engine
    finally:
        await engine.dispose()


@asynccontextmanager
async def connected(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Lends a connection.

    Getting one is not cancelled halfway: what the driver has opened by then, or is setting up, would belong to nobody, and
    stay so until the garbage collector finds it. It is given back as soon as it is there.
    """
    connection = engine.connect()
    opening = asyncio.ensure_future(connection.start())
    try:
        await asyncio.shield(opening)
    except asyncio.CancelledError:
        opening.add_done_callback(lambda done: _give_back(connection, done))
        raise
    try:
        yield connection
    finally:
        await asyncio.shield(asyncio.ensure_future(connection.close()))


@asynccontextmanager
async def transaction(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Lends a connection in a transaction, which is committed at the end of the block, or rolled back if that raises."""
    async with connected(engine) as connection, connection.begin():
        yield connection


_closing: set[asyncio.Future[None]] = set()


def _give_back(connection: AsyncConnection, opened: "asyncio.Future[AsyncConnection]") -> None:
    if not opened.cancelled() and opened.exception() is None:
        closing = asyncio.ensure_future(connection.close())
        _closing.add(closing)
        closing.add_done_callback(_closing.discard)


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
        cursor.execute("PRAGMA journal_mode = WAL")
        # An acknowledged upload survives a power cut; WAL's usual NORMAL would only survive a crash.
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA busy_timeout = 15000")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        # Transactions here write. One that began by reading could not wait for another writer, only fail.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
