"""What does the work of one kind of job."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from services.mesh.jobs.job import Job


class WorkDied(Exception):
    """What computed the job died under it (killed, out of memory). The job is tried again."""


@dataclass
class Report:
    """What the performer last said about its job; the worker reads it four times a second."""

    stage: str = "preparing"
    fraction: float = 0.0
    device: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    """Replaced as a whole, never changed in place; see `Job.details`."""


class Performer(Protocol):
    """Does the work of one kind of job."""

    async def perform(self, job: Job, report: Report) -> Mapping[str, Any]:
        """Does the job and returns its result, once that is durable.

        When cancelled it stops within two seconds and lets CancelledError pass. What it leaves then, or when it dies, the
        next attempt may go on with.

        Raises:
            MeshError: the job cannot be done.
            WorkDied: what computed it died.
        """
        ...

    async def forget(self, job_id: str) -> None:
        """Removes whatever attempts have left of a job: there will be no further one. Harmless to repeat."""
        ...

    async def left(self) -> set[str]:
        """Returns the ids of the jobs of which attempts have left something."""
        ...


async def left_in(work_dir: Path) -> set[str]:
    """Returns the ids of the jobs that have a file or a folder of their name in `work_dir`; see `Performer.left`."""

    def names() -> set[str]:
        return {path.name for path in work_dir.iterdir()} if work_dir.exists() else set()

    return await asyncio.to_thread(names)
