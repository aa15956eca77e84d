"""What the library keeps about the music of tracks, over RPC."""

from typing import Any

import pytest

from alchemy.analysis.v1 import results_pb2
from alchemy.analysis.v1.results_pb2 import Corrections
from alchemy.library.v1 import library_service_pb2 as pb
from alchemy.library.v1 import registry_service_pb2 as registry_pb
from alchemy.library.v1.track_pb2 import Artifact, Track
from alchemy.type.v1.music_pb2 import MODE_MAJOR, MODE_MINOR, Key, MusicSummary
from services.mesh.blobs import LocalBlobStore
from services.mesh.ids import new_id
from tests.library.conftest import ANN, LibraryUnderTest
from tests.library.sounds import tone, wav
from tests.rpc.failing import failing

RHYTHM, KEY = results_pb2.FEATURE_RHYTHM, results_pb2.FEATURE_KEY


async def register(
    library: LibraryUnderTest, track: Track, *, analysis: str = "", data: bytes = b"results", **measured: Any
) -> Artifact:
    async with LocalBlobStore(library.data_dir / "blobs").writer() as blob:
        await blob.write(data)
        digest = await blob.commit()
    request = registry_pb.RegisterAnalysisRequest(
        analysis=analysis or f"{track.name}/analyses/{new_id()}",
        sha256=digest.sha256,
        size_bytes=digest.size_bytes,
        filename="song (analysis).binpb",
        features=[RHYTHM, KEY],
        measured=MusicSummary(**measured),
    )
    return (await library.registry.RegisterAnalysis(request, metadata=ANN)).artifact


async def music_of(library: LibraryUnderTest, track: Track) -> registry_pb.Music:
    return (await library.registry.GetMusic(registry_pb.GetMusicRequest(name=track.name), metadata=ANN)).music


async def names(library: LibraryUnderTest, **query: Any) -> list[str]:
    reply = await library.tracks.ListTracks(pb.ListTracksRequest(**query), metadata=ANN)
    return [track.title for track in reply.tracks]


async def test_lists_sort_and_search_what_was_measured(library: LibraryUnderTest) -> None:
    tracks = [await library.upload(wav(tone(0.1 * n)), filename=f"{n}.wav") for n in (1, 2, 3)]
    await register(library, tracks[0], bpm=174.0, key=Key(tonic=0, mode=MODE_MAJOR))
    await register(library, tracks[1], bpm=123.4, key=Key(tonic=9, mode=MODE_MINOR))
    assert await names(library, order_by="bpm") == ["3", "2", "1"]
    assert await names(library, order_by="bpm desc", page_size=2) == ["1", "2"]
    assert await names(library, order_by="key") == ["3", "2", "1"]
    assert await names(library, filter="bpm:120-128") == ["2"]
    assert await names(library, filter="key:8B") == ["1"]
    assert await names(library, filter="key:Am bpm:174") == []
    first = await library.tracks.ListTracks(pb.ListTracksRequest(order_by="bpm", page_size=1), metadata=ANN)
    assert await names(library, order_by="bpm", page_token=first.next_page_token) == ["2", "1"]


async def test_registering_twice_changes_nothing(library: LibraryUnderTest) -> None:
    track = await library.upload(wav(tone()))
    analysis = f"{track.name}/analyses/{new_id()}"
    first = await register(library, track, analysis=analysis, bpm=100.0)
    again = await register(library, track, analysis=analysis, data=b"others", bpm=200.0)
    assert again.name == first.name
    assert (await music_of(library, track)).revision == 1
    assert {one.analysis for one in (await music_of(library, track)).features} == {analysis}


async def test_corrections_are_compared_before_they_are_replaced(library: LibraryUnderTest) -> None:
    track = await library.upload(wav(tone()))

    async def correct(revision: int, **corrections: Any) -> registry_pb.Music:
        request = registry_pb.CorrectMusicRequest(
            name=track.name, corrections=Corrections(**corrections), revision=revision
        )
        return (await library.registry.CorrectMusic(request, metadata=ANN)).music

    corrected = await correct(0, bpm=120.0, beat_at=0.0)
    assert (corrected.corrections.bpm, corrected.corrections.HasField("beat_at")) == (120.0, True)
    with failing("MUSIC_CHANGED"):
        await correct(0, bpm=90.0)
    assert (await correct(corrected.revision, bpm=90.0)).corrections.bpm == 90.0


async def test_results_need_their_track_and_their_bytes(library: LibraryUnderTest) -> None:
    track = await library.upload(wav(tone()))
    request = registry_pb.RegisterAnalysisRequest(
        analysis=f"{track.name}/analyses/{new_id()}", sha256="0" * 64, size_bytes=1, filename="a.binpb"
    )
    with failing("BLOB_MISSING"):
        await library.registry.RegisterAnalysis(request, metadata=ANN)
    gone = Track(name=f"tracks/{new_id()}")
    with failing("TRACK_NOT_FOUND"):
        await register(library, gone)
    with failing("INVALID_REQUEST"):
        await register(library, track, analysis="tracks/1/analyses/2")


@pytest.mark.parametrize("text", ["bpm:fast", "key:H"])
async def test_terms_that_are_none_are_refused(library: LibraryUnderTest, text: str) -> None:
    with failing("INVALID_REQUEST"):
        await names(library, filter=text)
