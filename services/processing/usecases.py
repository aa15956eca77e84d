"""What users do with separations and models."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from services.mesh.errors import ModelNotFound, ModelNotInstalled, SeparationNotFound
from services.mesh.ids import new_id
from services.mesh.jobs import job as moves
from services.mesh.jobs.dispatch import Dispatcher
from services.mesh.jobs.job import Job, Superseded
from services.mesh.jobs.owned import OwnedJobs, Snapshot
from services.mesh.jobs.store import JobStore
from services.processing.catalogue import CATALOGUE, MODELS, Availability, ModelInfo, default_model
from services.processing.checks import checked_options, checked_stems
from services.processing.domain import Encoding, Options, SeparationSpec
from services.processing.ports import Library, Models
from services.processing.reuse import Reuse


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


class Separations(OwnedJobs):
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
        super().__init__(store, dispatcher, SeparationNotFound, clock)
        self._library = library
        self._catalogue = catalogue
        self._reuse = reuse
        self._build = build
        self._queue = queue
        self._max_queued = max_queued

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
            return await self.snapshot(earlier)
        known = await self._reuse.source(owner, spec.key) is not None
        if not known:
            await self.check_room(self._queue, self._max_queued)
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
            return await self.snapshot(answered)
        await self._dispatcher.send(job.queue, job.name)
        return await self.snapshot(job)

    async def waiting_count(self) -> int:
        """Returns how many separations of all users wait."""
        return await self._store.queue_length(self._queue)

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
