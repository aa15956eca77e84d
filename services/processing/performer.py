"""Does one separation: engine, blob store, library."""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from services.mesh.blobs import BlobStore
from services.mesh.child import ChildDied
from services.mesh.drain import to_its_end
from services.mesh.errors import BlobMissing
from services.mesh.filenames import titled_filename
from services.mesh.jobs.job import Job
from services.mesh.jobs.performer import left_in
from services.mesh.jobs.worker import Report, WorkDied
from services.processing import runs
from services.processing.devices import Device, DeviceState
from services.processing.domain import SeparationSpec, StemFile
from services.processing.ports import (
    Engine,
    Library,
    SeparationCancelled,
    SeparationOutput,
    SeparationRequest,
    StemOutput,
)
from services.processing.reuse import Reuse
from services.processing.stem_blobs import StemBlobs

# The engine's share of a job; the rest is storing.
_ENGINE_SHARE = 0.97


class SeparationPerformer:
    """Performs separations one at a time."""

    def __init__(
        self, *, engine: Engine, library: Library, reuse: Reuse, blobs: BlobStore, stems: StemBlobs, work_dir: Path
    ) -> None:
        """Makes a performer.

        Args:
            engine: what computes.
            library: where results become visible.
            reuse: where results are that need not be computed.
            blobs: where tracks are.
            stems: where finished stems go.
            work_dir: a folder for files in the making; all workers may share it, and so take over from each other.
        """
        self._engine = engine
        self._library = library
        self._reuse = reuse
        self._blobs = blobs
        self._stems = stems
        self._work_dir = work_dir
        self._job: Job | None = None

    def device(self) -> Device:
        """Tells how the device is at this moment, and what it has in hand."""
        device = self._engine.describe()
        if self._job is None or device.state is DeviceState.UNAVAILABLE:
            return device
        return replace(device, state=DeviceState.BUSY, separation=self._job.name, owner=self._job.owner)

    async def perform(self, job: Job, report: Report) -> Mapping[str, Any]:
        """Separates the track and registers the stems; see `Performer`."""
        self._job = job
        try:
            return await self._perform(job, report)
        finally:
            self._job = None

    async def forget(self, job_id: str) -> None:
        """Removes what attempts have left of a job; see `Performer`."""
        await asyncio.to_thread(runs.remove, self._work_dir / job_id)

    async def left(self) -> set[str]:
        """Returns the ids of the jobs of which attempts have left something."""
        return await left_in(self._work_dir)

    async def _perform(self, job: Job, report: Report) -> Mapping[str, Any]:
        spec = SeparationSpec.from_record(job.spec)
        if result := await to_its_end(self._reuse.result(job)):
            report.device = result["device"]
            return result
        source = self._blobs.path(spec.sha256)
        if not source.exists():
            raise BlobMissing(job.parent)
        request = SeparationRequest(
            id=job.id,
            model=spec.model,
            source=source,
            sha256=spec.sha256,
            out_dir=self._work_dir / job.id,
            wanted_stems=spec.wanted_stems,
            complement=spec.complement,
            encoding=spec.encoding,
            options=spec.options,
        )
        output = await self._separate(request, report)
        report.stage = "storing"
        return await to_its_end(self._store(job, spec, output))

    async def _separate(self, request: SeparationRequest, report: Report) -> SeparationOutput:
        def on_progress(stage: str, fraction: float) -> None:
            report.stage = stage
            report.device = self._engine.device
            report.fraction = fraction * _ENGINE_SHARE

        separating = asyncio.ensure_future(self._engine.separate(request, on_progress))
        try:
            output = await asyncio.shield(separating)
        except ChildDied as death:
            raise WorkDied(str(death)) from death
        except asyncio.CancelledError:
            await self._engine.cancel()
            await asyncio.wait({separating})
            # Its outcome no longer matters, but must be looked at.
            if not separating.cancelled():
                separating.exception()
            raise
        except SeparationCancelled as cancelled:
            raise WorkDied("the engine was closed") from cancelled
        report.device = output.device
        return output

    async def _store(self, job: Job, spec: SeparationSpec, output: SeparationOutput) -> Mapping[str, Any]:
        files = [await self._file(spec, stem) for stem in output.stems]
        stems = await self._library.register(job.owner, job.name, spec.model, files)
        # Only what was computed as it was asked for may answer others: weights and code may have changed meanwhile, and
        # where memory ran out once, it need not the next time.
        reusable = (output.weights, output.build) == (spec.weights, spec.build) and not output.concessions
        return {
            "stems": [asdict(stem) for stem in stems],
            "gain": output.gain,
            "concessions": list(output.concessions),
            "files": [asdict(file) for file in files] if reusable else [],
        }

    async def _file(self, spec: SeparationSpec, stem: StemOutput) -> StemFile:
        digest = await self._stems.put(stem.path, spec, stem.stem)
        waveform = await self._blobs.put_file(stem.waveform)
        return StemFile(
            stem=stem.stem,
            sha256=digest.sha256,
            size_bytes=digest.size_bytes,
            filename=titled_filename(spec.tags.title, stem.stem, stem.filename_suffix),
            media_type=stem.media_type,
            sample_count=stem.sample_count,
            sample_rate_hz=stem.sample_rate_hz,
            channel_count=stem.channel_count,
            bits_per_sample=stem.bits_per_sample,
            codec=stem.codec,
            peak=stem.peak,
            waveform_sha256=waveform.sha256,
            waveform_bytes=waveform.size_bytes,
        )
