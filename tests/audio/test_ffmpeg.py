"""ffmpeg as a child: where it is found, what it may use, and that it never outlives its block."""

import asyncio
import os
import sys
import time
from pathlib import Path

import pytest

from services.mesh.audio.ffmpeg import ChildLimits, FfmpegMissing, command, ffmpeg_path, running
from services.mesh.audio.probe import AudioLimits, probe
from services.mesh.errors import AudioUndecodable


def program(tmp_path: Path, body: str) -> str:
    """A program to run in place of ffmpeg."""
    path = tmp_path / "program"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return str(path)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A process that was killed and not yet waited for by its new parent is dead all the same.
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().split()[2] if sys.platform == "linux" else True


async def gone(pid: int) -> None:
    async with asyncio.timeout(5):
        while alive(pid):
            await asyncio.sleep(0.02)


def test_the_configured_program_wins(tmp_path: Path) -> None:
    assert ffmpeg_path(program(tmp_path, "true")) == str(tmp_path / "program")


def test_a_missing_program_is_told_with_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FfmpegMissing, match="nowhere"):
        ffmpeg_path(str(tmp_path / "nowhere"))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    with pytest.raises(FfmpegMissing, match="pip install imageio-ffmpeg"):
        ffmpeg_path()


def test_the_wheel_comes_before_whatever_the_machine_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "ffmpeg"
    own.write_text("#!/bin/sh\n")
    own.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "imageio_ffmpeg" in ffmpeg_path()
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    assert ffmpeg_path() == str(own)


async def test_a_cancelled_probe_leaves_no_process_of_the_group(tmp_path: Path) -> None:
    source, child = tmp_path / "a.wav", tmp_path / "child"
    source.write_bytes(b"x")
    # `sleep` is not the child itself, but started by it. Told through a directory, since no file may grow.
    slow = program(tmp_path, f"sleep 60 & mkdir -p {child} && mv {child} {tmp_path}/$!.pid; wait")
    probing = asyncio.ensure_future(probe(source, ffmpeg=slow, limits=AudioLimits()))
    async with asyncio.timeout(5):
        while not (pids := list(tmp_path.glob("*.pid"))):
            await asyncio.sleep(0.02)
    pid = int(pids[0].stem)
    assert alive(pid)
    probing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await probing
    await gone(pid)


async def test_a_decoder_that_hangs_is_ended(tmp_path: Path) -> None:
    source = tmp_path / "a.wav"
    source.write_bytes(b"x")
    started = time.monotonic()
    limits = AudioLimits(child=ChildLimits(wall_seconds=0.3))
    with pytest.raises(AudioUndecodable, match=r"longer than 0\.3 s"):
        await probe(source, ffmpeg=program(tmp_path, "sleep 60"), limits=limits)
    assert time.monotonic() - started < 5


async def test_processor_time_is_limited(tmp_path: Path) -> None:
    limits = ChildLimits(cpu_seconds=1)
    argv = command(program(tmp_path, "while :; do :; done"), tmp_path, [], limits)
    async with asyncio.timeout(20), running(argv) as child:
        status, _ = await child.finish()
    assert status < 0


@pytest.mark.skipif(sys.platform != "linux", reason="other systems cannot limit the address space")
async def test_memory_is_limited(tmp_path: Path) -> None:
    greedy = program(tmp_path, f"exec {sys.executable} -c 'bytearray(2**30)'")
    async with running(command(greedy, tmp_path, [], ChildLimits(memory_bytes=2**29))) as child:
        status, log = await child.finish()
    assert status == 1
    assert "MemoryError" in log[-1]


async def test_no_file_can_be_written(tmp_path: Path) -> None:
    async with running(command(program(tmp_path, f"echo x > {tmp_path}/out"), tmp_path, [], ChildLimits())) as child:
        await child.finish()
    assert (tmp_path / "out").read_bytes() == b""


async def test_diagnostics_without_end_are_bounded(tmp_path: Path) -> None:
    talker = program(tmp_path, "echo first >&2; head -c 3000000 /dev/zero >&2; echo; echo last >&2")
    async with running(command(talker, tmp_path, [], ChildLimits())) as child:
        _, log = await child.finish()
    assert log[0] == "first"
    assert log[-1].endswith("last")
    assert sum(map(len, log)) < 100_000
