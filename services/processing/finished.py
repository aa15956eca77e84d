"""Separations that have succeeded, and their files."""

from pathlib import Path

from services.mesh.blobs import LocalBlobStore
from services.mesh.errors import BlobMissing, JobStateConflict, SeparationNotFound
from services.mesh.jobs.job import Job, JobState
from services.mesh.jobs.store import JobStore


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


def stem_files(blobs: LocalBlobStore, job: Job) -> dict[str, Path]:
    """Returns the stems of a finished separation by name. Raises BlobMissing."""
    files = {stem["stem"]: blobs.path(stem["sha256"]) for stem in (job.result or {})["stems"]}
    for stem, path in files.items():
        if not path.exists():
            raise BlobMissing(f"{job.name} ({stem})")
    return files
