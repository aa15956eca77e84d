"""The state machine of jobs: every legal move, every refused one, and what holds after any sequence of moves."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.mesh.errors import JobStateConflict, TrackNotFound
from services.mesh.jobs import job as moves
from services.mesh.jobs.job import MAX_LOSSES, Job, JobState, Superseded

ERROR = TrackNotFound("tracks/x")


def queued() -> Job:
    return Job(name="tracks/t/separations/s", owner="local", queue="separate", spec={}, created_at=1.0, queued_at=1.0)


def running(attempt: int = 1) -> Job:
    job = queued()
    for _ in range(attempt):
        job = moves.claimed(job, 2.0)
    return job


def ended(state: JobState) -> Job:
    if state is JobState.SUCCEEDED:
        return moves.succeeded(running(), 1, {}, 3.0)
    if state is JobState.FAILED:
        return moves.failed_by(running(), 1, ERROR, 3.0)
    return moves.cancelled(queued(), 3.0)


ENDED = [JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED]


def test_a_claim_counts_the_attempt_and_starts_from_zero() -> None:
    job = moves.reported(running(), 1, stage="separating", fraction=0.7, remaining_seconds=1.0, device="cpu")
    again = moves.claimed(job, 5.0)
    assert (again.attempt, again.fraction, again.losses, again.remaining_seconds) == (2, 0.0, 1, None)


def test_only_a_waiting_job_is_answered_without_a_worker() -> None:
    job = moves.answered(queued(), {"stems": []}, 4.0, device="cpu")
    assert (job.state, job.fraction, job.attempt, job.device) == (JobState.SUCCEEDED, 1.0, 0, "cpu")
    assert (job.started_at, job.ended_at) == (4.0, 4.0)
    for other in (running(), *map(ended, ENDED)):
        with pytest.raises(Superseded):
            moves.answered(other, {}, 5.0, device="cpu")


def test_a_job_that_kills_every_worker_fails() -> None:
    job = running()
    for _ in range(MAX_LOSSES - 1):
        job = moves.claimed(job, 2.0)
        assert job.state is JobState.RUNNING
    job = moves.claimed(job, 2.0)
    assert job.state is JobState.FAILED
    assert job.error is not None
    assert job.error.reason == "WORKER_LOST"


def test_a_hand_back_at_shutdown_is_not_a_loss() -> None:
    job = queued()
    for _ in range(2 * MAX_LOSSES):
        claimed = moves.claimed(job, 2.0)
        job = moves.handed_back(claimed, claimed.attempt, 3.0, lost=False)
    assert job.state is JobState.QUEUED
    assert job.losses == 0


@pytest.mark.parametrize("state", ENDED)
def test_an_ended_job_is_not_claimed(state: JobState) -> None:
    with pytest.raises(Superseded):
        moves.claimed(ended(state), 9.0)


@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.RUNNING, JobState.SUCCEEDED])
def test_only_failed_and_cancelled_jobs_are_retried(state: JobState) -> None:
    job = {JobState.QUEUED: queued(), JobState.RUNNING: running()}.get(state) or ended(state)
    with pytest.raises(JobStateConflict):
        moves.retried(job, 9.0)


@pytest.mark.parametrize("state", [JobState.FAILED, JobState.CANCELLED])
def test_a_retry_starts_afresh(state: JobState) -> None:
    job = moves.retried(ended(state), 9.0)
    assert (job.state, job.error, job.ended_at, job.losses, job.queued_at) == (JobState.QUEUED, None, None, 0, 9.0)


def test_cancel_ends_a_waiting_job_at_once_and_asks_a_running_one() -> None:
    assert moves.cancel_asked(queued(), 2.0).state is JobState.CANCELLED
    asked = moves.cancel_asked(running(), 2.0)
    assert (asked.state, asked.cancel_requested) == (JobState.RUNNING, True)
    assert moves.claimed(asked, 3.0).state is JobState.CANCELLED
    assert moves.freed(asked, 3.0).state is JobState.CANCELLED


@pytest.mark.parametrize("state", ENDED)
def test_cancel_changes_nothing_about_an_ended_job(state: JobState) -> None:
    job = ended(state)
    assert moves.cancel_asked(job, 9.0) == job


FENCED: list[Callable[[Job], Job]] = [
    lambda job: moves.reported(job, 1, stage="x", fraction=1, remaining_seconds=None, device=""),
    lambda job: moves.succeeded(job, 1, {}, 9.0),
    lambda job: moves.failed_by(job, 1, ERROR, 9.0),
    lambda job: moves.cancelled_by(job, 1, 9.0),
    lambda job: moves.handed_back(job, 1, 9.0, lost=True),
]


@pytest.mark.parametrize("move", FENCED)
def test_a_worker_that_was_taken_for_dead_moves_nothing(move: Callable[[Job], Job]) -> None:
    with pytest.raises(Superseded):
        move(running(attempt=2))


@given(st.lists(st.floats(min_value=-1, max_value=2, allow_nan=False), max_size=20))
def test_the_fraction_never_falls_and_never_says_done(fractions: list[float]) -> None:
    job = running()
    for fraction in fractions:
        before = job.fraction
        job = moves.reported(job, 1, stage="separating", fraction=fraction, remaining_seconds=None, device="cpu")
        assert before <= job.fraction < 1


MOVES: list[Callable[[Job], Job]] = [
    lambda job: moves.answered(job, {"stems": []}, 5.0, device="cpu"),
    lambda job: moves.claimed(job, 5.0),
    lambda job: moves.reported(job, job.attempt, stage="s", fraction=0.5, remaining_seconds=1.0, device="cpu"),
    lambda job: moves.succeeded(job, job.attempt, {"stems": []}, 6.0),
    lambda job: moves.failed_by(job, job.attempt, ERROR, 6.0),
    lambda job: moves.cancelled_by(job, job.attempt, 6.0),
    lambda job: moves.cancel_asked(job, 6.0),
    lambda job: moves.handed_back(job, job.attempt, 6.0, lost=True),
    lambda job: moves.handed_back(job, job.attempt, 6.0, lost=False),
    lambda job: moves.freed(job, 6.0),
    lambda job: moves.retried(job, 7.0),
]


@given(st.lists(st.integers(0, len(MOVES) - 1), max_size=40))
def test_whatever_happens_the_record_stays_sound(sequence: list[int]) -> None:
    job = queued()
    for number in sequence:
        try:
            after = MOVES[number](job)
        except (Superseded, JobStateConflict):
            continue
        assert after.attempt >= job.attempt
        assert (after.ended_at is not None) == after.state.terminal
        assert (after.error is not None) == (after.state is JobState.FAILED)
        assert (after.result is not None) == (after.state is JobState.SUCCEEDED)
        assert (after.fraction == 1) == (after.state is JobState.SUCCEEDED)
        assert not (after.cancel_requested and after.state is not JobState.RUNNING)
        assert after.losses <= MAX_LOSSES
        if after.state is JobState.QUEUED:
            assert (after.stage, after.fraction) == ("queued", 0.0)
        assert Job.from_json(after.to_json()) == after
        job = after
