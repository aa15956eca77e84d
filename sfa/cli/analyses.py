"""One track on its way through an analysis, and what is shown of its results."""

import os
from collections.abc import Sequence
from contextlib import aclosing
from datetime import timedelta
from pathlib import Path
from typing import Final

from alchemy_sdk.alchemy.analysis.v1 import Analysis, Results
from alchemy_sdk.alchemy.type.v1 import JobState
from sfa.answers import reason_of_status
from sfa.cli import texts
from sfa.cli.output import as_dict
from sfa.cli.steps import step_at
from sfa.cli.views import Step, View
from sfa.errors import AnalysisFailed, FailedPrecondition
from sfa.mesh import Mesh

GROUPS: Final = {
    "csv": ("beats.csv", "chords.csv", "sections.csv"),
    "all": ("json", "beats.csv", "chords.csv", "sections.csv", "labels", "midi", "click"),
}
"""Names that stand for several formats of `sfa.analysis.EXPORT_FORMATS`."""

_MOST_CHORDS: Final = 16


async def analyze(
    mesh: Mesh,
    label: str,
    track: str,
    view: View,
    *,
    features: Sequence[str] = (),
    artifact: str = "",
    mix_only: bool = False,
) -> Results:
    """Analyses a track to its end and returns what is known of it; of an artifact, what this analysis measured.

    Raises:
        AnalysisFailed: It failed, or was cancelled.
        MeshError: Whatever goes wrong with the mesh.
    """
    analysis = await mesh.analysis.analyze(track, features=features, artifact=artifact, mix_only=mix_only)
    async with aclosing(mesh.analysis.watch(analysis.name)) as snapshots:
        async for analysis in snapshots:
            view.show(_step(label, analysis))
            view.event("progress", {"file": label, "analysis": as_dict(analysis)})
    if analysis.state == JobState.CANCELLED:
        raise AnalysisFailed(f"{label}: cancelled.", reason="CANCELLED")
    if analysis.state == JobState.FAILED:
        reason, message = reason_of_status(analysis.error)
        raise AnalysisFailed(message, reason=reason)
    return await mesh.analysis.results(analysis.name if artifact else track)


async def save(mesh: Mesh, name: str, forms: Sequence[str], folder: Path) -> list[Path]:
    """Saves results, by the name of a track or of an analysis, in several forms; one for which something could not be told is left out.

    Raises:
        OSError: If the folder cannot be written.
        MeshError: Whatever goes wrong with the mesh.
    """
    saved = []
    for form in forms:
        try:
            saved.append(await mesh.analysis.export(name, form, f"{folder}{os.sep}"))
        except FailedPrecondition as error:
            if error.reason != "RESULTS_MISSING":
                raise
    return saved


def facts(results: Results) -> list[tuple[str, str]]:
    """What a person wants to know first, as names and values."""
    found: list[tuple[str, str]] = []
    rhythm, tonality, loudness = results.rhythm, results.tonality, results.loudness
    if rhythm and rhythm.tempo:
        metre = f", {rhythm.metre.beats_per_bar}/{rhythm.metre.beat_unit}" if rhythm.metre else ""
        found.append(("tempo", f"{rhythm.tempo.bpm:.1f} BPM{metre}{_certainty(rhythm.tempo.confidence)}"))
    if tonality and tonality.estimate and (key := tonality.estimate.key):
        found.append(("key", f"{key.name}, {key.camelot} / {key.open_key}{_certainty(tonality.estimate.confidence)}"))
    if results.chords:
        names = [_songbook(chord.simple) for chord in results.chords.chords if chord.simple not in {"N", "X", ""}]
        distinct = [name for i, name in enumerate(names) if i == 0 or name != names[i - 1]]
        more = " …" if len(distinct) > _MOST_CHORDS else ""
        found.append(("chords", " ".join(distinct[:_MOST_CHORDS]) + more))
    if results.form:
        parts = (f"{section.label} {_clock(section.start)}" for section in results.form.sections)
        found.append(("form", ", ".join(parts)))
    if loudness and loudness.integrated_lufs is not None:
        peak = f", peak {loudness.true_peak_dbtp:+.1f} dBTP" if loudness.true_peak_dbtp is not None else ""
        span = f", range {loudness.range_lu:.1f} LU" if loudness.range_lu is not None else ""
        found.append(("loudness", f"{loudness.integrated_lufs:.1f} LUFS{span}{peak}"))
    if results.melody and results.melody.median_hz:
        found.append(("voice", f"{results.melody.low_hz:.0f} to {results.melody.high_hz:.0f} Hz"))
    found += [(_feature(one.feature.name), one.message) for one in results.shortfalls]
    return found


def _feature(name: str | None) -> str:
    return (name or "unknown").lower()


def _certainty(confidence: float) -> str:
    return f"  ({confidence:.0%} sure)"


def _songbook(chord: str) -> str:
    root, _, quality = chord.partition(":")
    return root + ("m" if quality.startswith("min") else "")


def _clock(seconds: float) -> str:
    return texts.duration(timedelta(seconds=seconds))


def _step(label: str, analysis: Analysis) -> Step:
    progress = analysis.progress
    if analysis.state == JobState.SUCCEEDED:
        return Step(file=label, stage="analysed", fraction=1.0)
    if progress is None:
        return Step(file=label, stage="queued")
    return step_at(label, analysis.state, progress)
