"""AnalysisService from the track to its results: real servers, worker, library, Valkey."""

import pytest

from alchemy.analysis.v1.results_pb2 import Feature
from tests.analysis.conftest import Mesh
from tests.analysis.songs import song
from tests.library.sounds import wav


async def test_a_track_gets_its_results(mesh: Mesh) -> None:
    track = await mesh.upload(wav(song(24)))
    analysis = await mesh.analysed(track.name)
    assert [step.fraction for step in analysis.steps] == [1.0] * 7
    results = await mesh.current(track.name)
    assert {one.feature for one in results.provenance} == set(Feature.values()[1:])
    assert {one.analysis for one in results.provenance} == {analysis.name}
    assert results.duration == pytest.approx(24, abs=0.1)
    music = (await mesh.track(track.name)).music
