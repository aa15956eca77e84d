"""What comes out of the mesh is right: the stems of a real song, fetched the way users fetch them."""

import hashlib
from pathlib import Path

import aiohttp
import numpy as np
import pytest
import soundfile

from alchemy_sdk.alchemy.type.v1 import JobState
from services.mesh.audio.decode import open_stereo
from services.mesh.audio.ffmpeg import ffmpeg_path
from services.mesh.audio.tags import read_tags
from services.mesh.audio.waveform import read_waveform
from sfa import Mesh
from tests.library.sounds import jpeg, tagged
from tests.stack.conftest import EXAMPLE

pytestmark = pytest.mark.stack

RATE = 44_100


def mixed() -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """The example song as it was before its separation, shape (samples, 2)."""
    with open_stereo(EXAMPLE, ffmpeg=ffmpeg_path()) as stream:
        return np.concatenate(list(stream.blocks()), axis=1).T


async def test_stems_sum_to_the_mix_and_silence_has_no_voice(
    mesh: Mesh, http: aiohttp.ClientSession, tmp_path: Path
) -> None:
    track = await mesh.library.upload(EXAMPLE)
    job = await mesh.processing.separate(track.name, model="spleeter-2stems", encoding="wav32f")
    job = await mesh.processing.wait(job.name)
    stems = {}
    for stem in job.stems:
        artifact = await mesh.library.get_artifact(stem.artifact)
        async with http.get(artifact.media_uri) as reply:
            assert reply.status == 200
            assert reply.headers["Content-Length"] == str(stem.size_bytes)
            path = tmp_path / f"{stem.stem}.wav"
            path.write_bytes(await reply.read())
        stems[stem.stem], rate = soundfile.read(path, dtype="float32", always_2d=True)
        assert rate == RATE
        async with http.get(artifact.waveform_uri) as reply:
            outline = read_waveform(await reply.read())
        assert outline.frames == len(stems[stem.stem])
        loudest = min(1.0, np.abs(stems[stem.stem]).max())
        assert np.abs(outline.levels[-1].values).max() / 32767 == pytest.approx(loudest, abs=1e-4)
    mix = mixed()
    assert np.abs(sum(stems.values()) - mix).max() < 1e-4
    intro = slice(0, 2 * RATE)
    voice, band = (np.sqrt(np.mean(np.square(stems[name][intro]))) for name in ("vocals", "accompaniment"))
    assert voice < 0.01 * band  # 40 dB below: nobody sings in the first two seconds
    later = np.sqrt(np.mean(np.square(stems["vocals"][4 * RATE :])))
    assert later > 0.1 * np.sqrt(np.mean(np.square(stems["accompaniment"][4 * RATE :])))


async def test_one_stem_and_the_rest(mesh: Mesh, tmp_path: Path) -> None:
    track = await mesh.library.upload(EXAMPLE)
    job = await mesh.processing.separate(track.name, stems=["vocals"], complement=True, encoding="flac24")
    job = await mesh.processing.wait(job.name)
    assert [stem.stem for stem in job.stems] == ["vocals", "no-vocals"]
    audio = {}
    for stem in job.stems:
        path = await mesh.library.download(stem.artifact, tmp_path)
        audio[stem.stem], _ = soundfile.read(path, dtype="float32", always_2d=True)
        assert soundfile.info(path).subtype == "PCM_24"
    mix = mixed()
    total = sum(audio.values())
    scale = float(np.sum(total * mix) / np.sum(mix * mix))  # all stems are scaled together where one would clip
    assert np.abs(total - scale * mix).max() < 1e-4


async def test_the_default_model_is_the_best_installed_and_the_job_says_which(mesh: Mesh) -> None:
    track = await mesh.library.upload(EXAMPLE)
    job = await mesh.processing.separate(track.name)
    assert job.model == "models/spleeter-2stems"
    job = await mesh.processing.wait(job.name)
    assert job.device == "cpu"


async def test_an_equal_separation_is_answered_at_once(mesh: Mesh, tmp_path: Path) -> None:
    first, second = await mesh.library.upload(EXAMPLE), await mesh.library.upload(EXAMPLE)
    done = await mesh.processing.wait((await mesh.processing.separate(first.name, encoding="wav24")).name)
    again = await mesh.processing.separate(second.name, encoding="wav24")
    assert (again.state, again.reused, done.reused) == (JobState.SUCCEEDED, True, False)
    await mesh.library.delete_track(first.name)
    for stem in again.stems:
        path = await mesh.library.download(stem.artifact, tmp_path)
        assert hashlib.sha256(path.read_bytes()).hexdigest() == stem.sha256


@pytest.mark.parametrize("encoding", ["wav16", "flac24", "mp3", "m4a", "ogg", "opus"])
async def test_stems_carry_tags_and_cover_of_their_track(mesh: Mesh, tmp_path: Path, encoding: str) -> None:
    song, cover = tmp_path / "song.mp3", jpeg(tmp_path)
    song.write_bytes(tagged(tmp_path, ".mp3", cover, title="Señor", artist="Björk", album="Début", track="3"))
    track = await mesh.library.upload(song)
    job = await mesh.processing.separate(track.name, model="spleeter-2stems", encoding=encoding)
    job = await mesh.processing.wait(job.name)
    path = await mesh.library.download(job.stems[0].artifact, tmp_path)
    found = await read_tags(path, ffmpeg=ffmpeg_path())
    assert (found.title, found.artist, found.album, found.track_number) == ("Señor (vocals)", "Björk", "Début", 3)
    assert found.artwork is not None
    assert found.artwork.data == cover
