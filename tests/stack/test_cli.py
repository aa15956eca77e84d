"""The command line against the real mesh."""

import asyncio
import json
import signal
import wave
from pathlib import Path

import pytest
import soundfile

from sfa import Mesh
from tests.stack.cli import Cli
from tests.stack.conftest import EXAMPLE, Stack, another

pytestmark = pytest.mark.stack


@pytest.fixture
def cli(stack: Stack) -> Cli:
    return Cli(target=stack.url, data_dir=stack.data_dir.root)


async def names_of_tracks(mesh: Mesh) -> set[str]:
    return {track.name async for track in mesh.library.list_tracks()}


async def test_separate_saves_the_stems_and_prints_their_paths(cli: Cli, tmp_path: Path) -> None:
    song = another(EXAMPLE, tmp_path).rename(tmp_path / EXAMPLE.name)  # one that nobody has separated before
    answer = await cli("separate", song, "--out", tmp_path / "out")
    paths = [Path(line) for line in answer.out.splitlines()]
    assert [path.parent for path in paths] == [tmp_path / "out" / "audio_example"] * 2
    for path in paths:
        with wave.open(str(path)) as file:
            assert (file.getframerate(), file.getnchannels()) == (44100, 2)
            assert file.getnframes() / 44100 == pytest.approx(10.9, abs=0.2)
    assert "\x1b" not in answer.out + answer.err  # nobody looks: no bars, no colours
    assert "separating" in answer.err


async def test_several_files_of_one_name_do_not_meet(cli: Cli, tmp_path: Path) -> None:
    songs = []
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        songs.append(tmp_path / folder / "song.mp3")
        songs[-1].write_bytes(EXAMPLE.read_bytes())
    await cli("separate", *songs, "--out", tmp_path / "out", "--stems", "vocals", "--format", "mp3")
    assert sorted(folder.name for folder in (tmp_path / "out").iterdir()) == ["song", "song-2"]
    assert len(list((tmp_path / "out").rglob("*.mp3"))) == 2


async def test_separate_tells_scripts_everything(cli: Cli, tmp_path: Path) -> None:
    answer = await cli("separate", EXAMPLE, "--stems", "vocals", "--complement", "--json", "--out", tmp_path)
    events = answer.objects
    kinds = [event["event"] for event in events]
    assert kinds[0] == "uploaded"
    assert kinds[-1] == "done"
    assert set(kinds[1:-1]) == {"progress"}
    fractions = [event["separation"]["progress"]["fraction"] for event in events if event["event"] == "progress"]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1
    stems = events[-1]["stems"]
    assert [stem["stem"] for stem in stems] == ["vocals", "no-vocals"]
    assert all(Path(stem["path"]).stat().st_size == int(stem["sizeBytes"]) for stem in stems)


async def test_a_track_of_the_library_is_separated_without_sending_it_again(
    cli: Cli, mesh: Mesh, tmp_path: Path
) -> None:
    track = await mesh.library.upload(EXAMPLE)
    before = await names_of_tracks(mesh)
    await cli("separate", track.name, "--out", tmp_path, "--format", "flac")
    assert await names_of_tracks(mesh) == before
    assert len(list(tmp_path.rglob("*.flac"))) == 2


async def test_what_is_not_audio_is_refused_with_a_reason(cli: Cli, mesh: Mesh, tmp_path: Path) -> None:
    before = await names_of_tracks(mesh)
    (tmp_path / "text.mp3").write_text("This is no song.")
    answer = await cli("separate", tmp_path / "text.mp3", "--json", status=4)
    assert answer.error["reason"] == "AUDIO_UNDECODABLE"
    assert [event["event"] for event in answer.objects] == ["failed"]
    assert await names_of_tracks(mesh) == before


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--model", "nonsense"], "MODEL_NOT_FOUND"),
        (["--model", "htdemucs-ft"], "MODEL_NOT_INSTALLED"),
        (["--model", "spleeter-2stems", "--stems", "tuba"], "STEM_UNKNOWN"),
    ],
)
async def test_impossible_wishes_are_refused_before_anything_is_sent(
    cli: Cli, mesh: Mesh, options: list[str], reason: str
) -> None:
    before = await names_of_tracks(mesh)
    answer = await cli("separate", EXAMPLE, *options, "--json", status=4)
    assert answer.error["reason"] == reason
    assert await names_of_tracks(mesh) == before


