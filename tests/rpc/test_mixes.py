"""ExportMix: what comes out is what was asked for, sample by sample."""

import asyncio
import io
import math
from collections.abc import Sequence
from pathlib import Path

import grpc
import numpy as np
import psutil
import pyloudnorm  # type: ignore[import-untyped]
import pytest
import soundfile
from google.protobuf.json_format import ParseDict
from numpy.typing import NDArray

from alchemy.processing.v1 import mix_pb2 as pb
from alchemy.processing.v1 import processing_service_pb2
from alchemy.processing.v1.separation_pb2 import Separation
from alchemy.type.v1.audio_pb2 import AudioEncoding
from services.mesh.audio.decode import open_stereo
from services.mesh.audio.ffmpeg import ffmpeg_path
from services.processing.adapters.encode import encode
from services.processing.domain import Encoding, TrackSource, TrackTags
from services.processing.ports import FloatArray
from services.processing.translate import _ENCODING_VALUES
from tests.rpc.conftest import AS_OWNER, AS_STRANGER, TRACK, Mesh
from tests.rpc.failing import failing
from tests.rpc.finished import RATE, finished, finished_with, tones

FLOAT = AudioEncoding.AUDIO_ENCODING_WAV_FLOAT32
TWO = ("vocals", "accompaniment")
MODEL = "models/spleeter-2stems"
STEP = 2**-15


def music(seconds: float, level: float = 0.1, seed: int = 1, rate: int = RATE) -> FloatArray:
    """Returns dark noise that swells and fades, shape (n, 2): codecs keep what is below 4 kHz."""
    frames = round(seconds * rate)
    swell = 0.6 + 0.4 * np.sin(np.arange(frames) / rate * 3.0)
    white = np.random.default_rng(seed).normal(0, level * 3, (frames, 2))
    dark = np.stack([np.convolve(side, np.hanning(24) / 12, "same") for side in white.T], 1)
    return (dark * swell[:, None]).astype(np.float32)


async def mixed(mesh: Mesh, name: str, **wanted: object) -> tuple[bytes, pb.MixReport, list[pb.ExportMixResponse]]:
    request = ParseDict(wanted, pb.ExportMixRequest(name=name))
    pieces = [piece async for piece in mesh.processing.ExportMix(request, metadata=AS_OWNER)]
    return b"".join(piece.data.data for piece in pieces), pieces[-1].report, pieces


async def samples(mesh: Mesh, name: str, **wanted: object) -> tuple[NDArray[np.float32], pb.MixReport]:
    content, report, _ = await mixed(mesh, name, **{"encoding": "AUDIO_ENCODING_WAV_FLOAT32", **wanted})
    read, rate = soundfile.read(io.BytesIO(content), dtype="float32")
    assert (len(read), rate) == (report.sample_count, report.sample_rate_hz)
    return read, report


def panned(stereo: FloatArray, gain_db: float, pan: float) -> NDArray[np.float64]:
    """The equal-power panning of Web Audio's specification, in its own words."""
    left, right = stereo[:, 0].astype(np.float64), stereo[:, 1].astype(np.float64)
    x = pan + 1 if pan <= 0 else pan
    gain_l, gain_r = math.cos(x * math.pi / 2), math.sin(x * math.pi / 2)
    out = (left + right * gain_l, right * gain_r) if pan <= 0 else (left * gain_l, right + left * gain_r)
    return np.stack(out, 1) * 10 ** (gain_db / 20)


