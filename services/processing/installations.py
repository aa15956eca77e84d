"""What users do with the weights of models: installing them as jobs, and removing them."""

import time
from collections.abc import Callable

from services.mesh.errors import InstallationNotFound, ModelInUse, ModelNotInstalled, WeightsMissing
from services.mesh.ids import new_id
from services.mesh.jobs.dispatch import Dispatcher
from services.mesh.jobs.job import Job
from services.mesh.jobs.owned import OwnedJobs, Snapshot
from services.mesh.jobs.store import JobStore
from services.processing.domain import INSTALL_QUEUE, InstallationSpec, SeparationSpec
from services.processing.ports import Models
from services.processing.usecases import Catalogue


class Installations(OwnedJobs):
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
        super().__init__(store, dispatcher, InstallationNotFound, clock)
        self._separations = separations
        self._catalogue = catalogue
        self._models = models

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
            return await self.snapshot(earlier)
        for job in await self._store.active():
            if (job.owner, job.parent) == (owner, parent) and not job.cancel_requested:
                return await self.snapshot(job)
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
        return await self.snapshot(job)

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
        await self.forget_parent(owner, f"models/{info.id}")

    async def _refuse_if_used(self, model: str) -> None:
        users = [job for job in await self._separations.active() if SeparationSpec.from_record(job.spec).model == model]
        users += [job for job in await self._store.active() if job.parent == f"models/{model}"]
        if users:
            raise ModelInUse(model, users[0].name)
