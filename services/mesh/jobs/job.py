"""The record of a job, and the moves it can make. Pure: no I/O, no clock."""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from services.mesh.errors import ErrorRecord, JobStateConflict, MeshError, WorkerLost

# A job whose worker died this many times is not tried again: it would most likely kill the next one too.
MAX_LOSSES = 3

# What a running job may report; 1 is kept for the result that is durable.
_ALMOST = 0.999


class JobState(StrEnum):
    """Where a job stands; the legal moves are drawn in alchemy/type/v1/job.proto."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"

    @property
    def terminal(self) -> bool:
        """Whether the job has ended."""
        return self not in {JobState.QUEUED, JobState.RUNNING}


class Superseded(Exception):
    """The record moved on without this worker: it was taken for dead, or the job was deleted. Stop, and touch nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """One job.

    Attributes:
        name: resource name, ending in the job's id.
        owner: the user it belongs to.
        queue: the class of work, and the name of its queue.
        spec: what is wanted; JSON values, known to the service only.
        key: names the work. Jobs of one owner with equal keys come to the same result, so no two of them run at a time.
            Empty = unlike any other.
        result: what came out; JSON values, known to the service only. None unless SUCCEEDED.
        stage: the step in hand.
        fraction: share that is done, in [0, 1].
        attempt: how often a worker has started it.
        losses: how often its worker died under it since the last (re)try.
        remaining_seconds: estimated time to the end; None = unknown.
        device: what computes it, for example "cpu" or "cuda:0".
        details: what the worker reports besides, such as bytes; JSON values, known to the service only.
        created_at, queued_at, started_at, ended_at: Unix time in seconds.
        revision: counts the changes.
    """

    name: str
    owner: str
    queue: str
    spec: Mapping[str, Any]
    created_at: float
    queued_at: float
    key: str = ""
    state: JobState = JobState.QUEUED
    stage: str = "queued"
    fraction: float = 0.0
    attempt: int = 0
    losses: int = 0
    remaining_seconds: float | None = None
    device: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    cancel_requested: bool = False
    error: ErrorRecord | None = None
    result: Mapping[str, Any] | None = None
    started_at: float | None = None
    ended_at: float | None = None
    revision: int = field(default=0)

    @property
    def parent(self) -> str:
        """The resource it belongs to: the name without its last two segments."""
        return self.name.rsplit("/", 2)[0]

    @property
    def id(self) -> str:
        """The last segment of the name."""
        return self.name.rsplit("/", 1)[1]

    def to_json(self) -> str:
        """Returns the record as JSON."""
        return json.dumps(dataclasses.asdict(self), separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str | bytes) -> "Job":
        """Reads a record written by `to_json`."""
        values = json.loads(text)
        values["state"] = JobState(values["state"])
        if values["error"] is not None:
            values["error"] = ErrorRecord(**values["error"])
        return cls(**values)


def answered(job: Job, result: Mapping[str, Any], now: float, *, device: str) -> Job:
    """The result of a waiting job was there already: no worker need take it.

    Raises:
        Superseded: a worker has taken it, or it has ended.
    """
    if job.state is not JobState.QUEUED:
        raise Superseded
    job = dataclasses.replace(job, started_at=now)
    return _ended(job, JobState.SUCCEEDED, now, stage="done", fraction=1.0, result=result, device=device)


def claimed(job: Job, now: float) -> Job:
    """A worker starts the job. One that was RUNNING has lost its worker.

    Raises:
        Superseded: if the job has ended.
    """
    if job.state.terminal:
        raise Superseded
    if job.cancel_requested:
        return cancelled(job, now)
    losses = job.losses + (job.state is JobState.RUNNING)
    if losses >= MAX_LOSSES:
        return failed(job, WorkerLost(attempts=losses), now)
    return dataclasses.replace(
        job,
        state=JobState.RUNNING,
        stage="preparing",
        fraction=0.0,
        attempt=job.attempt + 1,
        losses=losses,
        remaining_seconds=None,
        started_at=now,
    )


