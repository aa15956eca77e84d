"""What users do with analyses."""

import time
from collections.abc import Callable, Mapping, Sequence

from services.analysis.domain import AnalysisSpec, joined
from services.analysis.ports import Library
from services.analysis.results import Feature
from services.analysis.shelf import Shelf
from services.mesh.errors import AnalysisNotFound, InvalidRequest, Violation
from services.mesh.ids import new_id
from services.mesh.jobs import job as moves
from services.mesh.jobs.dispatch import Dispatcher
from services.mesh.jobs.job import Job, Superseded
from services.mesh.jobs.owned import OwnedJobs, Snapshot
from services.mesh.jobs.store import JobStore


class Analyses(OwnedJobs):
    """The analyses of all users; every call names the one on whose behalf it is made."""

    def __init__(
        self,
        *,
        store: JobStore,
        dispatcher: Dispatcher,
        library: Library,
        shelf: Shelf,
        versions: Mapping[Feature, str],
        queue: str,
        max_queued: int,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(store, dispatcher, AnalysisNotFound, clock)
        self._library = library
        self._shelf = shelf
        self._versions = versions
        self._queue = queue
        self._max_queued = max_queued

    async def create(
        self,
        owner: str,
        track: str,
        *,
        artifact: str,
        features: Sequence[Feature],
        mix_only: bool,
        request_id: str,
    ) -> Snapshot:
        """Queues an analysis, or answers it at once. Raises what CreateAnalysis documents."""
        if unknown := [feature for feature in features if feature not in self._versions]:
            raise InvalidRequest([Violation("analysis.features", f"{unknown[0]} cannot be measured by this server")])
        wanted = tuple(feature for feature in self._versions if feature in features or not features)
        spec = AnalysisSpec(
            artifact=artifact,
            features=wanted,
            mix_only=mix_only,
            source=await self._library.source(owner, track, artifact, mix_only=mix_only),
            versions={feature: self._versions[feature] for feature in wanted},
        )
        fingerprint = spec.fingerprint(track)
        if request_id and (earlier := await self._store.created_by(owner, request_id, fingerprint)):
            return await self.snapshot(earlier)
        found = await self._shelf.found(owner, spec)
        if len(found) < len(wanted):
            await self.check_room(self._queue, self._max_queued)
        now = self._clock()
        job = await self._store.create(
            Job(
                name=f"{track}/analyses/{new_id()}",
                owner=owner,
                queue=self._queue,
                spec=spec.to_record(),
                key=spec.key,
                created_at=now,
                queued_at=now,
            ),
            request_id=request_id,
            fingerprint=fingerprint,
        )
        # Should the process die from here on, the reconciler sends the message.
        if len(found) == len(wanted):
            result = await self._shelf.deliver(job, joined({feature: found[feature] for feature in wanted}), ())
            return await self.snapshot(await self._answered(job, result))
        await self._dispatcher.send(job.queue, job.name)
        return await self.snapshot(job)

    async def _answered(self, job: Job, result: Mapping[str, object]) -> Job:
        try:
            answered = await self._store.change(
                job.name, lambda job: moves.answered(job, result, self._clock(), device="")
            )
        except Superseded:  # the same request came twice, and the other one was faster
            answered = await self._store.get(job.name)
        if answered is None:
            raise AnalysisNotFound(job.name)
        return answered