async def test_one_bad_file_does_not_spoil_the_others(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "empty.wav").touch()
    answer = await cli("separate", tmp_path / "empty.wav", EXAMPLE, "--json", "--out", tmp_path, status=4)
    ends = {
        Path(event["file"]).name: event["event"] for event in answer.objects if event["event"] in {"done", "failed"}
    }
    assert ends == {"empty.wav": "failed", "audio_example.mp3": "done"}


async def test_ctrl_c_cancels_on_the_server(cli: Cli, mesh: Mesh, long_song: Path, tmp_path: Path) -> None:
    async with asyncio.timeout(60), cli.started("separate", long_song, "--json", "--out", tmp_path) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        async for line in process.stdout:
            event = json.loads(line)
            if event["event"] == "progress" and event["separation"]["progress"]["fraction"] > 0.1:
                break
        process.send_signal(signal.SIGINT)
        assert await process.wait() == 130
        said = (await process.stderr.read()).decode()
    assert "Asking the server to cancel 1 separation" in said
    job = await mesh.processing.get(event["separation"]["name"])
    assert job.state.name == "CANCELLED"
    assert list(tmp_path.rglob("*.wav")) == []


async def test_ctrl_c_twice_leaves_at_once(cli: Cli, mesh: Mesh, stack: Stack, long_song: Path, tmp_path: Path) -> None:
    async with asyncio.timeout(60), cli.started("separate", long_song, "--json", "--out", tmp_path) as process:
        assert process.stdout is not None
        while json.loads(await process.stdout.readline())["event"] != "progress":
            pass
        stack.kill("processing", signal.SIGSTOP)  # it will not answer the first one
        try:
            process.send_signal(signal.SIGINT)
            await asyncio.sleep(0.5)
            assert process.returncode is None
            process.send_signal(signal.SIGINT)
            assert await process.wait() == 130
        finally:
            stack.kill("processing", signal.SIGCONT)
    async for job in mesh.processing.list():
        await mesh.processing.cancel(job.name)


async def test_nobody_there_is_exit_status_3_with_the_way_out(tmp_path: Path) -> None:
    answer = await Cli(target="http://127.0.0.1:1", data_dir=tmp_path)("tracks", status=3)
    assert answer.out == ""
    assert "sfa up" in answer.err


async def test_tracks_are_listed_shown_found_and_deleted(cli: Cli, mesh: Mesh) -> None:
    track = await mesh.library.upload(EXAMPLE, filename="[brackets] are no markup.mp3")
    track.title = "[bold]Ωμέγα[/bold]"
    await mesh.library.update_track(track, ["title"])
    [found] = (await cli("tracks", "--search", "ωμέγα", "--json")).objects
    assert found["name"] == track.name
    assert "[bold]Ωμέγα[/bold]" in (await cli("tracks")).out
    shown = json.loads((await cli("tracks", "show", track.name.removeprefix("tracks/"), "--json")).out)
    assert [artifact["kind"] for artifact in shown["artifacts"]][:1] == ["KIND_ORIGINAL"]
    assert "brackets" in (await cli("tracks", "show", track.name)).out
    await cli("tracks", "delete", track.name, status=2)  # nobody is there to confirm
    await cli("tracks", "delete", track.name, "--yes")
    assert (await cli("tracks", "show", track.name, "--json", status=4)).error["reason"] == "TRACK_NOT_FOUND"