def reported(
    job: Job,
    attempt: int,
    *,
    stage: str,
    fraction: float,
    remaining_seconds: float | None,
    device: str,
    details: Mapping[str, Any] | None = None,
) -> Job:
    """The worker of `attempt` reports progress; the fraction never falls."""
    _fence(job, attempt)
    return dataclasses.replace(
        job,
        stage=stage,
        fraction=max(job.fraction, min(fraction, _ALMOST)),
        remaining_seconds=remaining_seconds,
        device=device or job.device,
        details=job.details if details is None else details,
    )


def succeeded(
    job: Job,
    attempt: int,
    result: Mapping[str, Any],
    now: float,
    *,
    device: str = "",
    details: Mapping[str, Any] | None = None,
) -> Job:
    """The worker of `attempt` has made its result durable. A cancel that came too late is forgotten."""
    _fence(job, attempt)
    return _ended(
        job,
        JobState.SUCCEEDED,
        now,
        stage="done",
        fraction=1.0,
        result=result,
        device=device or job.device,
        details=job.details if details is None else details,
    )


def failed(job: Job, error: MeshError, now: float) -> Job:
    """The job cannot be done."""
    _not_ended(job)
    return _ended(job, JobState.FAILED, now, error=error.to_record())


def failed_by(job: Job, attempt: int, error: MeshError, now: float) -> Job:
    """The worker of `attempt` found that the job cannot be done."""
    _fence(job, attempt)
    return failed(job, error, now)


def cancelled(job: Job, now: float) -> Job:
    """The job has been stopped, and what it had made is gone."""
    _not_ended(job)
    return _ended(job, JobState.CANCELLED, now)


def cancelled_by(job: Job, attempt: int, now: float) -> Job:
    """The worker of `attempt` has stopped."""
    _fence(job, attempt)
    return cancelled(job, now)


def cancel_asked(job: Job, now: float) -> Job:
    """The user asks for the end. Nobody works on a QUEUED job, so it ends at once; an ended one stays as it is."""
    if job.state.terminal:
        return job
    if job.state is JobState.QUEUED:
        return cancelled(job, now)
    return dataclasses.replace(job, cancel_requested=True)


def handed_back(job: Job, attempt: int, now: float, *, lost: bool) -> Job:
    """The worker of `attempt` gives the job up; with `lost` because what computed it died, else because it shuts down."""
    _fence(job, attempt)
    return freed(job, now, lost=lost)


def freed(job: Job, now: float, *, lost: bool = True) -> Job:
    """A RUNNING job goes back to the queue: its worker is gone."""
    if job.state is not JobState.RUNNING:
        raise Superseded
    if job.cancel_requested:
        return cancelled(job, now)
    losses = job.losses + lost
    if losses >= MAX_LOSSES:
        return failed(job, WorkerLost(attempts=losses), now)
    return dataclasses.replace(
        job, state=JobState.QUEUED, stage="queued", fraction=0.0, losses=losses, remaining_seconds=None, queued_at=now
    )


def retried(job: Job, now: float) -> Job:
    """The user wants a FAILED or CANCELLED job tried again.

    Raises:
        JobStateConflict: in any other state.
    """
    if job.state not in {JobState.FAILED, JobState.CANCELLED}:
        raise JobStateConflict(job.name, job.state.value)
    return dataclasses.replace(
        job,
        state=JobState.QUEUED,
        stage="queued",
        fraction=0.0,
        losses=0,
        cancel_requested=False,
        error=None,
        ended_at=None,
        started_at=None,
        queued_at=now,
    )


def _fence(job: Job, attempt: int) -> None:
    if job.state is not JobState.RUNNING or job.attempt != attempt:
        raise Superseded


def _not_ended(job: Job) -> None:
    if job.state.terminal:
        raise Superseded


def _ended(job: Job, state: JobState, now: float, **changes: Any) -> Job:  # noqa: ANN401 (fields of Job)
    return dataclasses.replace(
        job, state=state, ended_at=now, remaining_seconds=None, cancel_requested=False, **changes
    )
