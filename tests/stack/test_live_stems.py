"""Stems that play while they are made, over the real door."""

import zipfile
from pathlib import Path

import aiohttp
import numpy as np
import pytest
import soundfile

from sfa import Mesh
from sfa.snapshots import TERMINAL
from tests.stack.cli import Cli
from tests.stack.conftest import EXAMPLE, Stack, reason

pytestmark = pytest.mark.stack


async def test_a_stem_plays_over_http_while_it_is_made(
    mesh: Mesh, http: aiohttp.ClientSession, long_song: Path, tmp_path: Path
) -> None:
    track = await mesh.library.upload(long_song)
    job = await mesh.processing.separate(track.name, model="spleeter-2stems", encoding="wav32f")
    address = f"/v1/{job.name}:stream?stem=vocals&encoding=AUDIO_ENCODING_WAV_FLOAT32"
    async with http.get(address) as response:
        assert response.status == 200
        assert response.headers["content-type"] == "audio/wav"
        assert "content-length" not in response.headers
        first = await response.content.readexactly(1024)
        assert (await mesh.processing.get(job.name)).state not in TERMINAL
        (tmp_path / "live.wav").write_bytes(first + await response.content.read())
    done = await mesh.processing.wait(job.name)
    vocals = next(stem for stem in done.stems if stem.stem == "vocals")
    path = await mesh.library.download(vocals.artifact, tmp_path / "finished.wav")
    live, _ = soundfile.read(tmp_path / "live.wav", dtype="float32")
    finished, _ = soundfile.read(path, dtype="float32")
    assert np.array_equal(live, finished)
    async with http.get(address) as response:
        assert await response.read() == path.read_bytes()


async def test_an_unknown_stem_is_an_error_and_no_file(
    mesh: Mesh, http: aiohttp.ClientSession, long_song: Path
) -> None:
    track = await mesh.library.upload(long_song)
    job = await mesh.processing.separate(track.name, model="spleeter-2stems")
    async with http.get(f"/v1/{job.name}:stream?stem=kazoo") as response:
        assert response.status == 400
        assert reason(await response.json()) == "STEM_UNKNOWN"
    await mesh.processing.cancel(job.name)


async def test_everything_is_saved_as_one_file(stack: Stack, tmp_path: Path) -> None:
    cli = Cli(target=stack.url, data_dir=stack.data_dir.root)
    answer = await cli("separate", EXAMPLE, "--zip", "--stem-mp4", "--out", tmp_path / "out")
    paths = [Path(line) for line in answer.out.splitlines()]
    assert [path.name.rpartition("(")[2] for path in paths] == [
        "vocals).wav",
        "accompaniment).wav",
        "stems).zip",
        "spleeter-2stems).stem.mp4",
    ]
    with zipfile.ZipFile(paths[2]) as archive:
        assert archive.read(paths[0].name) == paths[0].read_bytes()
    assert b"mastering_dsp" in paths[3].read_bytes()
    assert sorted(path.name for path in paths[0].parent.iterdir()) == sorted(path.name for path in paths)