async def test_jobs_are_listed_cancelled_and_retried(cli: Cli, mesh: Mesh, long_song: Path) -> None:
    track = await mesh.library.upload(long_song)
    job = await mesh.processing.separate(track.name)
    identity = job.name.rpartition("/")[2]
    await cli("jobs", "cancel", identity)
    assert (await cli("watch", identity, "--json", status=1)).objects[-1]["state"] == "JOB_STATE_CANCELLED"
    assert identity in (await cli("jobs", "--track", track.name)).out
    [listed] = (await cli("jobs", "--track", track.name, "--json")).objects
    assert listed["state"] == "JOB_STATE_CANCELLED"
    [again] = (await cli("jobs", "retry", job.name, "--json")).objects
    assert again["state"] == "JOB_STATE_QUEUED"
    await cli("jobs", "cancel", job.name)
    assert (await cli("jobs", "cancel", "nonsense", "--json", status=4)).error["reason"] == "SEPARATION_NOT_FOUND"


async def test_watch_prints_every_event(cli: Cli, mesh: Mesh) -> None:
    async with asyncio.timeout(30), cli.started("watch", "--json") as process:
        assert process.stdout is not None
        uploading = asyncio.create_task(_uploads(mesh))
        event = json.loads(await process.stdout.readline())
        uploading.cancel()
        process.send_signal(signal.SIGINT)
        assert await process.wait() == 130
    assert event["trackChanged"]["filename"] == "audio_example.mp3"


async def test_models_are_listed_with_what_installs_them(cli: Cli) -> None:
    models = {model["name"]: model for model in (await cli("models", "--json")).objects}
    assert models["models/spleeter-2stems"]["default"]
    assert "sfa models install htdemucs" in models["models/htdemucs"]["installCommand"]
    assert "spleeter-2stems" in (await cli("models")).out


async def test_a_model_is_installed(tmp_path: Path) -> None:
    answer = await Cli(data_dir=tmp_path)("models", "install", "spleeter-2stems", "--json")
    assert [event["event"] for event in answer.objects][0::1][-1] == "installed"
    assert list((tmp_path / "models" / "spleeter-2stems").glob("*.safetensors"))


async def test_a_model_that_nobody_knows_is_not(tmp_path: Path) -> None:
    answer = await Cli(data_dir=tmp_path)("models", "install", "nonsense", status=1)
    assert "nonsense" in answer.err


async def test_the_doctor_finds_a_running_mesh_healthy(cli: Cli) -> None:
    findings = (await cli("doctor", "--json")).objects
    assert {finding["level"] for finding in findings} <= {"ok", "warn"}
    healthy = {finding["check"]: finding["detail"] for finding in findings}
    assert [healthy[name] for name in ("library", "processing", "realtime")] == ["serving"] * 3
    assert healthy["gateway"] == "routes calls"


async def test_the_doctor_names_a_service_that_does_not_answer(cli: Cli, stack: Stack) -> None:
    stack.kill("realtime", signal.SIGSTOP)
    try:
        findings = (await cli("doctor", "--json", status=1)).objects
    finally:
        stack.kill("realtime", signal.SIGCONT)
    [failed] = [finding for finding in findings if finding["level"] == "fail"]
    assert failed["check"] == "realtime"
    assert failed["remedy"].endswith("realtime.log")


async def _uploads(mesh: Mesh) -> None:
    while True:  # until the subscription stands, nobody hears
        await mesh.library.upload(EXAMPLE)
        await asyncio.sleep(0.5)


async def test_a_part_at_another_rate_is_as_long_as_it_was_asked_for(cli: Cli, tmp_path: Path) -> None:
    options = ("--preview", "0:02-0:03.5", "--sample-rate", "22050", "--shifts", "2", "--seed", "3")
    await cli("separate", EXAMPLE, "--stems", "vocals", *options, "--out", tmp_path)
    (stem,) = tmp_path.rglob("*.wav")
    info = soundfile.info(stem)
    assert (info.samplerate, info.frames) == (22_050, round(1.5 * 22_050))
