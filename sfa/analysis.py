"""What is in the music: analyses, their results, and corrections."""

import os
import uuid
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Final

from alchemy_sdk.alchemy.analysis import v1
from alchemy_sdk.alchemy.type.v1 import JobState, Key, Mode
from sfa.answers import reason_of_status
from sfa.errors import AnalysisFailed
from sfa.pages import pages
from sfa.snapshots import followed, saved
from sfa.transport import PATIENCE_SECONDS, Transport

FEATURES: Final = {
    "rhythm": v1.Feature.RHYTHM,
    "key": v1.Feature.KEY,
    "chords": v1.Feature.CHORDS,
    "form": v1.Feature.FORM,
    "loudness": v1.Feature.LOUDNESS,
    "timbre": v1.Feature.TIMBRE,
    "melody": v1.Feature.MELODY,
    "spectrogram": v1.Feature.SPECTROGRAM,
}
"""What can be measured, by the names that `analyze` takes."""

EXPORT_FORMATS: Final = {
    "json": v1.ExportFormat.JSON,
    "beats.csv": v1.ExportFormat.BEATS_CSV,
    "chords.csv": v1.ExportFormat.CHORDS_CSV,
    "sections.csv": v1.ExportFormat.SECTIONS_CSV,
    "labels": v1.ExportFormat.AUDACITY_LABELS,
    "midi": v1.ExportFormat.MIDI,
    "click": v1.ExportFormat.CLICK_WAV,
    "plot": v1.ExportFormat.PLOT_PNG,
}
"""What results can be fetched as, by the names that `export` takes."""


