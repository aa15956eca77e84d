"""Artifacts, their bytes over gRPC, and the registry through which workers add stems."""

import asyncio
import hashlib

import aiohttp
import grpc
import pytest

from alchemy.library.v1 import library_service_pb2 as pb
from alchemy.library.v1 import registry_service_pb2 as registry_pb
from alchemy.library.v1.track_pb2 import Artifact
from alchemy.type.v1.audio_pb2 import AudioProperties
from services.mesh.blobs import LocalBlobStore
from services.mesh.ids import new_id
from tests.library.conftest import ANN, MALLORY, LibraryUnderTest
from tests.library.sounds import tone, wav
from tests.rpc.failing import failing

AUDIO = AudioProperties(sample_count=4410, sample_rate_hz=44100, channel_count=2, bits_per_sample=16, codec="pcm_s16le")


async def stem_file(library: LibraryUnderTest, stem: str, data: bytes = b"") -> registry_pb.StemFile:
    """Puts bytes into the store as a worker does."""
    async with LocalBlobStore(library.data_dir / "blobs").writer() as writer:
        await writer.write(data or stem.encode() * 1000)
        digest = await writer.commit()
    return registry_pb.StemFile(
        stem=stem,
        sha256=digest.sha256,
        size_bytes=digest.size_bytes,
        filename=f"Song ({stem}).wav",
        media_type="audio/wav",
        audio=AUDIO,
    )


async def register(
    library: LibraryUnderTest, separation: str, *stems: registry_pb.StemFile, model: str = "htdemucs"
) -> list[Artifact]:
    request = registry_pb.RegisterStemsRequest(separation=separation, model=model, stems=stems)
    return list((await library.registry.RegisterStems(request, metadata=ANN)).artifacts)


async def listed(library: LibraryUnderTest, track: str, page_size: int = 2) -> list[Artifact]:
    found: list[Artifact] = []
    token = ""
    while True:
        request = pb.ListArtifactsRequest(parent=track, page_size=page_size, page_token=token)
        page = await library.tracks.ListArtifacts(request, metadata=ANN)
        found += page.artifacts
        token = page.next_page_token
        if not token:
            return found


async def download(library: LibraryUnderTest, name: str, offset: int = 0) -> bytes:
    data = b""
    call = library.tracks.DownloadArtifact(pb.DownloadArtifactRequest(name=name, offset=offset), metadata=ANN)
    async for piece in call:
        assert piece.offset == offset + len(data)
        assert 0 < len(piece.data) <= 256 * 1024
        data += piece.data
    return data


async def test_a_worker_resolves_a_track(library: LibraryUnderTest) -> None:
    track = await library.upload()
    request = registry_pb.ResolveTrackRequest(name=track.name)
    assert (await library.registry.ResolveTrack(request, metadata=ANN)).track == track
    with failing("TRACK_NOT_FOUND"):
        await library.registry.ResolveTrack(request, metadata=MALLORY)


async def test_stems_become_artifacts_in_their_order(library: LibraryUnderTest) -> None:
    track = await library.upload()
    separation = f"{track.name}/separations/{new_id()}"
    stems = [await stem_file(library, stem) for stem in ("vocals", "drums", "bass", "other")]
    added = await register(library, separation, *stems)
    assert [artifact.stem for artifact in added] == ["vocals", "drums", "bass", "other"]
    for artifact, stem in zip(added, stems, strict=True):
        assert artifact.name.startswith(f"{track.name}/artifacts/")
        assert artifact.kind == Artifact.KIND_STEM
        assert (artifact.sha256, artifact.size_bytes) == (stem.sha256, stem.size_bytes)
        assert (artifact.filename, artifact.media_type) == (stem.filename, "audio/wav")
        assert (artifact.separation, artifact.model) == (separation, "htdemucs")
        assert artifact.audio.sample_count == 4410
        assert artifact.audio.duration.ToMilliseconds() == 100
    assert [artifact.name for artifact in await listed(library, track.name)] == [
        track.original_artifact,
        *(artifact.name for artifact in added),
    ]
    assert (await library.all_tracks())[0].revision == track.revision + 1


async def test_registering_again_returns_the_first_artifacts(library: LibraryUnderTest) -> None:
    track = await library.upload()
    separation = f"{track.name}/separations/{new_id()}"
    stems = [await stem_file(library, "vocals"), await stem_file(library, "other")]
    answers = await asyncio.gather(*(register(library, separation, *stems) for _ in range(5)))
    assert len({tuple(artifact.name for artifact in answer) for answer in answers}) == 1
    assert len(await listed(library, track.name)) == 3


