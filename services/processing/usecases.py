"""What users do with separations and models."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from services.mesh.errors import ModelNotFound, ModelNotInstalled, QueueFull, SeparationNotFound
from services.mesh.ids import new_id
from services.mesh.jobs import job as moves
from services.mesh.jobs.dispatch import Dispatcher
from services.mesh.jobs.job import Job, JobState, Superseded
from services.mesh.jobs.store import JobStore
from services.processing.catalogue import CATALOGUE, MODELS, Availability, ModelInfo, default_model
from services.processing.domain import Encoding, Options, SeparationSpec, checked_options, checked_stems
from services.processing.ports import Library, Models
from services.processing.reuse import Reuse

_RETRY_WHEN_FULL_SECONDS = 30.0


@dataclass(frozen=True)
class CatalogueEntry:
    """A model, whether it can run here, and whether it is the server's own instead of the catalogue's."""

    info: ModelInfo
    availability: Availability
    default: bool
    local: bool


class Catalogue:
    """The models."""

    def __init__(self, models: Models) -> None:
        self._models = models

    def entries(self) -> list[CatalogueEntry]:
        """Returns all models: those of the catalogue, best first, then the server's own."""
        found = [(info, self._models.availability(info)) for info in (*CATALOGUE, *self._models.local())]
        installed = [info for info, availability in found if availability.installed]
        best = default_model([info.id for info in installed]) or next(iter(installed), None)
        return [
            CatalogueEntry(info, availability, default=info is best, local=info.id not in MODELS)
            for info, availability in found
        ]

    def entry(self, model: str) -> CatalogueEntry:
        """Returns one model. Raises ModelNotFound."""
        entries = self.entries()
        for entry in entries:
            if entry.info.id == model:
                return entry
        raise ModelNotFound(model, [entry.info.id for entry in entries])

    def runnable(self, model: str) -> CatalogueEntry:
        """Returns the model to run for a wanted one, "" meaning the best installed.

        Raises:
            ModelNotFound: it is not in the catalogue.
            ModelNotInstalled: its weights are not here, or nothing is installed at all.
        """
        if not model:
            best = next((entry for entry in self.entries() if entry.default), None)
            if best is None:
                fallback = CATALOGUE[-1]
                raise ModelNotInstalled(fallback.id, fallback.install_command)
            return best
        entry = self.entry(model)
        if not entry.availability.installed:
            raise ModelNotInstalled(model, entry.info.install_command)
        return entry


@dataclass(frozen=True)
class Snapshot:
    """A job as a client sees it: the record, and its place in the queue while it waits."""

    job: Job
    queue_position: int | None


class Separations:
    """The separations of all users; every call names the one on whose behalf it is made."""

    def __init__(
        self,
        *,
        store: JobStore,
        dispatcher: Dispatcher,
        library: Library,
        catalogue: Catalogue,
        reuse: Reuse,
        build: str,
        queue: str,
        max_queued: int,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._dispatcher = dispatcher
        self._library = library
        self._catalogue = catalogue
        self._reuse = reuse
        self._build = build
        self._queue = queue
        self._max_queued = max_queued
        self._clock = clock

    async def create(
        self,
        owner: str,
        track: str,
        *,
        model: str,
        wanted_stems: Sequence[str],
        complement: bool,
        encoding: Encoding,
        options: Options,
        request_id: str,
    ) -> Snapshot:
        """Queues a separation, or answers it at once. Raises what CreateSeparation documents."""
        entry = self._catalogue.runnable(model)
        stems = checked_stems(entry.info, wanted_stems, complement=complement)
        source = await self._library.source(owner, track)
        spec = SeparationSpec(
            model=entry.info.id,
            wanted_stems=stems,
            complement=complement,
            encoding=encoding,
            options=checked_options(entry.info, options, encoding, source),
            sha256=source.sha256,
            tags=source.tags,
            license=entry.info.license,
            weights=entry.availability.digest,
            build=self._build,
        )
        fingerprint = spec.fingerprint(track)
        if request_id and (earlier := await self._store.created_by(owner, request_id, fingerprint)):
            return await self._snapshot(earlier)
        known = await self._reuse.source(owner, spec.key) is not None
        if not known and await self._store.queue_length(self._queue) >= self._max_queued:
            raise QueueFull(limit=self._max_queued, retry_after=_RETRY_WHEN_FULL_SECONDS)
        now = self._clock()
        job = await self._store.create(
            Job(
                name=f"{track}/separations/{new_id()}",
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
        if known and (answered := await self._answered(job)):
            return await self._snapshot(answered)
        await self._dispatcher.send(job.queue, job.name)
        return await self._snapshot(job)

    async def _answered(self, job: Job) -> Job | None:
        """Ends a new job with the result of an equal one; None if there is none any more."""
        result = await self._reuse.result(job)
        if result is None:
            return None
        try:
            return await self._store.change(
                job.name, lambda job: moves.answered(job, result, self._clock(), device=result["device"])
            )
        except Superseded:  # the same request came twice, and the other one was faster
            return await self._store.get(job.name)

    async def get(self, owner: str, name: str) -> Snapshot:
        """Returns a separation. Raises SeparationNotFound."""
        return await self._snapshot(await self._owned(owner, name))

    async def page(self, owner: str, track: str | None, *, before: str | None, size: int) -> list[Snapshot]:
        """Returns up to `size` separations, newest first, of one track or of all."""
        jobs = await self._store.page(owner, parent=track, before=before, size=size)
        return [await self._snapshot(job) for job in jobs]

    async def cancel(self, owner: str, name: str) -> Snapshot:
        """Asks for the end of a separation. Raises SeparationNotFound."""
        await self._owned(owner, name)
        return await self._changed(name, lambda job: moves.cancel_asked(job, self._clock()))

    async def retry(self, owner: str, name: str) -> Snapshot:
        """Queues an ended separation again. Raises SeparationNotFound or JobStateConflict."""
        await self._owned(owner, name)
        snapshot = await self._changed(name, lambda job: moves.retried(job, self._clock()))
        await self._dispatcher.send(snapshot.job.queue, name)
        return snapshot

    async def forget_track(self, owner: str, track: str) -> None:
        """Ends and removes all separations of a deleted track."""
        while jobs := await self._store.page(owner, parent=track, before=None, size=100):
            for job in jobs:
                # A worker that has it in hand finds the record gone, and drops everything.
                await self._store.delete(job)

    async def _owned(self, owner: str, name: str) -> Job:
        job = await self._store.get(name)
        if job is None or job.owner != owner:
            raise SeparationNotFound(name)
        return job

    async def _changed(self, name: str, move: Callable[[Job], Job]) -> Snapshot:
        job = await self._store.change(name, move)
        if job is None:
            raise SeparationNotFound(name)
        return await self._snapshot(job)

    async def _snapshot(self, job: Job) -> Snapshot:
        waits = job.state is JobState.QUEUED
        return Snapshot(job, await self._store.queue_position(job) if waits else None)
