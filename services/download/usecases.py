"""What users do with downloads."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from services.download.domain import DownloadSpec, Song
from services.download.links import parse_link
from services.download.ports import Health, Healths, ProviderStatus, Songs, Sources
from services.download.router import Router
from services.mesh.errors import DownloadNotFound, QueueFull
from services.mesh.ids import new_id
from services.mesh.jobs import job as moves
from services.mesh.jobs.dispatch import Dispatcher
from services.mesh.jobs.job import Job, JobState
from services.mesh.jobs.store import JobStore

_RETRY_WHEN_FULL_SECONDS = 30.0


@dataclass(frozen=True)
class Snapshot:
    """A download as a client sees it: the record, and its place in the queue while it waits."""

    job: Job
    queue_position: int | None


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a user asks for; see CreateDownloadRequest in the contract. `then` is the message, serialized."""

    link: str
    song: Song
    allow_duplicate: bool
    then: bytes
    request_id: str


class Downloads:
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
        self._store = store
        self._dispatcher = dispatcher
        self._router = router
        self._sources = sources
        self._songs = songs
        self._healths = healths
        self._allowed_hosts = allowed_hosts
        self._queue = queue
        self._max_queued = max_queued
        self._clock = clock

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
            return await self._snapshot(earlier)
        if not wish.allow_duplicate and (earlier := await self._under_way(owner, fingerprint)):
            return await self._snapshot(earlier)
        if await self._store.queue_length(self._queue) >= self._max_queued:
            raise QueueFull(limit=self._max_queued, retry_after=_RETRY_WHEN_FULL_SECONDS)
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
        return await self._snapshot(job)

    async def _under_way(self, owner: str, fingerprint: str) -> Job | None:
        name = await self._sources.under_way(owner, fingerprint)
        job = await self._store.get(name) if name else None
        return job if job is not None and not job.state.terminal else None

    async def get(self, owner: str, name: str) -> Snapshot:
        """Returns a download. Raises DownloadNotFound."""
        return await self._snapshot(await self._owned(owner, name))

    async def page(self, owner: str, *, before: str | None, size: int) -> list[Snapshot]:
        """Returns up to `size` downloads, newest first."""
        jobs = await self._store.page(owner, parent=None, before=before, size=size)
        return [await self._snapshot(job) for job in jobs]

    async def cancel(self, owner: str, name: str) -> Snapshot:
        """Asks for the end of a download. Raises DownloadNotFound."""
        await self._owned(owner, name)
        return await self._changed(name, lambda job: moves.cancel_asked(job, self._clock()))

    async def retry(self, owner: str, name: str) -> Snapshot:
        """Queues an ended download again. Raises DownloadNotFound or JobStateConflict."""
        await self._owned(owner, name)
        snapshot = await self._changed(name, lambda job: moves.retried(job, self._clock()))
        await self._dispatcher.send(snapshot.job.queue, name)
        return snapshot

    async def delete(self, owner: str, name: str) -> None:
        """Removes a download; a worker that has it in hand finds it gone, and stops. Raises DownloadNotFound."""
        await self._store.delete(await self._owned(owner, name))

    async def providers(self) -> Sequence[tuple[ProviderStatus, Health]]:
        """Returns all providers, and how each has fared."""
        return [(status, await self._healths.of(status.id)) for status in await self._router.statuses()]

    async def _owned(self, owner: str, name: str) -> Job:
        job = await self._store.get(name)
        if job is None or job.owner != owner:
            raise DownloadNotFound(name)
        return job

    async def _changed(self, name: str, move: Callable[[Job], Job]) -> Snapshot:
        job = await self._store.change(name, move)
        if job is None:
            raise DownloadNotFound(name)
        return await self._snapshot(job)

    async def _snapshot(self, job: Job) -> Snapshot:
        waits = job.state is JobState.QUEUED
        return Snapshot(job, await self._store.queue_position(job) if waits else None)
