"""What can be done with the tracks and files of a library."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager

from services.library import rules
from services.library.adapters.catalogue import SqlCatalogue
from services.library.domain import (
    Artifact,
    ArtifactKind,
    Filter,
    Order,
    Stem,
    Track,
    artifact_ids,
    job_track,
    track_id,
)
from services.mesh.blobs import LocalBlobStore
from services.mesh.errors import (
    ArtifactNotFound,
    BlobMissing,
    TrackNotFound,
)
from services.mesh.ids import new_id

PIECE_BYTES = 256 * 1024


class Library:
    """Tracks and their files. Methods that take an owner find only what is the owner's."""

    def __init__(
        self,
        *,
        catalogue: SqlCatalogue,
        blobs: LocalBlobStore,
        on_change: Callable[[], None],
    ) -> None:
        """Makes a library.

        Args:
            catalogue: the records.
            blobs: the bytes.
            on_change: called after every change of a record.
        """
        self._catalogue = catalogue
        self._blobs = blobs
        self._on_change = on_change

    async def get(self, owner: str, name: str) -> Track:
        """Returns a track.

        Raises:
            TrackNotFound: there is none of this name.
        """
        track = await self._catalogue.track(owner, track_id(name))
        if track is None:
            raise TrackNotFound(name)
        return track

    async def page(
        self, owner: str, order: Order, wanted: Filter, after: tuple[str | int, str] | None, limit: int
    ) -> tuple[list[Track], int]:
        """Returns tracks in order, and how many match in all; see `SqlCatalogue.tracks`."""
        return await self._catalogue.tracks(owner, order, wanted, after, limit)

    async def update(self, owner: str, name: str, values: Mapping[str, str | int], mask: Sequence[str]) -> Track:
        """Changes tags of a track; see `rules.checked_changes`.

        Raises:
            TrackNotFound: there is none of this name.
            InvalidRequest: a field cannot be changed, or not to this value.
        """
        changes = rules.checked_changes(values, mask)
        if not changes:
            return await self.get(owner, name)
        track = await self._catalogue.update_track(owner, track_id(name), changes, now_us())
        if track is None:
            raise TrackNotFound(name)
        self._on_change()
        return track

    async def delete(self, owner: str, name: str) -> None:
        """Removes a track, its artifacts, and those of their bytes that nothing else refers to.

        Raises:
            TrackNotFound: there is none of this name.
        """
        sha256s = await self._catalogue.delete_track(owner, track_id(name))
        if sha256s is None:
            raise TrackNotFound(name)
        self._on_change()
        await self._discard_unreferenced(sha256s)

    async def artifact(self, owner: str, name: str) -> Artifact:
        """Returns an artifact.

        Raises:
            ArtifactNotFound: there is none of this name.
        """
        of_track, artifact_id = artifact_ids(name)
        artifact = await self._catalogue.artifact(owner, artifact_id)
        if artifact is None or artifact.track_id != of_track:
            raise ArtifactNotFound(name)
        return artifact

    async def find_artifact(self, owner: str, artifact_id: str) -> Artifact | None:
        """Returns an artifact by its id alone, None if there is none."""
        return await self._catalogue.artifact(owner, artifact_id)

    async def artifacts(self, owner: str, parent: str, after: tuple[int, str] | None, limit: int) -> list[Artifact]:
        """Returns artifacts of a track, oldest first, after the one of this time and id.

        Raises:
            TrackNotFound: there is no track `parent`.
        """
        found = await self._catalogue.artifacts(owner, track_id(parent), after, limit)
        if found is None:
            raise TrackNotFound(parent)
        return found

    @asynccontextmanager
    async def reading(self, artifact: Artifact, offset: int) -> AsyncIterator[AsyncIterator[bytes]]:
        """Opens the bytes of an artifact from `offset` on, in pieces of at most 256 KiB.

        Raises:
            BlobMissing: the bytes are gone.
        """
        try:
            file = await asyncio.to_thread(self._blobs.path(artifact.sha256).open, "rb")
        except FileNotFoundError:
            raise BlobMissing(artifact.name) from None

        async def pieces() -> AsyncIterator[bytes]:
            while piece := await asyncio.to_thread(file.read, PIECE_BYTES):
                yield piece

        try:
            file.seek(offset)
            yield pieces()
        finally:
            await asyncio.shield(asyncio.to_thread(file.close))

    async def register_stems(self, owner: str, separation: str, model: str, stems: Sequence[Stem]) -> list[Artifact]:
        """Adds the stems of a separation to its track; see RegisterStems in the contract."""
        of_track = job_track(separation, "separations", field="separation")
        rules.check_stems(model, stems)
        for stem in stems:
            # It may be an old one, which only a track refers to that is being deleted at this moment.
            if await self._blobs.renew(stem.sha256) != stem.size_bytes:
                raise BlobMissing(f"{separation} ({stem.stem})")
            if stem.waveform and await self._blobs.renew(stem.waveform.sha256) != stem.waveform.size_bytes:
                raise BlobMissing(f"{separation} (waveform of {stem.stem})")
        now = now_us()
        # Sorted, so that the order of the request is that of their ids, and so of lists.
        ids = sorted(new_id() for _ in stems)
        files = [
            Artifact(
                id=artifact_id,
                track_id=of_track,
                owner=owner,
                kind=ArtifactKind.STEM,
                filename=rules.clean_filename(stem.filename),
                media_type=stem.media_type,
                size_bytes=stem.size_bytes,
                sha256=stem.sha256,
                created_us=now,
                audio=stem.audio,
                stem=stem.stem,
                separation=separation,
                model=model,
                waveform=stem.waveform,
            )
            for artifact_id, stem in zip(ids, stems, strict=True)
        ]
        added = await self._catalogue.add_stems(owner, of_track, separation, files, now)
        if added is None:
            raise TrackNotFound(f"tracks/{of_track}")
        self._on_change()
        return added

    async def collect_garbage(self) -> int:
        """Removes bytes that nothing refers to: of deleted tracks, and of work that died half way; returns how many."""
        removed = await self._blobs.sweep_incoming()
        async for sha256s in self._blobs.older_than():
            removed += await self._discard_unreferenced(sha256s)
        return removed

    async def _discard_unreferenced(self, sha256s: Sequence[str]) -> int:
        unreferenced = await self._catalogue.unreferenced(sha256s)
        return sum([await self._blobs.discard(sha256) for sha256 in unreferenced])


def now_us() -> int:
    """Returns the time, in microseconds since 1970."""
    return time.time_ns() // 1000
