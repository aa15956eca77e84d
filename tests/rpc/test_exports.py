"""ExportSeparation: everything in one file, parsed back and decoded."""

import io
import json
import struct
import subprocess
import zipfile
from collections.abc import Sequence
from pathlib import Path

import grpc
import numpy as np
import pytest
import soundfile

from alchemy.processing.v1 import processing_service_pb2 as pb
from alchemy.processing.v1.separation_pb2 import Separation
from services.mesh.audio.ffmpeg import ffmpeg_path
from services.mesh.errors import StemsUnsuitable
from services.processing.adapters.stem_mp4 import laid_out, with_stem_atom
from services.processing.ports import FloatArray
from tests.rpc.conftest import AS_OWNER, AS_STRANGER, OWNER, TRACK, Mesh
from tests.rpc.failing import failing
from tests.rpc.finished import RATE, finished, tones

FOUR = ("drums", "bass", "other", "vocals")
TWO = ("vocals", "accompaniment")
SIX = (*FOUR, "guitar", "piano")
ZIP, STEM_MP4 = pb.ExportFormat.EXPORT_FORMAT_ZIP, pb.ExportFormat.EXPORT_FORMAT_STEM_MP4
# Each sample is rounded to 16 bits once in a stem, and the sum of several once more.
STEP = 2**-15


async def export(mesh: Mesh, name: str, form: pb.ExportFormat) -> tuple[bytes, str]:
    content, filenames = b"", set()
    request = pb.ExportSeparationRequest(name=name, format=form)
    async for piece in mesh.processing.ExportSeparation(request, metadata=AS_OWNER):
        content += piece.data.data
        filenames.add(piece.filename)
    (filename,) = filenames
    return content, filename


def atoms(content: bytes) -> dict[str, list[bytes]]:
    found: dict[str, list[bytes]] = {}
    while content:
        size, kind = struct.unpack(">I4s", content[:8])
        found.setdefault(kind.decode("latin1"), []).append(content[8:size])
        content = content[size:]
    return found


def tracks_of(path: Path) -> list[FloatArray]:
    decoded = []
    for number in range(5):
        command = [ffmpeg_path(), "-v", "error", "-i", str(path), "-map", f"0:a:{number}", "-f", "f32le", "-"]
        ran = subprocess.run(command, capture_output=True, check=True)
        decoded.append(np.frombuffer(ran.stdout, "<f4").reshape(-1, 2))
    return decoded


@pytest.mark.parametrize(
    ("model", "stems", "names"),
    [
        ("htdemucs", FOUR, ["Drums", "Bass", "Other", "Vocals"]),
        ("spleeter-2stems", TWO, ["Vocals", "Accompaniment", "Empty", "Empty"]),
        ("htdemucs-6s", SIX, ["Drums", "Bass", "Other, Guitar, Piano", "Vocals"]),
    ],
)
async def test_a_stem_file_has_five_tracks_that_add_up(
    mesh: Mesh, tmp_path: Path, model: str, stems: Sequence[str], names: list[str]
) -> None:
    mesh.models.ids.add("htdemucs-6s")
    sounds = tones(stems)
    content, filename = await export(mesh, await finished(mesh, tmp_path, sounds, model=f"models/{model}"), STEM_MP4)
    assert filename.endswith(".stem.mp4")
    top = atoms(content)
    assert top["ftyp"][0][:4] == b"M4A "
    moov = atoms(top["moov"][0])
    assert len(moov["trak"]) == 5
    # Bit 0 of a track header's flags says whether players that know no stems play the track.
    flags = [atoms(track)["tkhd"][0][3] & 1 for track in moov["trak"]]
    assert flags == [1, 0, 0, 0, 0]
    described = json.loads(atoms(moov["udta"][0])["stem"][0])
    assert described["version"] == 1
    assert [stem["name"] for stem in described["stems"]] == names
    assert all(len(stem["color"]) == 7 for stem in described["stems"])
    assert set(described["mastering_dsp"]) == {"compressor", "limiter"}
    path = tmp_path / "song.stem.mp4"
    path.write_bytes(content)
    mix, *parts = tracks_of(path)
    assert len(parts) == 4
    expected = [
        sum((sounds[stem.lower()] for stem in name.split(", ") if name != "Empty"), np.zeros((RATE, 2), np.float32))
        for name in names
    ]
    for part, wanted in zip(parts, expected, strict=True):
        assert part.shape == (RATE, 2)
        assert np.abs(part - wanted).max() < 4 * STEP
    assert np.abs(mix - sum(sounds.values())).max() < 8 * STEP
    assert list((tmp_path / "exports").iterdir()) == []


