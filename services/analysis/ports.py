"""What the analysis service asks of others."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from services.analysis.domain import Findings, Known, Source
from services.analysis.results import Feature, Measurements
from services.mesh.blobs import Digest
from services.mesh.music import Corrections


@dataclass(frozen=True, kw_only=True)
class MeasureRequest:
    """One measurement, as a worker asks for it.

    Attributes:
        id: the job, for logs.
        files: the audio by name: "mix" always, stems under the names of their models.
        duration: seconds, for progress only.
        channel_count: of the mix.
        features: what to measure.
        folder: of the job; the results are written there.
    """

    id: str
    files: Mapping[str, Path]
    duration: float
    channel_count: int
    features: Sequence[Feature]
    folder: Path


OnProgress = Callable[[Feature, float], None]
"""Called with a feature and the share of it that is finished, in [0, 1]."""


class Measurer(Protocol):
    """Measures audio, one request at a time, somewhere else than in the caller's process."""

    async def measure(self, request: MeasureRequest, on_progress: OnProgress) -> Measurements:
        """Measures to the end. When cancelled it ends at once what computes.

        Raises:
            MeshError: AudioUndecodable, StorageFull...
            ChildDied: the process died.
        """
        ...


class ResultFiles(Protocol):
    """Results in the blob store."""

    async def read(self, sha256: str) -> Findings | None:
        """Returns results; None if they are gone."""
        ...

    async def write(self, name: str, findings: Findings) -> Digest:
        """Stores the results of an analysis of this name. Raises StorageFull."""
        ...


class FeatureIndex(Protocol):
    """Remembers which results hold which feature of which audio."""

    async def find(self, owner: str, keys: Mapping[Feature, str]) -> dict[Feature, str]:
        """Returns the SHA-256 of the results that hold each feature, by its key; without those that are not known."""
        ...

    async def remember(self, owner: str, keys: Sequence[str], sha256: str) -> None:
        """Keeps where the features of these keys are."""
        ...


@dataclass(frozen=True)
class Registered:
    """Results in the library: the name of their artifact, and the SHA-256 of its bytes."""

    artifact: str
    sha256: str


class Library(Protocol):
    """Where tracks come from and results go to."""

    async def source(self, owner: str, track: str, artifact: str, *, mix_only: bool) -> Source:
        """Returns the audio to measure.

        Raises:
            TrackNotFound, ArtifactNotFound: there is none.
            DependencyUnavailable: the library does not answer.
        """
        ...

    async def register(
        self,
        owner: str,
        analysis: str,
        *,
        title: str,
        digest: Digest,
        findings: Findings,
        features: Sequence[Feature],
    ) -> Registered:
        """Makes results visible, as the newest of these features of the track.

        Returns those of an earlier call for the same analysis, if there was one: an attempt may have died right after it.

        Raises TrackNotFound, BlobMissing or DependencyUnavailable.
        """
        ...

    async def known(self, owner: str, track: str) -> Known:
        """Returns what is known about a track. Raises TrackNotFound or DependencyUnavailable."""
        ...

    async def correct(self, owner: str, track: str, corrections: Corrections, revision: int) -> Known:
        """Replaces what people corrected. Raises TrackNotFound, MusicChanged or DependencyUnavailable."""
        ...


@dataclass(frozen=True, kw_only=True)
class PlotRequest:
    """A picture to draw.

    Attributes:
        results: the results, as a file of `ResultFiles`, with corrections.
        audio: the file that was measured.
        title: a heading.
        out: the PNG to write.
    """

    results: Path
    audio: Path
    title: str
    out: Path


class Plotter(Protocol):
    """Draws results."""

    async def draw(self, request: PlotRequest) -> None:
        """Writes the picture. When cancelled it ends at once what draws.

        Raises:
            MeshError: AudioUndecodable, StorageFull...
            ChildDied: the process died.
        """
        ...
