"""`sfa up` and `sfa demo`, from nothing to nothing."""

import asyncio
import json
import os
import pty
import signal
import subprocess
import time
from pathlib import Path

import pytest

from sfa.local import marks, state
from tests.stack.cli import Cli

pytestmark = pytest.mark.stack


async def test_the_demo_separates_a_song_and_leaves_nothing_running(tmp_path: Path) -> None:
    cli = Cli(data_dir=tmp_path)
    started = time.monotonic()
    events = (await cli("demo", "--json", "--ports", "any")).objects
    first = time.monotonic() - started
    assert [events[0]["event"], events[1]["event"], events[-1]["event"]] == ["ready", "uploaded", "done"]
    assert [stem["stem"] for stem in events[-1]["stems"]] == ["vocals", "accompaniment"]
    assert all(stem["mediaUri"].startswith(events[0]["target"]) for stem in events[-1]["stems"])
    results = events[-1]["results"]
    assert results["rhythm"]["tempo"]["bpm"] > 0
    assert results["tonality"]["estimate"]["key"]["camelot"]
    assert results["chords"]["chords"]
    (plot,) = events[-1]["exports"]
    assert Path(plot).read_bytes().startswith(b"\x89PNG")
    assert Path(plot).is_relative_to(tmp_path)
    assert cli.left_running() == []
    assert not (tmp_path / "mesh.json").exists()

    started = time.monotonic()
    again = await cli("demo", "--ports", "any")
    assert time.monotonic() - started < max(20, first)  # on a busy machine both are slow
    assert "answered at once" in again.err
    assert [line.split("\t")[0] for line in again.out.splitlines()][:2] == ["vocals", "accompaniment"]
    assert {"tempo", "key", "chords", "plot", "docs"} <= {line.split("\t")[0] for line in again.out.splitlines()}
    assert cli.left_running() == []


async def test_a_demo_that_fails_says_so_and_leaves_nothing_running(tmp_path: Path) -> None:
    cli = Cli(data_dir=tmp_path / "data")
    (tmp_path / "text.mp3").write_text("This is no song.")
    answer = await cli("demo", tmp_path / "text.mp3", "--ports", "any", status=4)
    assert "text.mp3" in answer.err
    assert cli.left_running() == []


async def test_on_a_terminal_the_demo_stays_until_ctrl_c(tmp_path: Path) -> None:
    cli = Cli(data_dir=tmp_path)
    terminal, theirs = pty.openpty()
    environment = cli.environment | {"TERM": "xterm-256color", "COLUMNS": "200"}
    process = subprocess.Popen(
        [*cli.argv, "demo", "--ports", "any"],
        env=environment,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    screen = await asyncio.to_thread(_read_until, terminal, b"Ctrl-C ends it.")
    assert b"The mesh is ready at" in screen
    assert b"accompaniment" in screen
    assert process.poll() is None
    assert (await cli("tracks", "--json")).objects[0]["filename"] == "audio_example.mp3"
    process.send_signal(signal.SIGINT)
    rest = asyncio.create_task(asyncio.to_thread(_read_until, terminal, b"\0never"))
    assert await asyncio.to_thread(process.wait, 30) == 0
    await rest
    os.close(terminal)
    assert cli.left_running() == []


async def test_a_terminal_that_goes_away_ends_the_mesh(tmp_path: Path) -> None:
    cli = Cli(data_dir=tmp_path)
    terminal, theirs = pty.openpty()
    arguments = [*cli.argv, "up", "--ports", "any"]
    process = subprocess.Popen(arguments, env=cli.environment, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    await asyncio.to_thread(_read_until, terminal, b"Ctrl-C ends it")
    os.close(terminal)  # from here on, writing to it fails
    process.send_signal(signal.SIGHUP)
    await asyncio.to_thread(process.wait, 30)
    assert cli.left_running() == []
    assert not (tmp_path / "mesh.json").exists()


async def test_up_runs_one_mesh_per_data_directory_until_sigterm(tmp_path: Path) -> None:
    cli = Cli(data_dir=tmp_path)
    async with asyncio.timeout(90), cli.started("up", "--json", "--ports", "any", "--workers", "2") as process:
        assert process.stdout is not None
        ready = json.loads(await process.stdout.readline())
        # The studio runs where somebody has built its page.
        assert set(ready["pids"]) - {"studio"} == {
            "valkey",
            "library",
            "realtime",
            "spotify",
            "processing",
            "worker-1",
            "worker-2",
            "analysis",
            "analysis-worker",
            "download",
            "download-worker",
            "envoy",
        }
        second = await cli("up", "--ports", "any", status=1)
        assert ready["target"] in second.err
        assert (await cli("tracks", "--json")).out == ""  # found without being told where it is
        process.send_signal(signal.SIGTERM)
        await process.communicate()
        assert process.returncode == 0
    assert cli.left_running() == []


async def test_up_clears_away_what_a_killed_one_has_left(tmp_path: Path) -> None:
    cli = Cli(data_dir=tmp_path)
    async with asyncio.timeout(120):
        async with cli.started("up", "--json", "--quiet", "--ports", "any") as process:
            assert process.stdout is not None
            assert json.loads(await process.stdout.readline())["event"] == "ready"
            first = state.read(tmp_path / "mesh.json")
            assert first is not None
            os.kill(first.pids["library"], signal.SIGSTOP)  # it cannot end by itself
            process.kill()
        assert first.pids["library"] in marks.marked(first.mark)
        async with cli.started("up", "--json", "--quiet", "--ports", "any") as process:
            assert process.stdout is not None
            assert json.loads(await process.stdout.readline())["event"] == "ready"
            assert marks.marked(first.mark) == []
            process.send_signal(signal.SIGINT)
            await process.communicate()
    assert cli.left_running() == []


def _read_until(terminal: int, words: bytes) -> bytes:
    seen = b""
    while words not in seen:
        try:
            block = os.read(terminal, 4096)
        except OSError:  # the other end is closed
            break
        if not block:
            break
        seen += block
    return seen
