"""What users do with the weights of models: installing them as jobs, and removing them."""

import time
from collections.abc import Callable

from services.mesh.errors import InstallationNotFound, ModelInUse, ModelNotInstalled, WeightsMissing
from services.mesh.ids import new_id
from services.mesh.jobs import job as moves
from services.mesh.jobs.dispatch import Dispatcher
from services.mesh.jobs.job import Job
from services.mesh.jobs.store import JobStore
from services.processing.domain import INSTALL_QUEUE, InstallationSpec, SeparationSpec
from services.processing.ports import Models
from services.processing.usecases import Catalogue, Snapshot


class Installations:
    """The installations of all users; every call names the one on whose behalf it is made. Models are everybody's."""

    def __init__(
        self,
        *,
        store: JobStore,
        separations: JobStore,
        dispatcher: Dispatcher,
        catalogue: Catalogue,
        models: Models,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Makes the use cases.

        Args:
            store: records of installations.
            separations: records of separations, which use models.
            dispatcher: brings installations to workers.
            catalogue: the models.
            models: their files.
            clock: Unix time in seconds.
        """
        self._store = store
        self._separations = separations
        self._dispatcher = dispatcher
        self._catalogue = catalogue
        self._models = models
        self._clock = clock

    async def create(self, owner: str, model: str, *, request_id: str) -> Snapshot:
        """Queues an installation, or returns the one under way. Raises what InstallModel documents."""
        entry = self._catalogue.entry(model)
        if entry.local:
            raise WeightsMissing(
                model,
                f"Model {model!r} is this server's own: its weights are published nowhere. To replace them, run on the server:"
                " sfa models add FOLDER",
            )
        info = entry.info
        spec = InstallationSpec(
            model=info.id, license=info.license, license_uri=info.license_uri, total_bytes=info.size_bytes
        )
        parent = f"models/{info.id}"
        if request_id and (earlier := await self._store.created_by(owner, request_id, parent)):
            return await self._snapshot(earlier)
        for job in await self._store.active():
            if (job.owner, job.parent) == (owner, parent) and not job.cancel_requested:
                return await self._snapshot(job)
        now = self._clock()
        job = await self._store.create(
            Job(
                name=f"{parent}/installations/{new_id()}",
                owner=owner,
                queue=INSTALL_QUEUE,
                spec=spec.to_record(),
                created_at=now,
                queued_at=now,
            ),
            request_id=request_id,
            fingerprint=parent,
        )
        # Should the process die before the next line, the reconciler sends the message.
        await self._dispatcher.send(job.queue, job.name)
        return await self._snapshot(job)

    async def get(self, owner: str, name: str) -> Snapshot:
        """Returns an installation. Raises InstallationNotFound."""
        return await self._snapshot(await self._owned(owner, name))

    async def page(self, owner: str, model: str | None, *, before: str | None, size: int) -> list[Snapshot]:
        """Returns up to `size` installations, newest first, of one model (`models/{model}`) or of all."""
        jobs = await self._store.page(owner, parent=model, before=before, size=size)
        return [await self._snapshot(job) for job in jobs]

    async def cancel(self, owner: str, name: str) -> Snapshot:
        """Asks for the end of an installation. Raises InstallationNotFound."""
        await self._owned(owner, name)
        job = await self._store.change(name, lambda job: moves.cancel_asked(job, self._clock()))
        if job is None:
            raise InstallationNotFound(name)
        return await self._snapshot(job)

    async def remove_model(self, owner: str, model: str) -> None:
        """Removes a model's weights. Raises what RemoveModel documents."""
        info = self._catalogue.entry(model).info
        await self._refuse_if_used(info.id)
        try:
            withdrawn = self._models.withdraw(info)
        except FileNotFoundError:
            raise ModelNotInstalled(info.id, info.install_command) from None
        # From here on no job can start with it; one may have been accepted just before.
        try:
            await self._refuse_if_used(info.id)
        except BaseException:
            withdrawn.restore()
            raise
        withdrawn.discard()
        while jobs := await self._store.page(owner, parent=f"models/{info.id}", before=None, size=100):
            for job in jobs:
                await self._store.delete(job)

    async def _refuse_if_used(self, model: str) -> None:
        users = [job for job in await self._separations.active() if SeparationSpec.from_record(job.spec).model == model]
        users += [job for job in await self._store.active() if job.parent == f"models/{model}"]
        if users:
            raise ModelInUse(model, users[0].name)

    async def _owned(self, owner: str, name: str) -> Job:
        job = await self._store.get(name)
        if job is None or job.owner != owner:
            raise InstallationNotFound(name)
        return job

    async def _snapshot(self, job: Job) -> Snapshot:
        waits = job.state is moves.JobState.QUEUED
        return Snapshot(job, await self._store.queue_position(job) if waits else None)
