"""AnalysisService from the track to its results: real servers, worker, library, Valkey."""

import asyncio
import os
import signal
from collections.abc import Awaitable

import psutil
import pytest

from alchemy.analysis.v1 import analysis_service_pb2 as pb
from alchemy.analysis.v1 import results_pb2
from alchemy.analysis.v1.analysis_pb2 import Analysis
from alchemy.analysis.v1.results_pb2 import Feature
from alchemy.chain.v1.chain_pb2 import Step, Then
from alchemy.library.v1 import library_service_pb2 as library_pb
from alchemy.type.v1.job_pb2 import JobState
from alchemy.type.v1.music_pb2 import MODE_MINOR, Key
from services.analysis.messages import feature_value
from services.analysis.versions import VERSIONS
from tests.analysis.conftest import ANN, MALLORY, Mesh
from tests.analysis.songs import BPM, song
from tests.library.sounds import wav
from tests.rpc.failing import failing

RHYTHM, LOUDNESS = results_pb2.FEATURE_RHYTHM, results_pb2.FEATURE_LOUDNESS
EVERYTHING = {Feature.Value(feature_value(feature)) for feature in VERSIONS}
PNG = b"\x89PNG\r\n\x1a\n"


async def test_a_track_gets_its_results(mesh: Mesh) -> None:
    track = await mesh.upload(wav(song(24)))
    assert not track.HasField("music")
    analysis = await mesh.analysed(track.name)
    assert [step.fraction for step in analysis.steps] == [1.0] * len(VERSIONS)
    results = await mesh.current(track.name)
    assert {one.feature for one in results.provenance} == EVERYTHING
    assert {one.analysis for one in results.provenance} == {analysis.name}
    assert results.duration == pytest.approx(24, abs=0.1)
    assert results.rhythm.tempo.bpm == pytest.approx(BPM, rel=0.005)
    assert results.loudness.integrated_lufs < 0
    assert results.tonality.estimate.key.name in {"A minor", "C major"}
    assert {chord.simple for chord in results.chords.chords} >= {"A:min", "F:maj", "C:maj", "G:maj"}
    music = (await mesh.track(track.name)).music
    assert music.bpm == results.rhythm.tempo.bpm
    assert music.key == results.tonality.estimate.key
    assert music.integrated_lufs == results.loudness.integrated_lufs
    artifact = (
        await mesh.tracks.GetArtifact(library_pb.GetArtifactRequest(name=analysis.results_artifact), metadata=ANN)
    ).artifact
    assert (artifact.analysis, artifact.media_type) == (analysis.name, "application/x-protobuf")
    request = pb.GetCurvesRequest(name=f"{track.name}/analyses/current", max_steps=50)
    curves = (await mesh.analyses.GetCurves(request, metadata=ANN)).curves
    assert {curve.kind for curve in curves} == set(results.curves)
    assert all(0 < len(curve.values) <= 50 * curve.dimensions for curve in curves)
    stretch = pb.GetSpectrogramRequest(name=analysis.name, start=4, end=20, max_steps=100)
    spectrogram = (await mesh.analyses.GetSpectrogram(stretch, metadata=ANN)).spectrogram
    steps = len(spectrogram.levels) // len(spectrogram.band_hz)
    assert 16 <= steps * spectrogram.step <= 16 + 2 * spectrogram.step
    assert steps <= 100
    filename, picture = await mesh.export(analysis.name, pb.EXPORT_FORMAT_PLOT_PNG)
    assert filename == "song (plot).png"
    assert picture.startswith(PNG)
    assert len(picture) > 50_000


async def test_what_was_measured_once_is_not_measured_again(mesh: Mesh) -> None:
    track = await mesh.upload(wav(song(8)))
    first = await mesh.analysed(track.name, features=[LOUDNESS])
    both = await mesh.analysed(track.name, features=[LOUDNESS, RHYTHM])
    assert {step.feature: step.reused for step in both.steps} == {LOUDNESS: True, RHYTHM: False}
    results = await mesh.results(both.name)
    assert {one.feature: one.analysis for one in results.provenance} == {LOUDNESS: first.name, RHYTHM: both.name}
    # The same audio as another track: nobody need work for it.
    await mesh.stop_worker()
    other = await mesh.upload(wav(song(8)), "other.wav")
    again = await mesh.create(other.name, features=[RHYTHM, LOUDNESS])
    assert again.state == JobState.JOB_STATE_SUCCEEDED
    assert all(step.reused for step in again.steps)
    assert (await mesh.current(other.name)).loudness == results.loudness


async def test_a_file_of_a_track_is_measured_for_itself(mesh: Mesh) -> None:
    track = await mesh.upload(wav(song(8)))
    analysis = await mesh.analysed(track.name, artifact=track.original_artifact, features=[LOUDNESS])
    assert (await mesh.results(analysis.name)).loudness.integrated_lufs < 0
    # It says nothing about the track, of which the file might be one stem.
    assert not (await mesh.current(track.name)).provenance
    assert not (await mesh.track(track.name)).HasField("music")


