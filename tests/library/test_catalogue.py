"""The catalogue on SQLite and PostgreSQL: pages cover everything once, and migrations make what the code expects."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.library.adapters.catalogue import SqlCatalogue
from services.library.adapters.database import open_database
from services.library.adapters.tables import metadata
from services.library.domain import Artifact, ArtifactKind, Audio, Filter, Order, Track, sort_value
from services.mesh.errors import DependencyUnavailable, StorageFull
from services.mesh.ids import new_id


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    async with open_database(database_url) as engine:
        yield engine


@pytest.fixture
async def sqlite(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    async with open_database(f"sqlite+aiosqlite:///{tmp_path / 'library.db'}") as engine:
        yield engine


def made(owner: str, title: str, created_us: int, samples: int) -> tuple[Track, Artifact]:
    audio = Audio(
        sample_count=samples, sample_rate_hz=44100, channel_count=2, bits_per_sample=16, codec="mp3", peak=0.5
    )
    original = Artifact(
        id=new_id(),
        track_id=new_id(),
        owner=owner,
        kind=ArtifactKind.ORIGINAL,
        filename="a.mp3",
        media_type="audio/mpeg",
        size_bytes=1,
        sha256="00" * 32,
        created_us=created_us,
        audio=audio,
    )
    texts: dict[str, Any] = dict.fromkeys(("artist", "album", "album_artist", "genre", "release_date", "isrc"), "")
    track = Track(
        id=original.track_id,
        owner=owner,
        title=title,
        track_number=0,
        audio=audio,
        filename="a.mp3",
        size_bytes=1,
        sha256="00" * 32,
        original_id=original.id,
        artwork_id=None,
        created_us=created_us,
        updated_us=created_us,
        revision=1,
        **texts,
    )
    return track, original


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    values=st.lists(
        st.tuples(st.sampled_from(["a", "A", "ß", "SS", "z%_\\", "𝄞"]), st.integers(0, 3), st.integers(1, 3)),
        max_size=12,
    ),
    field=st.sampled_from(["create_time", "update_time", "title", "artist", "album", "duration"]),
    descending=st.booleans(),
    size=st.integers(1, 5),
)
async def test_pages_cover_all_tracks_exactly_once(
    engine: AsyncEngine, values: list[tuple[str, int, int]], field: str, descending: bool, size: int
) -> None:
    catalogue, owner = SqlCatalogue(engine), new_id()
    tracks = []
    for title, created_us, samples in values:
        for whose in (owner, "mallory"):
            track, original = made(whose, title, created_us, samples)
            assert await catalogue.add_track(track, [original], "", 0)
            tracks += [track] if whose == owner else []
    order = Order(field, descending=descending)
    found: list[Track] = []
    after: tuple[str | int, str] | None = None
    while True:
        page, total = await catalogue.tracks(owner, order, Filter(), after, size)
        assert total == len(tracks)
        found += page
        if len(page) < size:
            break
        after = (sort_value(page[-1], field), page[-1].id)
    expected = sorted(tracks, key=lambda track: track.id)
    expected.sort(key=lambda track: _bytes(sort_value(track, field)), reverse=descending)
    assert found == expected


def _bytes(value: str | int) -> bytes | int:
    # Both databases compare texts by their UTF-8.
    return value.encode() if isinstance(value, str) else value


async def test_migrations_make_the_tables_of_the_code(engine: AsyncEngine) -> None:
    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_sqlite_is_set_up_to_last(sqlite: AsyncEngine) -> None:
    async with sqlite.connect() as connection:
        settings = {
            name: await connection.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


async def test_writers_wait_for_each_other(engine: AsyncEngine) -> None:
    catalogue = SqlCatalogue(engine)
    new = [made("ann", str(n), n, 1) for n in range(40)]
    await asyncio.gather(*(catalogue.add_track(track, [file], "", 0) for track, file in new))
    assert (await catalogue.tracks("ann", Order(), Filter(), None, 100))[1] == 40
    assert len(await catalogue.changes(100)) == 40


async def test_a_full_disk_is_told(sqlite: AsyncEngine) -> None:
    async with sqlite.connect() as connection:
        # The lowest limit is the present size; this is the one connection of the pool.
        await connection.execute(text("PRAGMA max_page_count = 1"))
    track, file = made("ann", "x" * 100_000, 1, 1)
    with pytest.raises(StorageFull):
        await SqlCatalogue(sqlite).add_track(track, [file], "", 0)


async def test_a_database_that_is_gone_is_told(tmp_path: Path) -> None:
    async with open_database(f"sqlite+aiosqlite:///{tmp_path / 'library.db'}") as engine:
        catalogue = SqlCatalogue(engine)
        await engine.dispose()
        (tmp_path / "library.db").unlink()
        (tmp_path / "library.db").mkdir()
        with pytest.raises(DependencyUnavailable):
            await catalogue.track("ann", new_id())


async def test_libraries_that_start_at_once_migrate_once(database_url: str) -> None:
    async def opened() -> None:
        async with open_database(database_url):
            pass

    async with asyncio.TaskGroup() as group:  # one that fails leaves none behind for the tests that follow
        for _ in range(4):
            group.create_task(opened())
