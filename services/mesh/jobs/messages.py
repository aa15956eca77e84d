"""What is the same in the messages of all kinds of jobs."""

from typing import Protocol

from google.protobuf.timestamp_pb2 import Timestamp

from alchemy.type.v1.job_pb2 import JobState, Progress
from services.mesh.jobs.job import Job
from services.mesh.jobs.watch import KEEP_ALIVE_SECONDS

MAX_REQUEST_ID = 64
"""Characters of a request_id."""

_ENDED = frozenset({JobState.JOB_STATE_SUCCEEDED, JobState.JOB_STATE_FAILED, JobState.JOB_STATE_CANCELLED})
# A waiting job's place in the queue changes with other jobs, so no event of its own tells it.
_POSITION_SECONDS = 1.0


class JobMessage(Protocol):
    """A job as the contract has it."""

    @property
    def state(self) -> JobState:
        """Where it stands."""
        ...

    @property
    def revision(self) -> int:
        """Counts its changes."""
        ...


def ended(job: JobMessage) -> bool:
    """Whether a job has ended."""
    return job.state in _ENDED


def due(job: JobMessage) -> float:
    """Seconds until a watched job should be read again though no event came."""
    return _POSITION_SECONDS if job.state == JobState.JOB_STATE_QUEUED else KEEP_ALIVE_SECONDS


def revision(job: JobMessage) -> int:
    """Counts the changes of a job."""
    return job.revision


def progress_message(job: Job, queue_position: int | None) -> Progress:
    """Returns how far a job is."""
    progress = Progress(stage=job.stage, fraction=job.fraction, attempt=job.attempt, queue_position=queue_position)
    if job.remaining_seconds is not None:
        progress.remaining.FromMicroseconds(round(job.remaining_seconds * 1e6))
    return progress


def timestamp(seconds: float | None) -> Timestamp | None:
    """Returns a Unix time in seconds as the contract has it; None for None."""
    if seconds is None:
        return None
    stamp = Timestamp()
    # Whole microseconds: a float of seconds holds no more, and clients that make a datetime of it keep no more.
    stamp.FromMicroseconds(round(seconds * 1e6))
    return stamp
