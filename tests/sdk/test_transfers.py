"""Files arrive whole, or not at all."""

import asyncio
import random
from pathlib import Path

import pytest

import sfa
from alchemy.library.v1 import track_pb2
from services.mesh import errors
from sfa import Artifact, Mesh, SeparationOptions
from tests.sdk.fakes import FakeMesh

CONTENT = random.Random(7).randbytes(10_500)


def as_sdk(artifact: track_pb2.Artifact) -> Artifact:
    return Artifact.parse(artifact.SerializeToString())


async def test_an_upload_arrives_byte_for_byte(fake: FakeMesh, mesh: Mesh, tmp_path: Path) -> None:
    content = random.Random(1).randbytes(1_000_000)
    (tmp_path / "söng.mp3").write_bytes(content)
    seen: list[tuple[int, int]] = []
    track = await mesh.library.upload(tmp_path / "söng.mp3", on_progress=lambda done, total: seen.append((done, total)))
    assert track.name == "tracks/new"
    assert fake.library.tracks == {"söng.mp3": content}
    assert seen[-1] == (len(content), len(content))
    assert seen == sorted(seen)


async def test_a_repeated_upload_carries_the_same_request_id(fake: FakeMesh, mesh: Mesh, tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"x")
    fake.library.fail = [errors.ServerDraining()]
    await mesh.library.upload(tmp_path / "a.wav")
    await mesh.library.upload(tmp_path / "a.wav")
    first, again, other = [request_id for _, request_id in fake.library.requests]
    assert first == again != other
    assert first


async def test_a_refused_upload_says_why(fake: FakeMesh, mesh: Mesh, tmp_path: Path) -> None:
    (tmp_path / "a.wav").touch()
    fake.library.fail = [errors.AudioEmpty()]
    with pytest.raises(sfa.InvalidArgument) as caught:
        await mesh.library.upload(tmp_path / "a.wav")
    assert caught.value.reason == "AUDIO_EMPTY"


async def test_a_missing_file_is_an_ordinary_os_error(mesh: Mesh, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await mesh.library.upload(tmp_path / "none.wav")


async def test_a_file_that_cannot_be_read_is_no_fault_of_the_mesh(mesh: Mesh, tmp_path: Path) -> None:
    (tmp_path / "folder.wav").mkdir()
    with pytest.raises(IsADirectoryError):
        await mesh.library.upload(tmp_path / "folder.wav")


async def test_a_refusal_in_mid_upload_is_heard(fake: FakeMesh, mesh: Mesh, tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(bytes(30_000_000))
    fake.library.refuse_after = 1_000_000
    with pytest.raises(sfa.InvalidArgument) as caught:
        await mesh.library.upload(tmp_path / "a.wav")
    assert caught.value.reason == "UPLOAD_TOO_LARGE"
    assert len(fake.library.requests) == 0


async def test_a_download_gets_its_name_in_a_folder(fake: FakeMesh, mesh: Mesh, tmp_path: Path) -> None:
    saved = await mesh.library.download(as_sdk(fake.library.artifact(CONTENT)), f"{tmp_path}/new/")
    assert saved == tmp_path / "new" / "Song (vocals).wav"
    assert saved.read_bytes() == CONTENT
    assert list(saved.parent.iterdir()) == [saved]


async def test_a_cut_download_continues_where_it_was(fake: FakeMesh, mesh: Mesh, tmp_path: Path) -> None:
    fake.library.cut_after = [3, 0, 4]
    saved = await mesh.library.download(as_sdk(fake.library.artifact(CONTENT)), tmp_path / "v.wav")
    assert saved.read_bytes() == CONTENT
    assert fake.library.offsets == [0, 3000, 3000, 7000]


async def test_a_download_takes_over_what_an_earlier_run_left(fake: FakeMesh, mesh: Mesh, tmp_path: Path) -> None:
    artifact = as_sdk(fake.library.artifact(CONTENT))
    (tmp_path / f".{artifact.sha256[:32]}.part").write_bytes(CONTENT[:4000])
    saved = await mesh.library.download(artifact, tmp_path)
    assert saved.read_bytes() == CONTENT
    assert fake.library.offsets == [4000]


async def test_two_downloads_of_the_same_bytes_do_not_mix(fake: FakeMesh, mesh: Mesh, tmp_path: Path) -> None:
    artifact = as_sdk(fake.library.artifact(CONTENT))
    names = [tmp_path / f"{number}.wav" for number in range(5)]
    saved = await asyncio.gather(*(mesh.library.download(artifact, name) for name in [*names, names[0]]))
    assert all(path.read_bytes() == CONTENT for path in saved)
    assert sorted(tmp_path.iterdir()) == names


async def test_damaged_bytes_leave_nothing_behind(fake: FakeMesh, mesh: Mesh, tmp_path: Path) -> None:
    artifact = as_sdk(fake.library.artifact(CONTENT))
    fake.library.corrupt = True
    with pytest.raises(sfa.DataLoss):
        await mesh.library.download(artifact, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["../../evil.wav", "/etc/evil.wav", "..\\evil.wav"])
async def test_a_servers_file_name_stays_in_the_folder(fake: FakeMesh, mesh: Mesh, tmp_path: Path, name: str) -> None:
    saved = await mesh.library.download(as_sdk(fake.library.artifact(CONTENT, name)), tmp_path)
    assert saved == tmp_path / "evil.wav"


async def test_an_empty_artifact_is_a_file_too(fake: FakeMesh, mesh: Mesh, tmp_path: Path) -> None:
    saved = await mesh.library.download(as_sdk(fake.library.artifact(b"")), tmp_path)
    assert saved.read_bytes() == b""


async def test_lists_follow_pages(mesh: Mesh) -> None:
    assert [track.name async for track in mesh.library.list_tracks()] == [f"tracks/{n}" for n in range(7)]


async def test_separate_asks_for_what_was_said_and_may_be_repeated(fake: FakeMesh, mesh: Mesh) -> None:
    fake.processing.fail = [errors.DependencyUnavailable("redis")]
    await mesh.processing.separate("tracks/t", model="htdemucs", stems=["vocals"], complement=True, encoding="wav24")
    first, again = fake.processing.created
    assert first == again
    assert first.request_id
    wanted = first.separation
    assert (wanted.model, list(wanted.wanted_stems), wanted.complement) == ("models/htdemucs", ["vocals"], True)
    assert wanted.encoding == 2


async def test_options_are_asked_for_as_they_were_said(fake: FakeMesh, mesh: Mesh) -> None:
    options = SeparationOptions(
        sample_rate_hz=48_000, overlap=0.0, segment_seconds=5.5, shifts=2, seed=7, preview=(90, 15.5)
    )
    await mesh.processing.separate("tracks/t", options=options)
    await mesh.processing.separate("tracks/t")
    wanted, plain = (request.separation for request in fake.processing.created)
    assert (wanted.sample_rate_hz, wanted.segment_seconds, wanted.shifts, wanted.seed) == (48_000, 5.5, 2, 7)
    assert wanted.HasField("overlap")
    assert wanted.overlap == 0
    assert (wanted.preview.start.ToSeconds(), wanted.preview.duration.ToNanoseconds()) == (90, 15_500_000_000)
    assert not plain.HasField("overlap")
    assert not plain.HasField("preview")


async def test_an_unknown_encoding_is_refused_here(mesh: Mesh) -> None:
    with pytest.raises(ValueError, match="amr"):
        await mesh.processing.separate("tracks/t", encoding="amr")