async def test_corrections_survive_later_analyses(mesh: Mesh) -> None:
    track = await mesh.upload(wav(song(16)))
    await mesh.analysed(track.name, features=[RHYTHM])
    measured = await mesh.current(track.name)
    bpm = measured.rhythm.tempo.bpm
    corrected = await mesh.adjust(
        track.name, tempo_factor=0.5, downbeat_at=measured.rhythm.beats[3].time, key=Key(tonic=4, mode=MODE_MINOR)
    )
    assert corrected.rhythm.tempo.bpm == pytest.approx(bpm / 2)
    assert corrected.measured_rhythm == measured.rhythm
    assert corrected.tonality.estimate.key.name == "E minor"
    assert len(corrected.rhythm.beats) == pytest.approx(len(measured.rhythm.beats) / 2, abs=1)
    # Another run, of what was measured already and of what was not.
    await mesh.analysed(track.name, features=[RHYTHM, LOUDNESS], mix_only=True)
    again = await mesh.current(track.name)
    assert again.rhythm == corrected.rhythm
    assert again.corrections == corrected.corrections
    assert again.HasField("loudness")
    music = (await mesh.track(track.name)).music
    assert music.bpm == pytest.approx(bpm / 2)
    assert (music.bpm_confidence, music.key.camelot, music.corrected) == (1.0, "9A", True)
    page = await mesh.tracks.ListTracks(library_pb.ListTracksRequest(filter="key:Em"), metadata=ANN)
    assert [one.name for one in page.tracks] == [track.name]
    reset = await mesh.adjust(track.name, reset=pb.Correction.values()[1:])
    assert reset.rhythm == measured.rhythm
    assert not reset.HasField("corrections")
    assert reset.revision > again.revision > corrected.revision > measured.revision


async def test_two_people_may_correct_at_once(mesh: Mesh) -> None:
    track = await mesh.upload(wav(song(3)))
    keys = [Key(tonic=tonic, mode=MODE_MINOR) for tonic in range(4)]
    await asyncio.gather(mesh.adjust(track.name, bpm=97.0), *(mesh.adjust(track.name, key=key) for key in keys))
    final = await mesh.current(track.name)
    assert final.corrections.bpm == 97.0
    assert final.corrections.key.mode == MODE_MINOR
    # It was not measured, and yet somebody knows it.
    assert final.tonality.estimate.key == final.corrections.key


async def test_a_killed_worker_is_followed_by_one_that_completes(mesh: Mesh) -> None:
    track = await mesh.upload(wav(song(120)))
    name = (await mesh.create(track.name)).name
    await mesh.until(name, lambda analysis: analysis.progress.fraction > 0)
    await mesh.stop_worker(signal.SIGKILL)
    await mesh.start_worker()
    analysis = await mesh.ended(name)
    assert analysis.state == JobState.JOB_STATE_SUCCEEDED
    assert analysis.progress.attempt == 2
    await nothing_left(mesh)


async def test_a_killed_child_is_replaced(mesh: Mesh) -> None:
    track = await mesh.upload(wav(song(120)))
    name = (await mesh.create(track.name)).name
    await mesh.until(name, lambda analysis: analysis.progress.fraction > 0)
    (child,) = children(mesh)
    os.kill(child, signal.SIGKILL)
    analysis = await mesh.ended(name)
    assert (analysis.state, analysis.progress.attempt) == (JobState.JOB_STATE_SUCCEEDED, 2)


async def test_a_cancelled_analysis_ends_at_once_and_can_be_tried_again(mesh: Mesh) -> None:
    track = await mesh.upload(wav(song(120)))
    name = (await mesh.create(track.name)).name
    await mesh.until(name, lambda analysis: analysis.progress.fraction > 0)
    loop = asyncio.get_running_loop()
    asked = loop.time()
    reply = await mesh.analyses.CancelAnalysis(pb.CancelAnalysisRequest(name=name), metadata=ANN)
    assert reply.analysis.cancel_requested
    assert (await mesh.ended(name)).state == JobState.JOB_STATE_CANCELLED
    assert loop.time() - asked < 2
    await nothing_left(mesh)
    with failing("JOB_STATE_CONFLICT"):
        await mesh.results(name)
    retried = (await mesh.analyses.RetryAnalysis(pb.RetryAnalysisRequest(name=name), metadata=ANN)).analysis
    assert retried.state == JobState.JOB_STATE_QUEUED
    assert (await mesh.ended(name)).state == JobState.JOB_STATE_SUCCEEDED


