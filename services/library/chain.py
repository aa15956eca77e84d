"""What follows by itself once a track is in the library.

The steps of a track are kept with it, in the transaction that adds it, so none is lost whatever dies. Starting one is safe to
repeat: its request id is fixed when it is recorded, and the service that is asked knows it again.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from services.library.adapters.catalogue import SqlCatalogue
from services.library.domain import ANALYZE, SEPARATE, Step, StepState, Track
from services.library.usecases import now_us
from services.mesh.errors import ErrorRecord, MeshError
from services.mesh.logs import logger

log = logger(__name__)

_BATCH = 20
# Also without being woken: a step may be due that had to wait.
_LOOK_SECONDS = 1.0
_LONGEST_WAIT_SECONDS = 30.0
# How often a separation that an analysis waits for is looked at.
_SEPARATING_SECONDS = 1.0


class StepRefused(Exception):
    """The step cannot be started, now or later."""

    def __init__(self, error: ErrorRecord) -> None:
        super().__init__(error.message)
        self.error = error


class NotNow(Exception):
    """The service that does it does not answer, or has too much to do."""


class Starter(Protocol):
    """Starts steps."""

    async def start(self, owner: str, track: str, step: Step) -> str:
        """Starts a step of a track and returns the name of the job that does it; the same one when repeated.

        Raises:
            StepRefused: it cannot be done.
            NotNow: try again later.
        """
        ...

    async def under_way(self, owner: str, job: str) -> bool:
        """Whether the job of a step has not ended yet.

        Raises:
            NotNow: the service that does it does not answer.
        """
        ...


class ChainRunner:
    """Starts the pending steps of all tracks."""

    def __init__(self, catalogue: SqlCatalogue, starter: Starter, on_change: Callable[[], None]) -> None:
        """Makes a runner; `on_change` is called after every change of a record."""
        self._catalogue = catalogue
        self._starter = starter
        self._on_change = on_change

    async def run(self) -> None:
        """Starts what is due until cancelled."""
        while True:
            try:
                while await self.start_some():
                    pass
            except MeshError as error:
                log.warning("steps not started, trying again", error=error.message)
            await asyncio.sleep(_LOOK_SECONDS)

    async def start_some(self) -> int:
        """Starts the steps that are due, of some tracks; returns of how many."""
        tracks = await self._catalogue.with_due_steps(now_us(), _BATCH)
        for track in tracks:
            for step in track.steps:
                if step.state is StepState.PENDING:
                    await self._catalogue.put_step(track.owner, track.id, await self._started(track, step), now_us())
                    self._on_change()
        return len(tracks)

    async def _started(self, track: Track, step: Step) -> Step:
        try:
            if await self._must_wait(track, step):
                return replace(step, due_us=now_us() + int(_SEPARATING_SECONDS * 1e6))
            job = await self._starter.start(track.owner, track.name, step)
        except StepRefused as refused:
            log.warning("step refused", track=track.name, action=step.action, reason=refused.error.reason)
            return replace(step, state=StepState.FAILED, error=refused.error)
        except NotNow as reason:
            tries = step.tries + 1
            wait = min(2.0 ** min(step.tries, 10), _LONGEST_WAIT_SECONDS)
            log.info("step must wait", track=track.name, action=step.action, tries=tries, why=str(reason))
            return replace(step, tries=tries, due_us=now_us() + int(wait * 1e6))
        log.info("step started", track=track.name, action=step.action, job=job)
        return replace(step, state=StepState.STARTED, job=job)

    async def _must_wait(self, track: Track, step: Step) -> bool:
        """Whether an analysis is to come after a separation that has not ended: it measures on the stems."""
        if step.action != ANALYZE:
            return False
        separations = [before for before in track.steps if before.action == SEPARATE]
        if any(before.state is StepState.PENDING for before in separations):
            return True
        jobs = [before.job for before in separations if before.state is StepState.STARTED]
        return any([await self._starter.under_way(track.owner, job) for job in jobs])