async def test_what_a_killed_process_left_is_removed(mesh: Mesh, tmp_path: Path) -> None:
    (tmp_path / "exports" / "left").mkdir(parents=True)
    (tmp_path / "exports" / "left" / "export.mp4").write_bytes(b"half")
    name = await finished(mesh, tmp_path, tones(FOUR), model="models/htdemucs")
    assert (await export(mesh, name, STEM_MP4))[0]
    assert list((tmp_path / "exports").iterdir()) == []


async def test_a_zip_holds_the_stems_and_what_they_are(mesh: Mesh, tmp_path: Path) -> None:
    sounds = tones(TWO)
    name = await finished(mesh, tmp_path, sounds, model="models/spleeter-2stems")
    content, filename = await export(mesh, name, ZIP)
    assert filename == "Song (stems).zip"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["Song (vocals).wav", "Song (accompaniment).wav", "separation.json"]
        samples, _ = soundfile.read(io.BytesIO(archive.read("Song (vocals).wav")), dtype="float32")
        assert np.abs(samples - sounds["vocals"]).max() <= STEP
        about = json.loads(archive.read("separation.json"))
    assert about["model"] == "spleeter-2stems"
    assert about["license"] == "MIT"
    assert [stem["stem"] for stem in about["stems"]] == list(TWO)
    assert (await export(mesh, name, ZIP))[0] == content


async def test_exports_are_named_as_the_track_is_called_today(mesh: Mesh, tmp_path: Path) -> None:
    name = await finished(mesh, tmp_path, tones(TWO), model="models/spleeter-2stems")
    mesh.library.titles[OWNER, TRACK] = "Glass Hours"
    content, filename = await export(mesh, name, ZIP)
    assert filename == "Glass Hours (stems).zip"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist()[0] == "Glass Hours (vocals).wav"
        about = json.loads(archive.read("separation.json"))
    assert (about["title"], about["stems"][0]["file"]) == ("Glass Hours", "Glass Hours (vocals).wav")
    assert (await export(mesh, name, STEM_MP4))[1] == "Glass Hours (spleeter-2stems).stem.mp4"
    mesh.library.answers = False
    assert (await export(mesh, name, ZIP))[1] == "Song (stems).zip"


async def test_stems_that_are_not_the_mix_make_no_stem_file(mesh: Mesh, tmp_path: Path) -> None:
    name = await finished(mesh, tmp_path, tones(["vocals"]), model="models/htdemucs", wanted_stems=["vocals"])
    with failing("STEMS_UNSUITABLE") as failure:
        await export(mesh, name, STEM_MP4)
    assert failure.code is grpc.StatusCode.FAILED_PRECONDITION
    assert zipfile.ZipFile(io.BytesIO((await export(mesh, name, ZIP))[0])).testzip() is None
    both = await finished(
        mesh,
        tmp_path,
        tones(["vocals", "no-vocals"]),
        model="models/htdemucs",
        wanted_stems=["vocals"],
        complement=True,
    )
    assert (await export(mesh, both, STEM_MP4))[0]


def test_five_stems_without_other_have_no_place() -> None:
    with pytest.raises(StemsUnsuitable, match="room for four"):
        laid_out("s", ["kick", "snare", "toms", "hats", "cymbals"])


def test_a_moov_without_udta_gets_one() -> None:
    moov = struct.pack(">I4s", 16, b"moov") + struct.pack(">I4s", 8, b"mvhd")
    inside = atoms(atoms(with_stem_atom(moov, b"{}"))["moov"][0])
    assert list(inside) == ["mvhd", "udta"]
    assert atoms(inside["udta"][0])["stem"] == [b"{}"]


async def test_what_cannot_be_exported_is_refused(mesh: Mesh, tmp_path: Path) -> None:
    request = pb.CreateSeparationRequest(parent=TRACK, separation=Separation(model="models/htdemucs"))
    waiting = (await mesh.processing.CreateSeparation(request, metadata=AS_OWNER)).separation.name
    with failing("JOB_STATE_CONFLICT"):
        await export(mesh, waiting, ZIP)
    name = await finished(mesh, tmp_path, tones(TWO), model="models/spleeter-2stems")
    with failing("INVALID_REQUEST") as invalid:
        await export(mesh, name, pb.ExportFormat.EXPORT_FORMAT_UNSPECIFIED)
    assert invalid.fields == ["format"]
    with failing("SEPARATION_NOT_FOUND"):
        call = mesh.processing.ExportSeparation(pb.ExportSeparationRequest(name=name, format=ZIP), metadata=AS_STRANGER)
        await anext(aiter(call))
    next(path for path in (tmp_path / "blobs").rglob("*") if path.is_file()).unlink()
    with failing("BLOB_MISSING"):
        await export(mesh, name, ZIP)