async def test_a_float_mix_is_the_sum_of_its_stems_with_their_gains_and_panorama(mesh: Mesh, tmp_path: Path) -> None:
    stems = {stem: music(1.7, seed=n) for n, stem in enumerate(("drums", "bass", "other", "vocals"))}
    name = await finished(mesh, tmp_path, stems, subtype="FLOAT", model="models/htdemucs")
    levels = {"vocals": (-6.0, -0.3), "drums": (3.5, 1.0), "bass": (0.0, 0.0)}
    read, report = await samples(
        mesh, name, stems=[{"stem": stem, "gainDb": gain, "pan": pan} for stem, (gain, pan) in levels.items()]
    )
    expected = sum(panned(stems[stem], gain, pan) for stem, (gain, pan) in levels.items())
    assert np.abs(read - expected).max() < 1e-7
    assert (report.gain_db, report.gain_reason) == (0.0, pb.GainReason.GAIN_REASON_UNSPECIFIED)
    assert report.integrated_lufs == pytest.approx(pyloudnorm.Meter(RATE).integrated_loudness(expected), abs=0.1)


async def test_without_settings_it_is_every_stem_as_it_is(mesh: Mesh, tmp_path: Path) -> None:
    stems = {stem: music(1.0, seed=n) for n, stem in enumerate(TWO)}
    name = await finished(mesh, tmp_path, stems, subtype="FLOAT", model=MODEL)
    read, _ = await samples(mesh, name)
    assert np.array_equal(read, (stems["vocals"].astype(np.float64) + stems["accompaniment"]).astype(np.float32))
    content, _, pieces = await mixed(mesh, name)
    assert soundfile.info(io.BytesIO(content)).subtype == "PCM_16"
    assert pieces[0].filename == "Song (mix).wav"
    assert {piece.data.content_type for piece in pieces} == {"audio/wav"}


async def test_beyond_full_scale_float_stays_and_integers_are_scaled(mesh: Mesh, tmp_path: Path) -> None:
    stems = {stem: music(1.0, level=0.4, seed=n) for n, stem in enumerate(TWO)}
    name = await finished(mesh, tmp_path, stems, subtype="FLOAT", model=MODEL)
    loud, _ = await samples(mesh, name)
    assert np.abs(loud).max() > 1.2
    for encoding, step in (("WAV_PCM16", STEP), ("WAV_PCM24", 2**-23), ("FLAC_PCM24", 2**-23)):
        content, report, _ = await mixed(mesh, name, encoding=f"AUDIO_ENCODING_{encoding}")
        read, _ = soundfile.read(io.BytesIO(content), dtype="float64")
        assert report.gain_reason == pb.GainReason.GAIN_REASON_FULL_SCALE
        assert report.gain_db == pytest.approx(-20 * math.log10(np.abs(loud).max()), abs=1e-6)
        assert np.abs(read - loud * 10 ** (report.gain_db / 20)).max() <= step
        assert np.abs(read).max() >= 1 - step


@pytest.mark.parametrize(("start", "end"), [(0.5, 1.25), (0.123456, 0.123457), (1.0, 0.0), (0.9, 99.0)])
async def test_a_range_is_kept_to_the_sample(mesh: Mesh, tmp_path: Path, start: float, end: float) -> None:
    stems = {"vocals": music(2.0)}
    name = await finished(mesh, tmp_path, stems, subtype="FLOAT", model=MODEL, wanted_stems=["vocals"])
    read, _ = await samples(mesh, name, start=start, end=end)
    first = round(start * RATE)
    last = max(first + 1, round(end * RATE)) if end else None
    assert np.array_equal(read, stems["vocals"][first:last])


async def test_a_range_of_a_resampled_mix_is_as_long_as_it_should(mesh: Mesh, tmp_path: Path) -> None:
    time = np.arange(2 * RATE) / RATE
    tone = np.stack([np.sin(2 * np.pi * 440 * time)] * 2, 1).astype(np.float32) * 0.5
    name = await finished(mesh, tmp_path, {"vocals": tone}, subtype="FLOAT", model=MODEL, wanted_stems=["vocals"])
    read, report = await samples(mesh, name, start=0.5, end=1.5, sampleRateHz=48000)
    assert (report.sample_rate_hz, report.sample_count) == (48000, 48000)
    expected = 0.5 * np.sin(2 * np.pi * 440 * (0.5 + np.arange(48000) / 48000))
    assert np.abs(read[2000:-2000, 0] - expected[2000:-2000]).max() < 1e-4


