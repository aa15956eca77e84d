"""Gives a separation the stems of an equal one, instead of computing them again."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import PurePath
from typing import Any

from services.mesh.errors import BlobMissing
from services.mesh.filenames import titled_filename
from services.mesh.jobs.job import Job
from services.mesh.jobs.store import JobStore
from services.processing.domain import SeparationSpec, StemFile
from services.processing.ports import Library
from services.processing.stem_blobs import StemBlobs


class Reuse:
    """Looks among the finished separations of the same owner: nobody learns what others have."""

    def __init__(self, store: JobStore, library: Library, stems: StemBlobs) -> None:
        self._store = store
        self._library = library
        self._stems = stems

    async def source(self, owner: str, key: str) -> Job | None:
        """Returns the newest separation of this key whose stems can be had, None if there is none."""
        job = await self._store.succeeded(owner, key)
        return job if job is not None and (job.result or {}).get("files") else None

    async def result(self, job: Job) -> Mapping[str, Any] | None:
        """Registers the stems of an equal separation for `job`; returns its result, None if there are none.

        Raises:
            TrackNotFound: the track was deleted meanwhile.
            DependencyUnavailable: the library did not answer for a minute.
            StorageFull: copies of the stems, with the tags of this track, do not fit on the disk.
        """
        source = await self.source(job.owner, job.key)
        if source is None or source.result is None:
            return None
        spec = SeparationSpec.from_record(job.spec)
        found = [StemFile(**file) for file in source.result["files"]]
        told = SeparationSpec.from_record(source.spec)
        alike = (told.tags, told.license) == (spec.tags, spec.license)
        try:
            files = found if alike else [await self._copy(file, spec) for file in found]
            stems = await self._library.register(job.owner, job.name, spec.model, files)
        except BlobMissing:
            return None  # its track was deleted, and the bytes with it
        return {
            **source.result,
            "stems": [asdict(stem) for stem in stems],
            "files": [asdict(file) for file in files],
            "reused": True,
            "device": source.device,
        }

    async def _copy(self, file: StemFile, spec: SeparationSpec) -> StemFile:
        """Returns a stem as it is for another track: the same sound, other tags. Raises BlobMissing."""
        digest = await self._stems.put_copy(file, spec)
        filename = titled_filename(spec.tags.title, file.stem, PurePath(file.filename).suffix)
        return replace(file, sha256=digest.sha256, size_bytes=digest.size_bytes, filename=filename)