class Analyses:
    """The analyses of a mesh; `mesh.analysis`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._stub = v1.AnalysisServiceStub(transport.channel)

    async def analyze(
        self, track: str, *, features: Sequence[str] = (), artifact: str = "", mix_only: bool = False
    ) -> v1.Analysis:
        """Queues an analysis and returns at once; follow it with `watch` or `wait`.

        Args:
            track: Name of the track, `tracks/{id}`.
            features: Keys of `FEATURES`; none = all.
            artifact: A file of the track to measure instead, such as a stem.
            mix_only: Whether to use no stems, even if there are some.

        Raises:
            ValueError: If a feature is none of these.
            NotFound: If there is no such track or artifact.
            ResourceExhausted: If too many jobs wait already; retry_after says when to try again.
        """
        wanted = v1.Analysis(artifact=artifact, features=features_named(features), mix_only=mix_only)
        response = await self._transport.unary(
            self._stub.create_analysis,
            v1.CreateAnalysisRequest(parent=track, analysis=wanted, request_id=str(uuid.uuid4())),
        )
        assert response.analysis is not None
        return response.analysis

    async def get(self, name: str) -> v1.Analysis:
        """One analysis as it is now, by its name `tracks/{id}/analyses/{id}`.

        Raises:
            NotFound: If there is none.
        """
        response = await self._transport.unary(self._stub.get_analysis, v1.GetAnalysisRequest(name=name))
        assert response.analysis is not None
        return response.analysis

    async def list(self, track: str = "tracks/-") -> AsyncGenerator[v1.Analysis]:
        """The analyses of one track, or of all tracks, newest first."""
        async for page in pages(
            lambda token: self._transport.unary(
                self._stub.list_analyses, v1.ListAnalysesRequest(parent=track, page_token=token)
            )
        ):
            for analysis in page.analyses:
                yield analysis

    async def watch(self, name: str, *, patience: float = PATIENCE_SECONDS) -> AsyncGenerator[v1.Analysis]:
        """The analysis as it changes: its present state at once, its terminal state last; see `Processing.watch`.

        Raises:
            NotFound: If there is no such analysis, or its track was deleted meanwhile.
            Unavailable: If the mesh could not be reached for `patience` seconds.
        """
        request = v1.WatchAnalysisRequest(name=name)
        jobs = followed(
            self._transport,
            lambda: self._stub.watch_analysis(request),
            lambda response: response.analysis,
            patience=patience,
        )
        async with aclosing(jobs):
            async for analysis in jobs:
                yield analysis

    async def wait(
        self,
        name: str,
        *,
        on_snapshot: Callable[[v1.Analysis], None] | None = None,
        patience: float = PATIENCE_SECONDS,
    ) -> v1.Analysis:
        """Waits for the end of an analysis.

        Raises:
            AnalysisFailed: If it failed or was cancelled; `reason` says why.
            NotFound, Unavailable: As in `watch`.
        """
        snapshot: v1.Analysis | None = None
        async with aclosing(self.watch(name, patience=patience)) as snapshots:
            async for snapshot in snapshots:
                if on_snapshot is not None:
                    on_snapshot(snapshot)
        assert snapshot is not None
        if snapshot.state == JobState.CANCELLED:
            raise AnalysisFailed(f"{name} was cancelled.", reason="CANCELLED")
        if snapshot.state == JobState.FAILED:
            reason, message = reason_of_status(snapshot.error)
            raise AnalysisFailed(message or f"{name} failed.", reason=reason)
        return snapshot

    async def cancel(self, name: str) -> v1.Analysis:
        """Asks for the end of an analysis; harmless to repeat, and without effect on one that has ended.

        Raises:
            NotFound: If there is no such analysis.
        """
        response = await self._transport.unary(self._stub.cancel_analysis, v1.CancelAnalysisRequest(name=name))
        assert response.analysis is not None
        return response.analysis

    async def retry(self, name: str) -> v1.Analysis:
        """Queues a failed or cancelled analysis again, with the same options.

        Raises:
            NotFound: If there is no such analysis.
            FailedPrecondition: If it is in any other state.
        """
        # Not repeated by itself: after a retry that worked, the next would be a conflict.
        response = await self._transport.unary(
            self._stub.retry_analysis, v1.RetryAnalysisRequest(name=name), idempotent=False
        )
        assert response.analysis is not None
        return response.analysis

    async def results(self, name: str) -> v1.Results:
        """What is known of a track, with what people corrected (`tracks/{id}`), or what one analysis measured.

        Raises:
            NotFound: If there is no such track or analysis.
            FailedPrecondition: If the analysis has not succeeded.
        """
        response = await self._transport.unary(self._stub.get_results, v1.GetResultsRequest(name=results_name(name)))
        assert response.results is not None
        return response.results

    async def curves(self, name: str, kinds: Sequence[v1.CurveKind] = (), *, max_steps: int = 0) -> Sequence[v1.Curve]:
        """Curves of the same results; without `kinds` all of them.

        Args:
            name: As in `results`.
            kinds: Which.
            max_steps: The most steps of each; longer ones are thinned. 0 = 20000.

        Raises:
            NotFound, FailedPrecondition: As in `results`.
        """
        request = v1.GetCurvesRequest(name=results_name(name), kinds=list(kinds), max_steps=max_steps)
        return (await self._transport.unary(self._stub.get_curves, request)).curves

    async def spectrogram(
        self, name: str, start: float = 0.0, end: float = 0.0, *, max_steps: int = 0
    ) -> v1.Spectrogram:
        """A stretch of the spectrogram of the same results: levels of 0.4 dB, 255 = full scale, by step and mel band.

        Args:
            name: As in `results`.
            start: Where it begins, seconds.
            end: Where it ends, seconds; 0 = at the end of the track.
            max_steps: The most steps to return; neighbours are merged by powers of two. 0 = 2048.

        Raises:
            NotFound: As in `results`.
            FailedPrecondition: As in `results`; or it was not measured.
            InvalidArgument: The stretch is not one.
        """
        request = v1.GetSpectrogramRequest(name=results_name(name), start=start, end=end, max_steps=max_steps)
        response = await self._transport.unary(self._stub.get_spectrogram, request)
        assert response.spectrogram is not None
        return response.spectrogram

    async def adjust(
        self,
        track: str,
        *,
        bpm: float | None = None,
        tempo_factor: float | None = None,
        shift_seconds: float | None = None,
        beats_per_bar: int = 0,
        downbeat_at: float | None = None,
        key: tuple[int, bool] | None = None,
        reset: Sequence[v1.Correction] = (),
    ) -> v1.Results:
        """Corrects what was measured of a track, for good; returns its current results.

        Args:
            track: Name of the track, `tracks/{id}`.
            bpm: The tempo.
            tempo_factor: 2 for twice the current tempo, 0.5 for half of it; instead of `bpm`.
            shift_seconds: Moves all beats; later if positive.
            beats_per_bar: The metre.
            downbeat_at: A time near the first beat of a bar.
            key: Tonic, 0 = C ... 11 = B, and whether it is minor.
            reset: Corrections to take back first.

        Raises:
            NotFound: If there is no such track.
            InvalidArgument: If a value is out of bounds.
            FailedPrecondition: If a relative change has nothing to change.
        """
        request = v1.AdjustAnalysisRequest(
            parent=track,
            reset=list(reset),
            bpm=bpm,
            tempo_factor=tempo_factor,
            shift_seconds=shift_seconds,
            beats_per_bar=beats_per_bar,
            downbeat_at=downbeat_at,
            key=Key(tonic=key[0], mode=Mode.MINOR if key[1] else Mode.MAJOR) if key else None,
        )
        # Not repeated by itself: a factor or a shift would be made twice.
        response = await self._transport.unary(self._stub.adjust_analysis, request, idempotent=False)
        assert response.results is not None
        return response.results

    async def export(self, name: str, form: str, destination: str | os.PathLike[str]) -> Path:
        """Saves results in a form for other programs, or as a picture.

        Args:
            name: As in `results`.
            form: A key of `EXPORT_FORMATS`.
            destination: A folder, which gives the file the server's name for it, or the path of the new file. A path that
                ends with a separator is a folder, and made if it is missing. An existing file is replaced.

        Returns:
            Where the file lies now.

        Raises:
            ValueError: If the format is none of these.
            NotFound: If there is no such track or analysis.
            FailedPrecondition: If what the format shows was not measured, or could not be told.
            OSError: If the file cannot be written.
        """
        if form not in EXPORT_FORMATS:
            raise ValueError(f"Unknown format {form!r}: choose one of {', '.join(EXPORT_FORMATS)}.")
        request = v1.ExportAnalysisRequest(name=results_name(name), format=EXPORT_FORMATS[form])
        return await saved(self._transport.stream(self._stub.export_analysis(request)), destination)


def features_named(names: Sequence[str]) -> list[v1.Feature]:
    """The features of these names. Raises ValueError for one that is none."""
    for name in names:
        if name not in FEATURES:
            raise ValueError(f"Unknown feature {name!r}: choose from {', '.join(FEATURES)}.")
    return [FEATURES[name] for name in names]


def results_name(name: str) -> str:
    """The name of results that were asked for by a track, or by an analysis."""
    return name if "/analyses/" in name else f"{name}/analyses/current"