async def test_fades_begin_and_end_in_silence(mesh: Mesh, tmp_path: Path) -> None:
    ones = {"vocals": np.full((RATE, 2), 0.5, np.float32)}
    name = await finished(mesh, tmp_path, ones, subtype="FLOAT", model=MODEL, wanted_stems=["vocals"])
    read, _ = await samples(mesh, name, fadeIn=0.2, fadeOut=0.4)
    gains = read[:, 0] / 0.5
    assert gains[0] < 1e-6
    assert gains[-1] < 1e-6
    assert gains[round(0.1 * RATE)] == pytest.approx(0.5, abs=1e-3)
    assert gains[round(0.8 * RATE)] == pytest.approx(0.5, abs=1e-3)
    assert np.array_equal(gains[round(0.2 * RATE) : round(0.6 * RATE)], np.ones(round(0.4 * RATE)))
    assert (np.diff(gains[: round(0.2 * RATE)]) > 0).all()


@pytest.mark.parametrize("target", [-14.0, -23.0, -40.0])
@pytest.mark.parametrize("encoding", ["WAV_FLOAT32", "FLAC_PCM16", "MP3", "OGG_OPUS"])
async def test_a_loudness_target_is_met(mesh: Mesh, tmp_path: Path, target: float, encoding: str) -> None:
    stems = {stem: music(6.0, level=0.05, seed=n) for n, stem in enumerate(TWO)}
    name = await finished(mesh, tmp_path, stems, subtype="FLOAT", model=MODEL)
    content, report, _ = await mixed(mesh, name, loudness={"targetLufs": target}, encoding=f"AUDIO_ENCODING_{encoding}")
    path = tmp_path / "mix"
    path.write_bytes(content)
    with open_stereo(path, ffmpeg=ffmpeg_path()) as stream:
        read = np.concatenate(list(stream.blocks()), axis=1).T
        rate = stream.sample_rate_hz
    assert report.gain_reason == pb.GainReason.GAIN_REASON_LOUDNESS
    assert report.integrated_lufs == pytest.approx(target, abs=0.01)
    assert pyloudnorm.Meter(rate).integrated_loudness(read) == pytest.approx(target, abs=0.1)


async def test_the_ceiling_holds_and_what_was_reached_is_told(mesh: Mesh, tmp_path: Path) -> None:
    peaky = music(5.0, level=0.01)
    peaky[RATE] = 0.9
    name = await finished(mesh, tmp_path, {"vocals": peaky}, subtype="FLOAT", model=MODEL, wanted_stems=["vocals"])
    read, report = await samples(mesh, name, loudness={"targetLufs": -14.0})
    assert report.gain_reason == pb.GainReason.GAIN_REASON_CEILING
    assert report.true_peak_dbtp == pytest.approx(-1.0, abs=1e-6)
    assert report.integrated_lufs == pytest.approx(pyloudnorm.Meter(RATE).integrated_loudness(read), abs=0.1)
    assert report.integrated_lufs < -20
    _, lower = await samples(mesh, name, loudness={"targetLufs": -14.0, "ceilingDbtp": -6.0})
    assert lower.true_peak_dbtp == pytest.approx(-6.0, abs=1e-6)


async def test_silence_and_a_blink_have_no_loudness(mesh: Mesh, tmp_path: Path) -> None:
    nothing = {"vocals": np.zeros((RATE, 2), np.float32)}
    name = await finished(mesh, tmp_path, nothing, model=MODEL, wanted_stems=["vocals"])
    read, report = await samples(mesh, name, loudness={"targetLufs": -14.0})
    assert not read.any()
    assert not report.HasField("integrated_lufs")
    assert not report.HasField("true_peak_dbtp")
    assert report.gain_db == 0.0


