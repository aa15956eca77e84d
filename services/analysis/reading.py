"""What users do with results: read them, correct them."""

import asyncio
from dataclasses import dataclass, replace

from services.analysis.corrections import Change, changed, corrected_rhythm, corrected_tonality
from services.analysis.domain import CURRENT, AnalysisSpec, Findings, joined
from services.analysis.ports import Library, ResultFiles
from services.analysis.results import Measurements
from services.analysis.usecases import Analyses
from services.mesh.errors import BlobMissing, JobStateConflict, MusicChanged
from services.mesh.jobs.job import JobState
from services.mesh.music import Corrections

# Somebody else may correct the same track at the same moment; not for ever.
_TRIES = 5


@dataclass(frozen=True, kw_only=True)
class Reading:
    """Results as a client sees them.

    Attributes:
        name: the resource name, of one analysis or of the newest of the track.
        title: of the track.
        measured: the results, and where they come from; None if nothing is known yet.
        corrections: what people corrected; nothing in the results of one analysis.
        revision: counts the changes of the track's analysis; 0 in the results of one analysis.
        audio: SHA-256 of the file that was measured.
    """

    name: str
    title: str
    measured: Findings | None
    corrections: Corrections
    revision: int
    audio: str

    @property
    def shown(self) -> Measurements | None:
        """The results with what people corrected."""
        if self.measured is None:
            return None
        found = self.measured.measurements
        return replace(
            found,
            rhythm=corrected_rhythm(found.rhythm, self.corrections, found.duration),
            tonality=corrected_tonality(found.tonality, self.corrections),
        )


class Readings:
    """The results of all users; every call names the one on whose behalf it is made."""

    def __init__(self, *, analyses: Analyses, library: Library, files: ResultFiles) -> None:
        self._analyses = analyses
        self._library = library
        self._files = files

    async def read(self, owner: str, name: str) -> Reading:
        """Returns the results of an analysis, or the newest of a track. Raises what GetResults documents."""
        track, _, tail = name.rpartition("/analyses/")
        if tail == CURRENT:
            return await self._current(owner, track)
        snapshot = await self._analyses.get(owner, name)
        job = snapshot.job
        if job.state is not JobState.SUCCEEDED or job.result is None:
            raise JobStateConflict(name, job.state.value, "only an analysis that has succeeded has results.")
        spec = AnalysisSpec.from_record(job.spec)
        return Reading(
            name=name,
            title=spec.source.title,
            measured=await self._file(job.result["sha256"], name),
            corrections=Corrections(),
            revision=0,
            audio=spec.source.files["mix"],
        )

    async def adjust(self, owner: str, track: str, change: Change) -> Reading:
        """Corrects the music of a track and returns its current results. Raises what AdjustAnalysis documents."""
        for _ in range(_TRIES):
            reading = await self._current(owner, track)
            found = reading.measured.measurements if reading.measured else None
            corrections = changed(
                reading.name,
                reading.corrections,
                change,
                found.rhythm if found else None,
                found.duration if found else 0.0,
            )
            try:
                await self._library.correct(owner, track, corrections, reading.revision)
            except MusicChanged:
                continue
            return await self._current(owner, track)
        raise MusicChanged(track)

    async def _current(self, owner: str, track: str) -> Reading:
        known, source = await asyncio.gather(
            self._library.known(owner, track), self._library.source(owner, track, "", mix_only=True)
        )
        names = {sha256: analysis for analysis, sha256 in known.features.values()}
        files = {sha256: await self._file(sha256, analysis) for sha256, analysis in names.items()}
        parts = {feature: files[sha256] for feature, (_, sha256) in known.features.items()}
        return Reading(
            name=f"{track}/analyses/{CURRENT}",
            title=source.title,
            measured=joined(parts) if parts else None,
            corrections=known.corrections,
            revision=known.revision,
            audio=source.files["mix"],
        )

    async def _file(self, sha256: str, name: str) -> Findings:
        findings = await self._files.read(sha256)
        if findings is None:
            raise BlobMissing(name)
        return findings
