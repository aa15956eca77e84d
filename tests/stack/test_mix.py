"""Mixes through the real gateway: SDK, REST and the command line."""

import asyncio
import io
import json
import math
import signal
from pathlib import Path

import aiohttp
import numpy as np
import pyloudnorm  # type: ignore[import-untyped]
import pytest
import soundfile
from numpy.typing import NDArray

from sfa import Mesh, MixOptions, Separation
from tests.stack.cli import Cli
from tests.stack.conftest import EXAMPLE, Stack, another, reason

pytestmark = pytest.mark.stack


@pytest.fixture
def cli(stack: Stack) -> Cli:
    return Cli(target=stack.url)


@pytest.fixture
async def separation(mesh: Mesh, tmp_path: Path) -> Separation:
    track = await mesh.library.upload(another(EXAMPLE, tmp_path))
    job = await mesh.processing.separate(track.name, model="spleeter-2stems", encoding="wav32f")
    return await mesh.processing.wait(job.name)


async def stems_of(mesh: Mesh, separation: Separation, folder: Path) -> dict[str, NDArray[np.float64]]:
    saved = {stem.stem: await mesh.library.download(stem.artifact, f"{folder}/stems/") for stem in separation.stems}
    return {stem: soundfile.read(path)[0] for stem, path in saved.items()}


async def test_the_sdk_saves_the_mix_that_was_asked_for(mesh: Mesh, separation: Separation, tmp_path: Path) -> None:
    stems = await stems_of(mesh, separation, tmp_path)
    fractions: list[float] = []
    options = MixOptions(gains={"vocals": -6.0}, pans={"accompaniment": -0.5}, start=1.0, end=4.5)
    made = await mesh.processing.mix(
        separation.name, f"{tmp_path}/out/", encoding="wav32f", options=options, on_progress=fractions.append
    )
    read, rate = soundfile.read(made.path)
    part = slice(rate, round(4.5 * rate))
    left, right = stems["accompaniment"][part].T
    cos, sin = math.cos(math.pi / 4), math.sin(math.pi / 4)
    expected = stems["vocals"][part] * 10 ** (-6 / 20) + np.stack([left + cos * right, sin * right], 1)
    assert np.abs(read - expected).max() < 1e-6
    assert made.path.parent == tmp_path / "out"
    assert made.report.sample_count == len(read)
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    with pytest.raises(ValueError, match="encoding"):
        await mesh.processing.mix(separation.name, tmp_path, encoding="tape")


async def test_over_rest_the_body_is_the_file(http: aiohttp.ClientSession, separation: Separation) -> None:
    path = f"/v1/{separation.name}:mix"
    body = {
        "stems": [{"stem": "accompaniment"}],
        "encoding": "AUDIO_ENCODING_FLAC_PCM24",
        "loudness": {"targetLufs": -16},
    }
    async with http.post(path, json=body) as answer:
        assert (answer.status, answer.content_type) == (200, "audio/flac")
        samples, rate = soundfile.read(io.BytesIO(await answer.read()))
    assert pyloudnorm.Meter(rate).integrated_loudness(samples) == pytest.approx(-16, abs=0.1)
    async with http.post(path, json={"start": 99}) as answer:
        refused = await answer.json()
        assert (answer.status, reason(refused)) == (400, "INVALID_REQUEST")
        assert "start" in refused["message"]
    async with http.post(path, json={"stems": [{"stem": "drums"}]}) as answer:
        assert reason(await answer.json()) == "STEM_UNKNOWN"


async def test_the_command_line_mixes(cli: Cli, mesh: Mesh, separation: Separation, tmp_path: Path) -> None:
    track, _, identity = separation.name.partition("/separations/")
    answer = await cli("mix", identity, "--mute", "vocals", "--lufs", "-20", "--json", "-o", tmp_path / "karaoke.flac")
    done = answer.objects[-1]
    assert done["path"] == str(tmp_path / "karaoke.flac")
    assert done["report"]["integratedLufs"] == pytest.approx(-20, abs=0.01)
    assert soundfile.info(tmp_path / "karaoke.flac").format == "FLAC"
    answer = await cli("mix", track, "--gain", "vocals=12", "--range", "0:02-0:05", "-o", f"{tmp_path}/")
    (saved,) = answer.out.splitlines()
    assert soundfile.info(saved).frames == 3 * soundfile.info(saved).samplerate
    assert "quieter, so that nothing clips" in answer.err
    assert "STEM_UNKNOWN" in (await cli("mix", identity, "--gain", "drums=1", "--json", status=4)).err
    assert "stems[0].gain_db" in (await cli("mix", identity, "--gain", "vocals=nan", status=4)).err
    await cli("mix", identity, "--gain", "vocals", status=2)
    await cli("mix", identity, "--ceiling", "-1", status=2)
    assert "nothing is left" in (await cli("mix", identity, "--mute", "vocals,accompaniment", status=4)).err


async def test_ctrl_c_leaves_no_partial_file(
    cli: Cli, mesh: Mesh, stack: Stack, longer_song: Path, tmp_path: Path
) -> None:
    track = await mesh.library.upload(longer_song)
    job = await mesh.processing.separate(track.name, model="spleeter-2stems")
    await mesh.processing.wait(job.name)
    out = tmp_path / "out"
    out.mkdir()
    async with asyncio.timeout(60), cli.started("mix", job.name, "--json", "-o", f"{out}/") as process:
        assert process.stdout is not None
        assert json.loads(await process.stdout.readline())["event"] == "progress"
        process.send_signal(signal.SIGINT)
        assert await process.wait() == 130
    assert list(out.iterdir()) == []
    async with asyncio.timeout(10):
        while list((stack.data_dir.root / "exports").iterdir()):
            await asyncio.sleep(0.05)
