"""Does one analysis: what is there already, the measurement of the rest, the library."""

import asyncio
import shutil
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from services.analysis.domain import AnalysisSpec, Findings, joined, picked
from services.analysis.ports import Measurer, MeasureRequest
from services.analysis.results import Feature
from services.analysis.shelf import Shelf
from services.mesh.blobs import LocalBlobStore
from services.mesh.child import ChildDied
from services.mesh.drain import to_its_end
from services.mesh.errors import BlobMissing
from services.mesh.jobs.job import Job
from services.mesh.jobs.performer import left_in
from services.mesh.jobs.worker import Report, WorkDied

# The measuring's share of a job; the rest is storing.
_MEASURING_SHARE = 0.98


class AnalysisPerformer:
    """Performs analyses one at a time."""

    def __init__(self, *, measurer: Measurer, shelf: Shelf, blobs: LocalBlobStore, work_dir: Path) -> None:
        """Makes a performer.

        Args:
            measurer: what computes.
            shelf: where results are, and go.
            blobs: where audio is.
            work_dir: a folder for files in the making.
        """
        self._measurer = measurer
        self._shelf = shelf
        self._blobs = blobs
        self._work_dir = work_dir

    async def perform(self, job: Job, report: Report) -> Mapping[str, Any]:
        """Measures what is missing and registers the results; see `Performer`."""
        spec = AnalysisSpec.from_record(job.spec)
        found = await self._shelf.found(job.owner, spec)
        missing = [feature for feature in spec.features if feature not in found]
        report.details = {"steps": dict.fromkeys(found, 1.0), "reused": list(found)}
        if missing:
            measured = await self._measured(job, spec, missing, report)
            found |= dict.fromkeys(missing, measured)
        report.stage = "storing"
        findings = joined({feature: found[feature] for feature in spec.features})
        return await to_its_end(self._shelf.deliver(job, findings, missing))

    async def forget(self, job_id: str) -> None:
        """Removes what attempts have left of a job; see `Performer`."""
        await asyncio.to_thread(shutil.rmtree, self._work_dir / job_id, ignore_errors=True)

    async def left(self) -> set[str]:
        """Returns the ids of the jobs of which attempts have left something."""
        return await left_in(self._work_dir)

    async def _measured(self, job: Job, spec: AnalysisSpec, missing: Sequence[Feature], report: Report) -> Findings:
        files = {name: self._blobs.path(sha256) for name, sha256 in spec.source.files.items()}
        for name, path in files.items():
            if not path.exists():
                raise BlobMissing(f"{job.parent} ({name})")
        folder = self._work_dir / job.id
        await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)

        def on_progress(feature: Feature, fraction: float) -> None:
            steps = {**report.details["steps"], feature: fraction}
            report.stage = feature
            report.details = {**report.details, "steps": steps}
            report.fraction = _MEASURING_SHARE * sum(steps.values()) / len(spec.features)

        request = MeasureRequest(
            id=job.id,
            files=files,
            duration=spec.source.duration,
            channel_count=spec.source.channel_count,
            features=missing,
            folder=folder,
        )
        try:
            measurements = await self._measurer.measure(request, on_progress)
        except ChildDied as death:
            raise WorkDied(str(death)) from death
        return Findings(
            measurements=picked(measurements, missing),
            analyses=dict.fromkeys(missing, job.name),
            measured_at=datetime.now(UTC),
        )
