"""Stems as blobs: each carries the tags of its track, and what made it.

Tags are no part of what an equal separation is (see `SeparationSpec.key`), so what one track's separation made can answer for
another track: the stems are then copied, and only the tags of the copies differ.
"""

import asyncio
import shutil
from pathlib import Path, PurePath

from services.mesh.blobs import BlobStore, Digest
from services.mesh.errors import BlobMissing
from services.processing import runs
from services.processing.adapters.samples import storage_error
from services.processing.domain import SeparationSpec, StemFile, TrackTags
from services.processing.ports import CoverFile
from services.processing.tagging import write_tags
from services.processing.tagging.tags import COVER_TYPES, Tags, cover_at

# A larger cover would weigh more than the stem of a short track, and is in each of them.
_MOST_COVER_BYTES = 4 << 20


class StemBlobs:
    """Puts finished stems into the blob store."""

    def __init__(self, blobs: BlobStore, folder: Path) -> None:
        """Touches nothing yet.

        Args:
            blobs: where stems and covers live.
            folder: for copies in the making, on the file system of the blobs; several processes may share it.
        """
        self._blobs = blobs
        self._folder = folder

    async def put(self, path: Path, spec: SeparationSpec, stem: str) -> Digest:
        """Tags a file that the engine wrote, and moves it into the store. Raises StorageFull."""
        await asyncio.to_thread(self._tag, path, path.suffix, spec, stem)
        return await self._blobs.put_file(path)

    async def put_copy(self, file: StemFile, spec: SeparationSpec) -> Digest:
        """Puts a copy of a stem that is in the store beside it, with the tags of another track.

        Raises:
            BlobMissing: the stem is gone.
            StorageFull: the disk is full.
        """
        run = await asyncio.to_thread(runs.begin_anew, self._folder)
        try:
            path = run.path / "stem"
            await asyncio.to_thread(self._copy, file, path)
            await asyncio.to_thread(self._tag, path, PurePath(file.filename).suffix, spec, file.stem)
            return await self._blobs.put_file(path)
        finally:
            await asyncio.shield(asyncio.to_thread(run.remove))

    def _copy(self, file: StemFile, path: Path) -> None:
        try:
            shutil.copyfile(self._blobs.path(file.sha256), path)
        except FileNotFoundError as error:
            raise BlobMissing(file.stem) from error
        except OSError as error:
            raise storage_error(error) from error

    def _tag(self, path: Path, suffix: str, spec: SeparationSpec, stem: str) -> None:
        try:
            file = cover_file(self._blobs, spec.tags)
            cover = cover_at(file.path, file.media_type) if file else None
            write_tags(path, suffix, Tags(spec.stem_fields(stem), cover))
        except OSError as error:
            raise storage_error(error) from error


def cover_file(blobs: BlobStore, tags: TrackTags) -> CoverFile | None:
    """Returns the image that files made of a track carry; None if there is none that they could. Blocks."""
    if tags.artwork_media_type not in COVER_TYPES:
        return None
    path = blobs.path(tags.artwork_sha256)
    try:
        small = path.stat().st_size <= _MOST_COVER_BYTES
    except FileNotFoundError:  # the track was deleted meanwhile; whoever registers the stems will notice
        return None
    return CoverFile(path, tags.artwork_media_type) if small else None
