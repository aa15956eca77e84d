"""What is known about the music of tracks, in SQL."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.library.adapters.database import database_errors, transaction
from services.library.adapters.rows import artifact_from, artifact_row, mine, note_change, track_from, track_row
from services.library.adapters.tables import artifacts, tracks
from services.library.domain import Artifact, Track
from services.library.music import Music, Summary
from services.mesh.music import Corrections


class SqlMusic:
    """Changes what the library knows about music; each change is noted to be published."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def add_results(
        self, file: Artifact, analysis: str, features: Sequence[str], measured: Summary, now_us: int
    ) -> Artifact | None:
        """Adds the results of an analysis to the track of `file`; returns the artifact of an earlier call if there was one.

        None if there is no track.
        """
        with database_errors():
            async with transaction(self._engine) as connection:
                track = await _locked(connection, file.owner, file.track_id)
                if track is None:
                    return None
                present = select(artifacts).where(artifacts.c.analysis == analysis, artifacts.c.owner == file.owner)
                if earlier := (await connection.execute(present)).one_or_none():
                    return artifact_from(earlier)
                await connection.execute(insert(artifacts).values(artifact_row(file)))
                music = track.music.with_results(analysis, file.sha256, features, measured)
                await _put(connection, track, music, now_us)
        return file

    async def put_corrections(
        self, owner: str, track_id: str, corrections: Corrections, revision: int, now_us: int
    ) -> Music | None:
        """Replaces the corrections if nothing has changed since `revision`; returns what is known now.

        None if there is no track.
        """
        with database_errors():
            async with transaction(self._engine) as connection:
                track = await _locked(connection, owner, track_id)
                if track is None:
                    return None
                if track.music.revision != revision or track.music.corrections == corrections:
                    return track.music
                music = track.music.with_corrections(corrections)
                await _put(connection, track, music, now_us)
        return music


async def _locked(connection: AsyncConnection, owner: str, track_id: str) -> Track | None:
    row = (await connection.execute(select(tracks).where(mine(owner, track_id)).with_for_update())).one_or_none()
    return track_from(row) if row else None


async def _put(connection: AsyncConnection, track: Track, music: Music, now_us: int) -> None:
    new = replace(track, music=music, updated_us=max(now_us, track.updated_us), revision=track.revision + 1)
    await connection.execute(update(tracks).where(tracks.c.id == track.id).values(track_row(new)))
    await note_change(connection, track.owner, track.id)
