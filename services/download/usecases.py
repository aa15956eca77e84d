"""What users do with downloads."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from services.download.domain import DownloadSpec, Song
from services.download.links import parse_link
from services.download.ports import Health, Healths, ProviderStatus, Songs, Sources
from services.download.router import Router
from services.mesh.errors import DownloadNotFound
from services.mesh.ids import new_id
from services.mesh.jobs.dispatch import Dispatcher
from services.mesh.jobs.job import Job
from services.mesh.jobs.owned import OwnedJobs, Snapshot
from services.mesh.jobs.store import JobStore


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a user asks for; see CreateDownloadRequest in the contract. `then` is the message, serialized."""

    link: str
    song: Song
    allow_duplicate: bool
    then: bytes
    request_id: str


class Downloads(OwnedJobs):
    """The downloads of all users; every call names the one on whose behalf it is made."""

    def __init__(
        self,
        *,
        store: JobStore,
        dispatcher: Dispatcher,
        router: Router,
        sources: Sources,
        songs: Songs,
        healths: Healths,
        allowed_hosts: frozenset[str],
        queue: str,
        max_queued: int,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(store, dispatcher, DownloadNotFound, clock)
        self._router = router
        self._sources = sources
        self._songs = songs
        self._healths = healths
        self._allowed_hosts = allowed_hosts
        self._queue = queue
        self._max_queued = max_queued

    async def create(self, owner: str, wish: Wish) -> Snapshot:
        """Queues a download. Raises what CreateDownload documents."""
        link = parse_link(wish.link, allowed_hosts=self._allowed_hosts)
        self._router.check(link)
        if link.short:
            # Only now: what is off or malformed costs no request. The song's one spelling tells it from others.
            link = parse_link(await self._songs.resolve(owner, link.uri))
        spec = DownloadSpec(
            link=wish.link,
            uri=link.uri,
            song=wish.song,
            allow_duplicate=wish.allow_duplicate,
            then=wish.then,
        )
        fingerprint = spec.fingerprint()
        if wish.request_id and (earlier := await self._store.created_by(owner, wish.request_id, fingerprint)):
            return await self.snapshot(earlier)
        if not wish.allow_duplicate and (earlier := await self._under_way(owner, fingerprint)):
            return await self.snapshot(earlier)
        await self.check_room(self._queue, self._max_queued)
        now = self._clock()
        job = await self._store.create(
            Job(
                name=f"downloads/{new_id()}",
                owner=owner,
                queue=self._queue,
                spec=spec.to_record(),
                created_at=now,
                queued_at=now,
            ),
            request_id=wish.request_id,
            fingerprint=fingerprint,
        )
        await self._sources.remember(owner, fingerprint, job.name)
        # Should the process die before the next line, the reconciler sends the message.
        await self._dispatcher.send(job.queue, job.name)
        return await self.snapshot(job)

    async def _under_way(self, owner: str, fingerprint: str) -> Job | None:
        name = await self._sources.under_way(owner, fingerprint)
        job = await self._store.get(name) if name else None
        return job if job is not None and not job.state.terminal else None

    async def delete(self, owner: str, name: str) -> None:
        """Removes a download; a worker that has it in hand finds it gone, and stops. Raises DownloadNotFound."""
        await self._store.delete(await self.owned(owner, name))

    async def providers(self) -> Sequence[tuple[ProviderStatus, Health]]:
        """Returns all providers, and how each has fared."""
        return [(status, await self._healths.of(status.id)) for status in await self._router.statuses()]
