"""Separations that have succeeded, their files, and their tracks as they are today."""

from pathlib import Path

from services.mesh.blobs import LocalBlobStore
from services.mesh.errors import BlobMissing, DependencyUnavailable, JobStateConflict, SeparationNotFound, TrackNotFound
from services.mesh.jobs.job import Job, JobState
from services.mesh.jobs.store import JobStore
from services.processing.domain import TrackSource
from services.processing.ports import Library


async def finished(store: JobStore, owner: str, name: str) -> Job:
    """Returns a separation whose stems are there.

    Raises:
        SeparationNotFound: the owner has none of this name.
        JobStateConflict: it has not succeeded.
    """
    job = await store.get(name)
    if job is None or job.owner != owner:
        raise SeparationNotFound(name)
    if job.state is not JobState.SUCCEEDED:
        raise JobStateConflict(name, job.state.value, "only a separation that has succeeded can be exported.")
    return job


async def track_today(library: Library, job: Job) -> TrackSource | None:
    """Returns the track of a separation, whose tags may have been edited since; None where the library does not tell."""
    try:
        return await library.source(job.owner, job.parent)
    except (DependencyUnavailable, TrackNotFound):
        return None


def stem_files(blobs: LocalBlobStore, job: Job) -> dict[str, Path]:
    """Returns the stems of a finished separation by name. Raises BlobMissing."""
    files = {stem["stem"]: blobs.path(stem["sha256"]) for stem in (job.result or {})["stems"]}
    for stem, path in files.items():
        if not path.exists():
            raise BlobMissing(f"{job.name} ({stem})")
    return files
