"""Does one download: provider, library."""

import asyncio
import shutil
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from services.download.domain import DownloadSpec
from services.download.links import is_song
from services.download.ports import Covers, Fetched, Healths, Library, Progress, Songs, Sources, Stored
from services.download.router import Router
from services.download.telemetry import FINISHED, RECEIVED, REUSED
from services.mesh.errors import MeshError
from services.mesh.jobs.job import Job
from services.mesh.jobs.performer import left_in
from services.mesh.jobs.worker import Report

# Shares of a job: what comes before the transfer, and the transfer; storing is the rest.
_BEFORE_SHARE, _TRANSFER_SHARE = 0.05, 0.85
_CONVERTING_SHARE = 0.92
_STORING_SHARE = 0.95
_RATE_SECONDS = 3.0
# Failures that are not about the link.
_PROVIDERS_OWN = {"PROVIDER_BLOCKED", "PROVIDER_FAILED", "PROVIDER_NOT_READY"}


class DownloadPerformer:
    """Performs downloads; several at a time, if several workers share it."""

    def __init__(
        self,
        *,
        router: Router,
        library: Library,
        covers: Covers,
        sources: Sources,
        songs: Songs,
        healths: Healths,
        work_dir: Path,
    ) -> None:
        """Makes a performer.

        Args:
            router: what fetches.
            library: where songs go.
            covers: where covers come from.
            sources: who fetches what.
            songs: what is known about songs of Spotify's catalogue.
            healths: how providers have fared.
            work_dir: a folder for files in the making; they stay there for the next attempt.
        """
        self._router = router
        self._library = library
        self._covers = covers
        self._sources = sources
        self._songs = songs
        self._healths = healths
        self._work_dir = work_dir

    async def perform(self, job: Job, report: Report) -> Mapping[str, Any]:
        """Fetches the song and stores it; see `Performer`."""
        spec = DownloadSpec.from_record(job.spec)
        try:
            stored = await self._stored(job, spec, report)
        except MeshError:
            await self.forget(job.id)
            raise
        await self.forget(job.id)
        return {"track": stored.name, "reused": stored.download != job.name}

    async def _stored(self, job: Job, spec: DownloadSpec, report: Report) -> Stored:
        wanted = "" if spec.allow_duplicate else spec.uri
        folder = self._work_dir / job.id
        async with self._sources.held(job.owner, spec.uri):
            # What an earlier attempt stored before it died is found here too.
            stored = await self._library.find(job.owner, job.name, wanted, spec.then)
            if stored is not None:
                REUSED.inc()
            else:
                await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
                spec = await self._known(job.owner, spec)
                fetched = await self._fetched(spec, folder, report)
                stored = await self._store(job, spec, fetched, report)
        return stored

    async def _known(self, owner: str, spec: DownloadSpec) -> DownloadSpec:
        """The spec with what is needed to search for its song."""
        if not is_song(spec.uri) or spec.song.can_be_searched:
            return spec
        return replace(spec, song=spec.song.over(await self._songs.song(owner, spec.uri)))

    async def _fetched(self, spec: DownloadSpec, folder: Path, report: Report) -> Fetched:
        try:
            fetched = await self._router.fetch(spec, folder, _Reporter(report))
        except MeshError as error:
            await self._note(str(report.details.get("provider", "")), error)
            raise
        await self._note(fetched.provider, None)
        return fetched

    async def _note(self, provider: str, error: MeshError | None) -> None:
        FINISHED.labels(provider or "none", error.reason if error else "FETCHED").inc()
        if error is None:
            await self._healths.note(provider, None)
        elif error.reason in _PROVIDERS_OWN:
            await self._healths.note(error.metadata["provider"], error.to_record())

    async def forget(self, job_id: str) -> None:
        """Removes whatever attempts have left of a job. Harmless to repeat."""
        await asyncio.to_thread(shutil.rmtree, self._work_dir / job_id, ignore_errors=True)

    async def left(self) -> set[str]:
        """Returns the ids of the jobs of which attempts have left something."""
        return await left_in(self._work_dir)

    async def _store(self, job: Job, spec: DownloadSpec, fetched: Fetched, report: Report) -> Stored:
        report.stage, report.fraction = "storing", max(report.fraction, _STORING_SHARE)
        report.details = {**report.details, "provider": fetched.provider}
        song = spec.song.over(fetched.song)
        artwork = await self._covers.cover(song.artwork_uri) if song.artwork_uri else None
        known = replace(fetched, song=song, artwork=artwork)
        return await self._library.store(job.owner, job.name, spec.uri, known, spec.then)


class _Reporter:
    """Turns what a provider says into what the worker writes."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._samples: deque[tuple[float, int]] = deque()
        self._received = 0

    def __call__(self, progress: Progress) -> None:
        report = self._report
        report.stage = progress.stage
        details = {**report.details, "provider": progress.provider}
        if progress.stage == "downloading" and progress.received_bytes:
            RECEIVED.labels(progress.provider).inc(max(0, progress.received_bytes - self._received))
            self._received = progress.received_bytes
            details["transfer"] = {
                "received_bytes": progress.received_bytes,
                "total_bytes": progress.total_bytes,
                "bytes_per_second": round(self._rate(progress.received_bytes), 1),
            }
            if progress.total_bytes:
                share = min(progress.received_bytes / progress.total_bytes, 1.0)
                report.fraction = max(report.fraction, _BEFORE_SHARE + share * _TRANSFER_SHARE)
        elif progress.stage == "converting":
            report.fraction = max(report.fraction, _CONVERTING_SHARE)
        if progress.match is not None:
            details["match"] = asdict(progress.match)
        report.details = details

    def _rate(self, received: int) -> float:
        now = time.monotonic()
        self._samples.append((now, received))
        while len(self._samples) > 2 and now - self._samples[1][0] > _RATE_SECONDS:  # noqa: PLR2004 (a rate needs two)
            self._samples.popleft()
        since, before = self._samples[0]
        return (received - before) / (now - since) if now > since else 0.0
