"""Where a job that the server works on is, as every command shows it."""

from alchemy_sdk.alchemy.type.v1 import JobState, Progress
from sfa.cli.views import Step


def step_at(label: str, state: JobState, progress: Progress) -> Step:
    """Returns what is shown of a job that waits or runs."""
    queued = state == JobState.QUEUED
    return Step(
        file=label,
        stage="queued" if queued else progress.stage,
        fraction=None if queued else progress.fraction,
        remaining=progress.remaining,
        queue_position=progress.queue_position if queued else None,
        attempt=progress.attempt,
    )
