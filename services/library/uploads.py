"""How a file becomes a track."""

import asyncio
import os
from collections.abc import AsyncIterable, Callable, Sequence
from dataclasses import dataclass, fields, replace

from services.library import rules
from services.library.adapters.catalogue import SqlCatalogue
from services.library.domain import Artifact, ArtifactKind, Audio, BlobRef, Source, Step, Track
from services.library.usecases import now_us
from services.mesh.audio.probe import AudioLimits, Probe, probe
from services.mesh.audio.tags import Artwork, Tags, read_tags
from services.mesh.blobs import BlobWriter, Digest, LocalBlobStore
from services.mesh.errors import RequestIdReused, UploadTooLarge
from services.mesh.ids import new_id

_REQUEST_ID_US = 24 * 3600 * 1_000_000
_COVERS = {"image/jpeg": "cover.jpg", "image/png": "cover.png", "image/webp": "cover.webp", "image/gif": "cover.gif"}


@dataclass(frozen=True, kw_only=True)
class UploadLimits:
    """What uploads may be."""

    max_bytes: int
    audio: AudioLimits


class Uploads:
    """Takes files in. A track is recorded only after its bytes are durable; what fails leaves nothing."""

    def __init__(
        self,
        *,
        catalogue: SqlCatalogue,
        blobs: LocalBlobStore,
        limits: UploadLimits,
        ffmpeg: str,
        on_change: Callable[[], None],
    ) -> None:
        """Makes the use case.

        Args:
            catalogue: the records.
            blobs: the bytes.
            limits: what uploads may be.
            ffmpeg: the program that decodes.
            on_change: called after every new track.
        """
        self._catalogue = catalogue
        self._blobs = blobs
        self._limits = limits
        self._ffmpeg = ffmpeg
        self._on_change = on_change
        # Decoding is the processor's work: more at once would only make all of them slower.
        self._decoding = asyncio.Semaphore(os.cpu_count() or 1)

    async def upload(
        self,
        owner: str,
        filename: str,
        request_id: str,
        pieces: AsyncIterable[bytes],
        *,
        steps: Callable[[str], Sequence[Step]] = lambda _: (),
    ) -> Track:
        """Adds a file; see UploadTrack in the contract. If it fails, or is cancelled, nothing is kept.

        `steps` makes what follows, for the id of the track.
        """
        rules.check_upload(filename, request_id)
        return await self._add(owner, filename, request_id, pieces, steps, source=None, known=Tags())

    async def import_file(
        self,
        owner: str,
        filename: str,
        pieces: AsyncIterable[bytes],
        *,
        source: Source,
        known: Tags,
        steps: Sequence[Step],
    ) -> Track:
        """Adds a file that a worker fetched; see ImportTrack in the contract."""
        rules.check_import(filename, source, known)
        if earlier := await self._catalogue.imported(owner, source.download, ""):
            return earlier
        # The name of a download is unique, so the request ids of uploads and imports do not clash.
        return await self._add(owner, filename, source.download, pieces, lambda _: steps, source=source, known=known)

    async def find_imported(self, owner: str, download: str, uri: str, steps: Sequence[Step]) -> Track | None:
        """Returns the track that a download or an address led to before, with these steps added; None if there is none."""
        track = await self._catalogue.imported(owner, download, uri)
        if track is None or not steps:
            return track
        changed = await self._catalogue.add_steps(owner, track.id, steps, now_us())
        self._on_change()
        return changed

    async def _add(
        self,
        owner: str,
        filename: str,
        request_id: str,
        pieces: AsyncIterable[bytes],
        steps: Callable[[str], Sequence[Step]],
        *,
        source: Source | None,
        known: Tags,
    ) -> Track:
        async with self._blobs.writer() as blob:
            await self._receive(blob, pieces)
            digest = await blob.digest()
            if earlier := await self._earlier(owner, request_id, digest):
                return earlier
            async with self._decoding:
                found = await probe(blob.path, ffmpeg=self._ffmpeg, limits=self._limits.audio)
                tags = _merged(known, await read_tags(blob.path, ffmpeg=self._ffmpeg))
            await blob.commit()
        outline = await self._store(found.waveform.to_bytes())
        track, files = _new_track(owner, rules.clean_filename(filename), digest, found, tags, waveform=outline)
        track = replace(track, source=source, steps=tuple(steps(track.id)))
        if tags.artwork is not None:
            cover = await self._store_cover(track, tags.artwork)
            track, files = replace(track, artwork_id=cover.id), [*files, cover]
        if not await self._catalogue.add_track(track, files, request_id, _request_ids_since()):
            # The same request came twice at once, and the other was first.
            earlier = await self._earlier(owner, request_id, digest)
            assert earlier is not None
            return earlier
        self._on_change()
        return track

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

    async def _store_cover(self, track: Track, artwork: Artwork) -> Artifact:
        digest = await self._store(artwork.data)
        return Artifact(
            id=new_id(),
            track_id=track.id,
            owner=track.owner,
            kind=ArtifactKind.ARTWORK,
            filename=_COVERS[artwork.media_type],
            media_type=artwork.media_type,
            size_bytes=digest.size_bytes,
            sha256=digest.sha256,
            created_us=track.created_us,
        )

    async def _store(self, data: bytes) -> BlobRef:
        async with self._blobs.writer() as blob:
            await blob.write(data)
            digest = await blob.commit()
        return BlobRef(sha256=digest.sha256, size_bytes=digest.size_bytes)


def _merged(known: Tags, found: Tags) -> Tags:
    """Returns the tags of a file with those that are known better; only its own cover wins over a known one."""
    better = {field.name: value for field in fields(Tags) if (value := getattr(known, field.name))}
    return replace(found, **better | {"artwork": found.artwork or known.artwork})


def _new_track(
    owner: str, filename: str, digest: Digest, found: Probe, tags: Tags, *, waveform: BlobRef
) -> tuple[Track, list[Artifact]]:
    """Returns a track and the artifact that is the upload itself."""
    now = now_us()
    audio = Audio.from_probe(found)
    original = Artifact(
        id=new_id(),
        track_id=new_id(),
        owner=owner,
        kind=ArtifactKind.ORIGINAL,
        filename=filename,
        media_type=found.media_type,
        size_bytes=digest.size_bytes,
        sha256=digest.sha256,
        created_us=now,
        audio=audio,
        waveform=waveform,
    )
    track = Track(
        id=original.track_id,
        owner=owner,
        title=rules.initial_title(tags, filename),
        artist=tags.artist,
        album=tags.album,
        album_artist=tags.album_artist,
        genre=tags.genre,
        release_date=tags.release_date,
        track_number=tags.track_number,
        isrc=tags.isrc,
        audio=audio,
        filename=filename,
        size_bytes=digest.size_bytes,
        sha256=digest.sha256,
        original_id=original.id,
        artwork_id=None,
        created_us=now,
        updated_us=now,
        revision=1,
    )
    return track, [original]


def _request_ids_since() -> int:
    return now_us() - _REQUEST_ID_US
