"""Tracks and artifacts in SQL. Every change also notes, in the same transaction, that it is to be published."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from services.library.adapters.database import connected, database_errors, transaction
from services.library.adapters.rows import artifact_from, artifact_row, mine, note_change, track_from, track_row
from services.library.adapters.tables import artifacts, changes, tracks, uploads
from services.library.domain import (
    Artifact,
    Filter,
    Order,
    Step,
    Track,
)

_ORDER_COLUMNS = {
    "create_time": tracks.c.created_us,
    "update_time": tracks.c.updated_us,
    "title": tracks.c.title_key,
    "artist": tracks.c.artist_key,
    "album": tracks.c.album_key,
    "duration": tracks.c.duration_ns,
    "bpm": tracks.c.bpm_milli,
    "key": tracks.c.key_order,
}
# Bound parameters of one statement are limited, in SQLite to 32766.
_MOST_AT_ONCE = 1000


class SqlCatalogue:
    """The library's records. Methods that take an owner see only what is the owner's."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        # Single statements need no transaction, and readers must not queue for the write lock.
        self._reading = engine.execution_options(isolation_level="AUTOCOMMIT")

    async def add_track(self, track: Track, files: Sequence[Artifact], request_id: str, forget_before_us: int) -> bool:
        """Adds a track with its artifacts; False, and nothing added, if the owner used `request_id` before.

        Uses of request ids older than `forget_before_us` no longer count.
        """
        with database_errors():
            try:
                async with transaction(self._engine) as connection:
                    await connection.execute(insert(tracks).values(track_row(track)))
                    await connection.execute(insert(artifacts), [artifact_row(file) for file in files])
                    if request_id:
                        await connection.execute(delete(uploads).where(uploads.c.created_us < forget_before_us))
                        upload = {"owner": track.owner, "request_id": request_id, "track_id": track.id}
                        await connection.execute(insert(uploads).values(**upload, created_us=track.created_us))
                    await note_change(connection, track.owner, track.id)
            except IntegrityError:
                if request_id and await self.uploaded(track.owner, request_id, forget_before_us):
                    return False
                raise
        return True

    async def uploaded(self, owner: str, request_id: str, since_us: int) -> Track | None:
        """Returns the track that an upload with this request id made since then."""
        joined = tracks.join(uploads, uploads.c.track_id == tracks.c.id)
        query = (
            select(tracks)
            .select_from(joined)
            .where(uploads.c.owner == owner, uploads.c.request_id == request_id, uploads.c.created_us >= since_us)
        )
        row = await self._one(query)
        return track_from(row) if row else None

    async def imported(self, owner: str, download: str, uri: str) -> Track | None:
        """Returns the track that a download made, or else the newest one that came from an address; "" matches none."""
        for column, value in ((tracks.c.source_download, download), (tracks.c.source_uri, uri)):
            query = select(tracks).where(tracks.c.owner == owner, column == value).order_by(tracks.c.id.desc()).limit(1)
            if value and (row := await self._one(query)):
                return track_from(row)
        return None

    async def with_due_steps(self, now_us: int, limit: int) -> list[Track]:
        """Returns tracks of all owners that have a pending step which is due."""
        query = select(tracks).where(tracks.c.steps_due_us <= now_us).order_by(tracks.c.steps_due_us).limit(limit)
        with database_errors():
            async with connected(self._reading) as connection:
                return [track_from(row) for row in await connection.execute(query)]

    async def add_steps(self, owner: str, track_id: str, steps: Sequence[Step], now_us: int) -> Track | None:
        """Adds steps whose request ids the track does not have yet; returns it, None if there is none."""

        def added(present: tuple[Step, ...]) -> tuple[Step, ...]:
            known = {step.request_id for step in present}
            return (*present, *(step for step in steps if step.request_id not in known))

        return await self._change_steps(owner, track_id, added, now_us)

    async def put_step(self, owner: str, track_id: str, step: Step, now_us: int) -> Track | None:
        """Replaces the step of the same request id; returns the track, None if there is none."""

        def replaced(present: tuple[Step, ...]) -> tuple[Step, ...]:
            return tuple(step if old.request_id == step.request_id else old for old in present)

        return await self._change_steps(owner, track_id, replaced, now_us)

    async def _change_steps(
        self, owner: str, track_id: str, change: Callable[[tuple[Step, ...]], tuple[Step, ...]], now_us: int
    ) -> Track | None:
        with database_errors():
            async with transaction(self._engine) as connection:
                query = select(tracks).where(mine(owner, track_id)).with_for_update()
                row = (await connection.execute(query)).one_or_none()
                if row is None:
                    return None
                old = track_from(row)
                steps = change(old.steps)
                if steps == old.steps:
                    return old
                new = replace(old, steps=steps, updated_us=max(now_us, old.updated_us), revision=old.revision + 1)
                await connection.execute(update(tracks).where(tracks.c.id == track_id).values(track_row(new)))
                await note_change(connection, owner, track_id)
        return new

    async def track(self, owner: str, track_id: str) -> Track | None:
        """Returns a track."""
        row = await self._one(select(tracks).where(mine(owner, track_id)))
        return track_from(row) if row else None

    async def tracks(
        self, owner: str, order: Order, wanted: Filter, after: tuple[str | int, str] | None, limit: int
    ) -> tuple[list[Track], int]:
        """Returns tracks in order, and how many there are in all.

        Args:
            owner: whose.
            order: by what, then by id.
            wanted: what they must have.
            after: sort value and id of the track before the first to return.
            limit: how many to return at most.
        """
        matching: ColumnElement[bool] = and_(
            tracks.c.owner == owner,
            *(tracks.c.search.contains(word, autoescape=True) for word in wanted.words),
            *(tracks.c.bpm_milli.between(lowest, highest) for lowest, highest in wanted.bpm_milli),
            *(tracks.c.key_order == key.order for key in wanted.keys),
        )
        column = _ORDER_COLUMNS[order.field]
        query = select(tracks).where(matching)
        if after is not None:
            value, track_id = after
            beyond = column < value if order.descending else column > value
            query = query.where(or_(beyond, and_(column == value, tracks.c.id > track_id)))
        query = query.order_by(column.desc() if order.descending else column.asc(), tracks.c.id).limit(limit)
        with database_errors():
            async with connected(self._reading) as connection:
                rows = (await connection.execute(query)).all()
                total = await connection.scalar(select(func.count()).select_from(tracks).where(matching))
        return [track_from(row) for row in rows], total or 0

    async def update_track(
        self, owner: str, track_id: str, new_values: Mapping[str, str | int], now_us: int
    ) -> Track | None:
        """Changes fields of a track; returns it, None if there is none."""
        with database_errors():
            async with transaction(self._engine) as connection:
                query = select(tracks).where(mine(owner, track_id)).with_for_update()
                row = (await connection.execute(query)).one_or_none()
                if row is None:
                    return None
                old = track_from(row)
                values: dict[str, Any] = {
                    **new_values,
                    "updated_us": max(now_us, old.updated_us),
                    "revision": old.revision + 1,
                }
                new = replace(old, **values)
                await connection.execute(update(tracks).where(tracks.c.id == track_id).values(track_row(new)))
                await note_change(connection, owner, track_id)
        return new

    async def delete_track(self, owner: str, track_id: str) -> list[str] | None:
        """Removes a track and its artifacts; returns the SHA-256 of the latter's bytes, None if there is no track."""
        with database_errors():
            async with transaction(self._engine) as connection:
                query = select(artifacts.c.sha256, artifacts.c.waveform_sha256).where(artifacts.c.track_id == track_id)
                sha256s = [sha256 for row in await connection.execute(query) for sha256 in row if sha256]
                removed = await connection.execute(delete(tracks).where(mine(owner, track_id)))
                if not removed.rowcount:
                    return None
                await note_change(connection, owner, track_id)
        return sha256s

    async def artifact(self, owner: str, artifact_id: str) -> Artifact | None:
        """Returns an artifact."""
        query = select(artifacts).where(artifacts.c.id == artifact_id, artifacts.c.owner == owner)
        row = await self._one(query)
        return artifact_from(row) if row else None

    async def artifacts(
        self, owner: str, track_id: str, after: tuple[int, str] | None, limit: int
    ) -> list[Artifact] | None:
        """Returns artifacts of a track, oldest first, after the one of this time and id; None if there is no track."""
        query = select(artifacts).where(artifacts.c.track_id == track_id)
        if after is not None:
            created_us, artifact_id = after
            later = and_(artifacts.c.created_us == created_us, artifacts.c.id > artifact_id)
            query = query.where(or_(artifacts.c.created_us > created_us, later))
        query = query.order_by(artifacts.c.created_us, artifacts.c.id).limit(limit)
        with database_errors():
            async with connected(self._reading) as connection:
                if (await connection.execute(select(tracks.c.id).where(mine(owner, track_id)))).one_or_none() is None:
                    return None
                return [artifact_from(row) for row in await connection.execute(query)]

    async def add_stems(
        self, owner: str, track_id: str, separation: str, files: Sequence[Artifact], now_us: int
    ) -> list[Artifact] | None:
        """Adds the stems of a separation, all or none; returns those of an earlier call for it if there was one.

        None if there is no track.
        """
        with database_errors():
            async with transaction(self._engine) as connection:
                # Locks the track where the database locks rows, so that two calls for one separation take turns.
                track = (
                    await connection.execute(select(tracks).where(mine(owner, track_id)).with_for_update())
                ).one_or_none()
                if track is None:
                    return None
                present = select(artifacts).where(artifacts.c.separation == separation, artifacts.c.owner == owner)
                if earlier := (await connection.execute(present.order_by(artifacts.c.id))).all():
                    return [artifact_from(row) for row in earlier]
                touched = {"updated_us": max(now_us, track.updated_us), "revision": track.revision + 1}
                await connection.execute(update(tracks).where(tracks.c.id == track_id).values(touched))
                await connection.execute(insert(artifacts), [artifact_row(file) for file in files])
                await note_change(connection, owner, track_id)
        return list(files)

    async def unreferenced(self, sha256s: Sequence[str]) -> list[str]:
        """Returns those that no artifact of anybody refers to."""
        used: set[str] = set()
        with database_errors():
            async with connected(self._reading) as connection:
                for start in range(0, len(sha256s), _MOST_AT_ONCE):
                    some = sha256s[start : start + _MOST_AT_ONCE]
                    for column in (artifacts.c.sha256, artifacts.c.waveform_sha256):
                        used |= set(await connection.scalars(select(column).where(column.in_(some))))
        return [sha256 for sha256 in dict.fromkeys(sha256s) if sha256 not in used]

    async def changes(self, limit: int) -> list[tuple[int, str, str]]:
        """Returns the oldest changes that are yet to be published: sequence, owner and track id."""
        with database_errors():
            async with connected(self._reading) as connection:
                rows = await connection.execute(select(changes).order_by(changes.c.sequence).limit(limit))
                return [(row.sequence, row.owner, row.track_id) for row in rows]

    async def forget_changes(self, sequences: Sequence[int]) -> None:
        """Drops changes that have been published."""
        with database_errors():
            async with transaction(self._engine) as connection:
                await connection.execute(delete(changes).where(changes.c.sequence.in_(sequences)))

    async def _one(self, query: Any) -> Row[Any] | None:  # noqa: ANN401 (any select of ours)
        with database_errors():
            async with connected(self._reading) as connection:
                return (await connection.execute(query)).one_or_none()