async def test_stems_are_registered_all_or_none(library: LibraryUnderTest) -> None:
    track = await library.upload()
    separation = f"{track.name}/separations/{new_id()}"
    gone = registry_pb.StemFile(stem="bass", sha256="ab" * 32, size_bytes=4, filename="b.wav", audio=AUDIO)
    short = await stem_file(library, "drums")
    short.size_bytes += 1
    for bad in (gone, short):
        with failing("BLOB_MISSING"):
            await register(library, separation, await stem_file(library, "vocals"), bad)
    assert len(await listed(library, track.name)) == 1


async def test_a_stem_comes_with_its_waveform(library: LibraryUnderTest) -> None:
    track = await library.upload()
    separation = f"{track.name}/separations/{new_id()}"
    outline = await stem_file(library, "outline")
    stem = await stem_file(library, "vocals")
    stem.waveform_sha256, stem.waveform_bytes = outline.sha256, outline.size_bytes + 1
    with failing("BLOB_MISSING"):
        await register(library, separation, stem)
    stem.waveform_bytes = outline.size_bytes
    (artifact,) = await register(library, separation, stem)
    async with aiohttp.ClientSession() as http, http.get(artifact.waveform_uri) as response:
        assert await response.read() == b"outline" * 1000


async def test_bad_registrations(library: LibraryUnderTest) -> None:
    track = await library.upload()
    separation = f"{track.name}/separations/{new_id()}"
    with failing("INVALID_REQUEST") as failure:
        await register(library, separation, model="")
    assert failure.fields == ["model", "stems"]
    bad = registry_pb.StemFile(filename="x" * 256)
    with failing("INVALID_REQUEST") as failure:
        await register(library, separation, bad, bad)
    assert failure.fields == ["stems"] + [
        f"stems[{index}].{field}" for index in (0, 1) for field in ("stem", "filename", "sha256", "audio")
    ]
    with failing("INVALID_REQUEST") as failure:
        await register(library, "nonsense", await stem_file(library, "vocals"))
    assert failure.fields == ["separation"]
    with failing("TRACK_NOT_FOUND"):
        await register(library, f"tracks/{new_id()}/separations/{new_id()}", await stem_file(library, "vocals"))


async def test_bytes_come_back_whole_and_from_any_offset(library: LibraryUnderTest) -> None:
    data = wav(tone(4.0))
    track = await library.upload(data)
    assert await download(library, track.original_artifact) == data
    for offset in (1, 256 * 1024, 256 * 1024 + 1, len(data) - 1, len(data)):
        assert await download(library, track.original_artifact, offset) == data[offset:]
    for offset in (-1, len(data) + 1):
        with failing("INVALID_REQUEST") as failure:
            await download(library, track.original_artifact, offset)
        assert failure.fields == ["offset"]


async def test_lost_bytes_are_told(library: LibraryUnderTest) -> None:
    track = await library.upload()
    library.files()[0].unlink()
    with failing("BLOB_MISSING") as failure:
        await download(library, track.original_artifact)
    assert failure.code is grpc.StatusCode.DATA_LOSS
    assert failure.metadata == {"name": track.original_artifact}


@pytest.mark.parametrize("name", ["", "tracks/x/artifacts/y", f"tracks/{new_id()}/artifacts/{new_id()}"])
async def test_no_such_artifact(library: LibraryUnderTest, name: str) -> None:
    with failing("ARTIFACT_NOT_FOUND") as failure:
        await library.artifact(name)
    assert failure.metadata == {"name": name}
    with failing("ARTIFACT_NOT_FOUND"):
        await download(library, name)


async def test_artifacts_of_others_do_not_exist(library: LibraryUnderTest) -> None:
    mine, second = await library.upload(), await library.upload()
    with failing("ARTIFACT_NOT_FOUND"):
        await library.tracks.GetArtifact(pb.GetArtifactRequest(name=mine.original_artifact), metadata=MALLORY)
    # An artifact is only found under its own track.
    artifact_id = mine.original_artifact.rsplit("/", 1)[1]
    with failing("ARTIFACT_NOT_FOUND"):
        await library.artifact(f"{second.name}/artifacts/{artifact_id}")


async def test_bad_pages_of_artifacts(library: LibraryUnderTest) -> None:
    track = await library.upload()
    with failing("INVALID_REQUEST") as failure:
        await listed(library, track.name, page_size=-1)
    assert failure.fields == ["page_size"]
    with failing("PAGE_TOKEN_INVALID"):
        await library.tracks.ListArtifacts(pb.ListArtifactsRequest(parent=track.name, page_token="x"), metadata=ANN)


async def test_the_original_is_the_upload_byte_for_byte(library: LibraryUnderTest) -> None:
    track = await library.upload()
    data = await download(library, track.original_artifact)
    assert hashlib.sha256(data).hexdigest() == track.sha256
    assert data == library.song
