"""Results that are there already, and the delivery of new ones."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from services.analysis.domain import AnalysisSpec, Findings
from services.analysis.ports import FeatureIndex, Library, ResultFiles
from services.analysis.results import Feature
from services.mesh.jobs.job import Job


class Shelf:
    """Finds and keeps results by what they depend on. Only those of the same owner: nobody learns what others have."""

    def __init__(self, *, library: Library, files: ResultFiles, index: FeatureIndex) -> None:
        self._library = library
        self._files = files
        self._index = index

    async def found(self, owner: str, spec: AnalysisSpec) -> dict[Feature, Findings]:
        """Returns the results of the features that were measured before, on the same audio by the same algorithms."""
        places = await self._index.find(owner, spec.keys())
        distinct = list(dict.fromkeys(places.values()))
        files = dict(zip(distinct, await asyncio.gather(*map(self._files.read, distinct)), strict=True))
        return {
            feature: findings
            for feature, sha256 in places.items()
            if (findings := files[sha256]) is not None and feature in findings.analyses
        }

    async def deliver(self, job: Job, findings: Findings, fresh: Sequence[Feature]) -> Mapping[str, Any]:
        """Makes the results of a job durable and visible; returns the job's result.

        Args:
            job: the job.
            findings: the results of all its features.
            fresh: those that were measured for it.

        Raises:
            TrackNotFound: the track was deleted meanwhile.
            DependencyUnavailable: the library did not answer for a minute.
            StorageFull: the disk is full.
        """
        spec = AnalysisSpec.from_record(job.spec)
        digest = await self._files.write(job.name, findings)
        registered = await self._library.register(
            job.owner,
            job.name,
            title=spec.source.title,
            digest=digest,
            findings=findings,
            features=() if spec.artifact else spec.features,
        )
        # Only what was computed by the algorithms that were asked for may answer others: a worker of another version may
        # have taken the job.
        keys = [
            key
            for feature, key in spec.keys().items()
            if findings.measurements.versions.get(feature) == spec.versions[feature]
        ]
        await self._index.remember(job.owner, keys, registered.sha256)
        return {
            "artifact": registered.artifact,
            "sha256": registered.sha256,
            "reused": [feature for feature in spec.features if feature not in fresh],
            "shortfalls": [
                {"feature": one.feature, "reason": one.reason, "message": one.message}
                for one in findings.measurements.shortfalls
            ],
        }
