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


class Reuse:
    """Looks among the finished separations of the same owner: nobody learns what others have."""

    def __init__(self, store: JobStore, library: Library) -> None:
        self._store = store
        self._library = library

    async def source(self, owner: str, key: str) -> Job | None:
        """Returns the newest separation of this key whose stems can be had, None if there is none."""
        job = await self._store.succeeded(owner, key)
        return job if job is not None and (job.result or {}).get("files") else None

    async def result(self, job: Job) -> Mapping[str, Any] | None:
        """Registers the stems of an equal separation for `job`; returns its result, None if there are none.

        Raises:
            TrackNotFound: the track was deleted meanwhile.
            DependencyUnavailable: the library did not answer for a minute.
        """
        source = await self.source(job.owner, job.key)
        if source is None or source.result is None:
            return None
        spec = SeparationSpec.from_record(job.spec)
        files = [_renamed(StemFile(**file), spec.title) for file in source.result["files"]]
        try:
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


def _renamed(file: StemFile, title: str) -> StemFile:
    return replace(file, filename=titled_filename(title, file.stem, PurePath(file.filename).suffix))