async def test_an_analysis_follows_an_upload(mesh: Mesh) -> None:
    track = await mesh.upload(wav(song(8)), then=Then(analyze=Analysis(features=[LOUDNESS])))
    (step,) = track.steps
    assert step.action == "analyze"
    async with asyncio.timeout(60):
        while not (current := await mesh.track(track.name)).HasField("music"):
            await asyncio.sleep(0.2)
    (step,) = current.steps
    assert step.state == Step.STATE_STARTED
    assert (await mesh.ended(step.job)).state == JobState.JOB_STATE_SUCCEEDED
    assert current.music.integrated_lufs < 0


async def test_a_deleted_track_takes_its_analyses_with_it(mesh: Mesh) -> None:
    track = await mesh.upload(wav(song(3)))
    analysis = await mesh.analysed(track.name, features=[LOUDNESS])
    await mesh.tracks.DeleteTrack(library_pb.DeleteTrackRequest(name=track.name), metadata=ANN)
    async with asyncio.timeout(20):
        while (await mesh.analyses.ListAnalyses(pb.ListAnalysesRequest(parent=track.name), metadata=ANN)).analyses:
            await asyncio.sleep(0.1)
    with failing("ANALYSIS_NOT_FOUND"):
        await mesh.get(analysis.name)


async def test_requests_that_cannot_be_are_refused(mesh: Mesh) -> None:
    track = await mesh.upload(wav(song(3)))
    other = await mesh.upload(wav(song(4)))
    name = f"{track.name}/analyses/current"
    create, adjust, curves = mesh.analyses.CreateAnalysis, mesh.analyses.AdjustAnalysis, mesh.analyses.GetCurves
    tiles = mesh.analyses.GetSpectrogram
    wrong = Analysis(artifact=other.original_artifact)
    cases: list[tuple[Awaitable[object], str]] = [
        (create(pb.CreateAnalysisRequest(parent="tracks/1"), metadata=ANN), "TRACK_NOT_FOUND"),
        (create(pb.CreateAnalysisRequest(parent=track.name, analysis=wrong), metadata=ANN), "ARTIFACT_NOT_FOUND"),
        (create(pb.CreateAnalysisRequest(parent=track.name), metadata=MALLORY), "TRACK_NOT_FOUND"),
        (create(pb.CreateAnalysisRequest(parent=track.name, request_id="x" * 65), metadata=ANN), "INVALID_REQUEST"),
        (adjust(pb.AdjustAnalysisRequest(parent=track.name, bpm=5), metadata=ANN), "INVALID_REQUEST"),
        (adjust(pb.AdjustAnalysisRequest(parent=track.name, key=Key(tonic=3)), metadata=ANN), "INVALID_REQUEST"),
        (adjust(pb.AdjustAnalysisRequest(parent=track.name, tempo_factor=2), metadata=ANN), "RESULTS_MISSING"),
        (adjust(pb.AdjustAnalysisRequest(parent=track.name, bpm=100), metadata=MALLORY), "TRACK_NOT_FOUND"),
        (curves(pb.GetCurvesRequest(name=name, max_steps=20_001), metadata=ANN), "INVALID_REQUEST"),
        (tiles(pb.GetSpectrogramRequest(name=name, start=-1), metadata=ANN), "INVALID_REQUEST"),
        (tiles(pb.GetSpectrogramRequest(name=name, start=float("nan")), metadata=ANN), "INVALID_REQUEST"),
        (tiles(pb.GetSpectrogramRequest(name=name, start=2, end=1), metadata=ANN), "INVALID_REQUEST"),
        (tiles(pb.GetSpectrogramRequest(name=name, max_steps=8193), metadata=ANN), "INVALID_REQUEST"),
        (tiles(pb.GetSpectrogramRequest(name=name), metadata=ANN), "RESULTS_MISSING"),
        (tiles(pb.GetSpectrogramRequest(name=name), metadata=MALLORY), "TRACK_NOT_FOUND"),
        (mesh.analyses.GetResults(pb.GetResultsRequest(name=name), metadata=MALLORY), "TRACK_NOT_FOUND"),
    ]
    for call, reason in cases:
        with failing(reason):
            await call
    assert not (await mesh.current(track.name)).provenance
    analysis = await mesh.create(track.name, request_id="once", features=[LOUDNESS])
    assert (await mesh.create(track.name, request_id="once", features=[LOUDNESS])).name == analysis.name
    repeated = pb.CreateAnalysisRequest(parent=track.name, request_id="once")
    with failing("REQUEST_ID_REUSED"):
        await create(repeated, metadata=ANN)


def children(mesh: Mesh) -> list[int]:
    """The processes that measure."""
    assert mesh.worker is not None
    found = psutil.Process(mesh.worker.pid).children()
    return [child.pid for child in found if "services.analysis.adapters.measuring" in child.cmdline()]


async def nothing_left(mesh: Mesh) -> None:
    """Waits until no files of analyses are left: they go right after the last snapshot."""
    folder = mesh.data_dir / "analysis"
    async with asyncio.timeout(10):
        while folder.exists() and list(folder.iterdir()):
            await asyncio.sleep(0.05)
