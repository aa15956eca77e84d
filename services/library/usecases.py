"""What can be done with a library."""

import asyncio
import time
from collections.abc import AsyncIterable, AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from services.library import rules
from services.library.adapters.catalogue import SqlCatalogue
from services.library.domain import (
    Artifact,
    ArtifactKind,
    Audio,
    Order,
    Stem,
    Track,
    artifact_ids,
    separation_track,
    track_id,
)
from services.mesh.audio.probe import AudioLimits, Probe, probe
from services.mesh.audio.tags import Tags, read_tags
from services.mesh.blobs import BlobWriter, Digest, LocalBlobStore
from services.mesh.errors import (
    ArtifactNotFound,
    BlobMissing,
    RequestIdReused,
    TrackNotFound,
    UploadTooLarge,
)
from services.mesh.ids import new_id

PIECE_BYTES = 256 * 1024

_REQUEST_ID_US = 24 * 3600 * 1_000_000
_COVERS = {"image/jpeg": "cover.jpg", "image/png": "cover.png", "image/webp": "cover.webp", "image/gif": "cover.gif"}


@dataclass(frozen=True, kw_only=True)
class UploadLimits:
    """What uploads may be."""

    max_bytes: int
    audio: AudioLimits


class Library:
    """Tracks and their files. Methods that take an owner find only what is the owner's."""

    def __init__(
        self,
        *,
        catalogue: SqlCatalogue,
        blobs: LocalBlobStore,
        limits: UploadLimits,
        ffmpeg: str,
        on_change: Callable[[], None],
    ) -> None:
        """Makes a library.

        Args:
            catalogue: the records.
            blobs: the bytes.
            limits: what uploads may be.
            ffmpeg: the program that decodes.
            on_change: called after every change of a record.
        """
        self._catalogue = catalogue
        self._blobs = blobs
        self._limits = limits
        self._ffmpeg = ffmpeg
        self._on_change = on_change

    async def upload(self, owner: str, filename: str, request_id: str, pieces: AsyncIterable[bytes]) -> Track:
        """Adds a file; see UploadTrack in the contract. If it fails, or is cancelled, nothing is kept."""
        rules.check_upload(filename, request_id)
        async with self._blobs.writer() as blob:
            await self._receive(blob, pieces)
            digest = await blob.digest()
            if earlier := await self._earlier(owner, request_id, digest):
                return earlier
            found = await probe(blob.path, ffmpeg=self._ffmpeg, limits=self._limits.audio)
            tags = await read_tags(blob.path, ffmpeg=self._ffmpeg)
            await blob.commit()
        cover = await self._store_cover(tags)
        track, files = _new_track(owner, rules.clean_filename(filename), digest, found, tags, cover)
        if not await self._catalogue.add_track(track, files, request_id, _request_ids_since()):
            # The same request came twice at once, and the other was first.
            earlier = await self._earlier(owner, request_id, digest)
            assert earlier is not None
            return earlier
        self._on_change()
        return track

    async def get(self, owner: str, name: str) -> Track:
        """Returns a track.

        Raises:
            TrackNotFound: there is none of this name.
        """
        track = await self._catalogue.track(owner, track_id(name))
        if track is None:
            raise TrackNotFound(name)
        return track

    async def list(
        self, owner: str, order: Order, words: Sequence[str], after: tuple[str | int, str] | None, limit: int
    ) -> tuple[list[Track], int]:
        """Returns tracks in order, and how many match in all; see `SqlCatalogue.tracks`."""
        return await self._catalogue.tracks(owner, order, words, after, limit)

    async def update(self, owner: str, name: str, values: Mapping[str, str | int], mask: Sequence[str]) -> Track:
        """Changes tags of a track; see `rules.checked_changes`.

        Raises:
            TrackNotFound: there is none of this name.
            InvalidRequest: a field cannot be changed, or not to this value.
        """
        changes = rules.checked_changes(values, mask)
        if not changes:
            return await self.get(owner, name)
        track = await self._catalogue.update_track(owner, track_id(name), changes, _now_us())
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
        of_track = separation_track(separation)
        rules.check_stems(model, stems)
        for stem in stems:
            if await self._blobs.size(stem.sha256) != stem.size_bytes:
                raise BlobMissing(f"{separation} ({stem.stem})")
        now = _now_us()
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

    async def _receive(self, blob: BlobWriter, pieces: AsyncIterable[bytes]) -> None:
        size = 0
        async for piece in pieces:
            size += len(piece)
            if size > self._limits.max_bytes:
                raise UploadTooLarge(limit_bytes=self._limits.max_bytes)
            await blob.write(piece)

    async def _earlier(self, owner: str, request_id: str, digest: Digest) -> Track | None:
        """Returns the track that this very upload made before."""
        if not request_id:
            return None
        track = await self._catalogue.uploaded(owner, request_id, _request_ids_since())
        if track is not None and track.sha256 != digest.sha256:
            raise RequestIdReused(request_id)
        return track

    async def _store_cover(self, tags: Tags) -> Digest | None:
        if tags.artwork is None:
            return None
        async with self._blobs.writer() as blob:
            await blob.write(tags.artwork.data)
            return await blob.commit()

    async def _discard_unreferenced(self, sha256s: Sequence[str]) -> int:
        unreferenced = await self._catalogue.unreferenced(sha256s)
        return sum([await self._blobs.discard(sha256) for sha256 in unreferenced])


def _new_track(
    owner: str, filename: str, digest: Digest, found: Probe, tags: Tags, cover: Digest | None
) -> tuple[Track, list[Artifact]]:
    now = _now_us()
    of_track = new_id()
    original = Artifact(
        id=new_id(),
        track_id=of_track,
        owner=owner,
        kind=ArtifactKind.ORIGINAL,
        filename=filename,
        media_type=found.media_type,
        size_bytes=digest.size_bytes,
        sha256=digest.sha256,
        created_us=now,
        audio=Audio.from_probe(found),
    )
    files = [original]
    if cover is not None and tags.artwork is not None:
        artwork = Artifact(
            id=new_id(),
            track_id=of_track,
            owner=owner,
            kind=ArtifactKind.ARTWORK,
            filename=_COVERS[tags.artwork.media_type],
            media_type=tags.artwork.media_type,
            size_bytes=cover.size_bytes,
            sha256=cover.sha256,
            created_us=now,
        )
        files.append(artwork)
    track = Track(
        id=of_track,
        owner=owner,
        title=rules.initial_title(tags, filename),
        artist=tags.artist,
        album=tags.album,
        album_artist=tags.album_artist,
        genre=tags.genre,
        release_date=tags.release_date,
        track_number=tags.track_number,
        isrc=tags.isrc,
        audio=Audio.from_probe(found),
        filename=filename,
        size_bytes=digest.size_bytes,
        sha256=digest.sha256,
        original_id=original.id,
        artwork_id=files[1].id if cover is not None else None,
        created_us=now,
        updated_us=now,
        revision=1,
    )
    return track, files


def _now_us() -> int:
    return time.time_ns() // 1000


def _request_ids_since() -> int:
    return _now_us() - _REQUEST_ID_US