@pytest.mark.parametrize("encoding", list(Encoding))
async def test_every_encoding_from_stems_in_every_encoding(mesh: Mesh, tmp_path: Path, encoding: Encoding) -> None:
    stems, rate = tones(TWO), 48000
    files = {}
    for stem, sound in stems.items():
        files[stem] = tmp_path / stem
        encode(files[stem], encoding, sample_rate=rate, frames=len(sound), blocks=iter([sound.T]), ffmpeg=ffmpeg_path())
    value = _ENCODING_VALUES[encoding]
    name = await finished_with(mesh, files, model=MODEL, encoding=value)
    content, report, _ = await mixed(mesh, name, encoding=AudioEncoding.Name(value))
    path = tmp_path / "mix"
    path.write_bytes(content)
    with open_stereo(path, ffmpeg=ffmpeg_path()) as stream:
        assert stream.sample_rate_hz == report.sample_rate_hz == rate
        read = np.concatenate(list(stream.blocks()), axis=1)
    frames = min(read.shape[1], RATE) - 4000
    expected = (stems["vocals"] + stems["accompaniment"])[:frames].T
    # Lossy twice: what is left is the same music, at the same place.
    assert np.corrcoef(read[0, 2000:frames], expected[0, 2000:])[0, 1] > 0.995
    assert abs(read.shape[1] - RATE) < 3000


async def test_the_mix_carries_the_track_s_tags_and_cover_of_today(mesh: Mesh, tmp_path: Path) -> None:
    cover = b"\xff\xd8\xff" + bytes(100)
    (tmp_path / "cover").write_bytes(cover)
    digest = await mesh.blobs.put_file(tmp_path / "cover")
    name = await finished(mesh, tmp_path, tones(TWO), model=MODEL)

    async def edited(owner: str, track: str) -> TrackSource:
        tags = TrackTags(title="New title", artist="Ann", artwork_sha256=digest.sha256, artwork_media_type="image/jpeg")
        return TrackSource(sha256="00" * 32, tags=tags, sample_rate_hz=RATE, duration_seconds=1.0)

    mesh.library.source = edited  # type: ignore[method-assign]
    content, _, pieces = await mixed(
        mesh,
        name,
        stems=[{"stem": "vocals", "gainDb": -6}, {"stem": "accompaniment", "pan": 0.25}],
        encoding="AUDIO_ENCODING_FLAC_PCM16",
    )
    assert pieces[0].filename == "New title (mix).flac"
    assert b"TITLE=New title (mix)" in content
    assert b"ARTIST=Ann" in content
    assert b"COMMENT=mix of vocals -6 dB, accompaniment 25% right; separated with spleeter-2stems" in content
    assert cover in content
    content, _, pieces = await mixed(mesh, name, stems=[{"stem": "vocals"}], encoding="AUDIO_ENCODING_FLAC_PCM16")
    assert pieces[0].filename == "New title (vocals).flac"
    assert b"COMMENT=vocals; separated with spleeter-2stems" in content


async def test_progress_never_falls_and_the_size_is_known_before_the_bytes(mesh: Mesh, tmp_path: Path) -> None:
    name = await finished(mesh, tmp_path, {"vocals": music(60.0)}, model=MODEL, wanted_stems=["vocals"])
    content, _, pieces = await mixed(mesh, name)
    fractions = [piece.fraction for piece in pieces]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert not pieces[0].data.data
    assert {piece.total_bytes for piece in pieces if piece.data.data} == {len(content)}
    assert all(piece.HasField("report") == bool(piece.data.data) for piece in pieces)
    assert list((tmp_path / "exports").iterdir()) == []


@pytest.mark.parametrize(
    ("wanted", "fields"),
    [
        ({"stems": [{"stem": "vocals", "gainDb": "NaN"}]}, ["stems[0].gain_db"]),
        ({"stems": [{"stem": "vocals", "gainDb": "-Infinity", "pan": 1.1}]}, ["stems[0].gain_db", "stems[0].pan"]),
        ({"stems": [{"stem": "vocals", "gainDb": 1e300}]}, ["stems[0].gain_db"]),
        ({"stems": [{"stem": "vocals"}, {"stem": "vocals"}]}, ["stems[1].stem"]),
        ({"stems": [{"pan": "NaN"}]}, ["stems[0].stem", "stems[0].pan"]),
        ({"start": -1, "end": "Infinity"}, ["start", "end"]),
        ({"start": 2, "end": 1}, ["end"]),
        ({"start": "NaN"}, ["start"]),
        ({"start": 1.5}, ["start"]),
        ({"fadeIn": -0.1, "fadeOut": 601}, ["fade_in", "fade_out"]),
        ({"encoding": 99}, ["encoding"]),
        ({"sampleRateHz": 7999}, ["sample_rate_hz"]),
        ({"sampleRateHz": 44100, "encoding": "AUDIO_ENCODING_OGG_OPUS"}, ["sample_rate_hz"]),
        ({"loudness": {"targetLufs": 1, "ceilingDbtp": 0.1}}, ["loudness.target_lufs", "loudness.ceiling_dbtp"]),
        ({"loudness": {"targetLufs": "NaN"}}, ["loudness.target_lufs"]),
    ],
)
async def test_what_makes_no_sense_is_refused_by_field(
    mesh: Mesh, tmp_path: Path, wanted: dict[str, object], fields: Sequence[str]
) -> None:
    name = await finished(mesh, tmp_path, tones(TWO), model=MODEL)
    with failing("INVALID_REQUEST") as invalid:
        await mixed(mesh, name, **wanted)
    assert invalid.code is grpc.StatusCode.INVALID_ARGUMENT
    assert invalid.fields == fields


async def test_what_cannot_be_mixed_is_refused(mesh: Mesh, tmp_path: Path) -> None:
    request = processing_service_pb2.CreateSeparationRequest(
        parent=TRACK, separation=Separation(model="models/htdemucs")
    )
    waiting = (await mesh.processing.CreateSeparation(request, metadata=AS_OWNER)).separation.name
    with failing("JOB_STATE_CONFLICT"):
        await mixed(mesh, waiting)
    name = await finished(mesh, tmp_path, tones(TWO), model=MODEL)
    with failing("STEM_UNKNOWN") as unknown:
        await mixed(mesh, name, stems=[{"stem": "drums"}])
    assert unknown.metadata["known"] == "vocals,accompaniment"
    with failing("SEPARATION_NOT_FOUND"):
        await anext(aiter(mesh.processing.ExportMix(pb.ExportMixRequest(name=name), metadata=AS_STRANGER)))
    blob = next(path for path in (tmp_path / "blobs").rglob("*") if path.is_file())
    blob.write_bytes(b"RIFF and then something else")
    with failing("BLOB_MISSING"):
        await mixed(mesh, name)
    blob.unlink()
    with failing("BLOB_MISSING"):
        await mixed(mesh, name)
    assert list((tmp_path / "exports").iterdir()) == []


async def test_nothing_goes_on_for_a_client_that_has_gone(mesh: Mesh, tmp_path: Path) -> None:
    long = {stem: music(240.0, seed=n) for n, stem in enumerate(TWO)}
    name = await finished(mesh, tmp_path, long, model=MODEL)
    call = mesh.processing.ExportMix(pb.ExportMixRequest(name=name), metadata=AS_OWNER)
    await anext(aiter(call))
    children = psutil.Process().children(recursive=True)
    assert any("mixing" in " ".join(child.cmdline()) for child in children)
    call.cancel()
    async with asyncio.timeout(10):
        while any("mixing" in " ".join(child.cmdline()) for child in psutil.Process().children()) or list(
            (tmp_path / "exports").iterdir()
        ):
            await asyncio.sleep(0.05)
    read, _ = await samples(mesh, name, end=1.0)  # and the next one finds room
    assert len(read) == RATE
