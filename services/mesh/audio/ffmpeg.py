"""ffmpeg, run as a child process that nothing in a file can turn against its host.

The child reads one local file and writes one pipe: no network, no playlists, no other files, bounded CPU time, memory and
diagnostics, and it is dead when the block that runs it ends.
"""

import asyncio
import contextlib
import os
import re
import shutil
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from services.mesh.audio.au import PIECE_FRAMES
from services.mesh.settings import CannotStart

# Demuxers that hold the audio they name. Playlists and scripts (hls, concat, dash, imf ...) are not among them: they name
# other files and addresses. ffmpeg applies the list to what it detects, whatever the file's name says.
DEMUXERS = ("wav", "aiff", "flac", "mp3", "aac", "ogg", "mov", "matroska")

READ_BYTES = 2**18

# Sets the limits in a shell that then becomes ffmpeg. A preexec_fn would run Python in a fork of a gRPC process, which may
# hang. The shells of macOS cannot limit memory. -f 0: no file may grow by a byte; pipes are not files.
_LIMITED = 'ulimit -t {cpu} && ulimit -f 0 && ulimit -c 0; ulimit -v {kib} 2>/dev/null; exec "$0" "$@"'

_LOG_HEAD_BYTES = 2**16
_LOG_TAIL_BYTES = 2**12


class FfmpegMissing(CannotStart):
    """There is no ffmpeg on this machine; the message says how to get one."""

    def __init__(self, looked_for: str) -> None:
        super().__init__(
            f"ffmpeg was not found ({looked_for}). Run `pip install imageio-ffmpeg`, or install it (apt install ffmpeg,"
            " brew install ffmpeg), or set FFMPEG to its path."
        )


@dataclass(frozen=True, kw_only=True)
class ChildLimits:
    """What one run of ffmpeg may use.

    Attributes:
        cpu_seconds: processor time; the kernel ends the child beyond it.
        memory_bytes: address space, where the system can limit it (Linux).
        wall_seconds: time from start to end.
    """

    cpu_seconds: int = 600
    memory_bytes: int = 2 * 2**30
    wall_seconds: float = 900.0


def ffmpeg_path(configured: str = "") -> str:
    """Returns the ffmpeg to run: the configured one, else the one in the imageio-ffmpeg wheel, else that on PATH.

    The wheel comes first because it is the same everywhere: releases of ffmpeg differ in the tags that they read, in how they
    resample, and so in the bytes that come out.

    Raises:
        FfmpegMissing: if there is none.
    """
    if configured:
        found = shutil.which(configured)
        if not found:
            raise FfmpegMissing(f"FFMPEG={configured}")
        return found
    with contextlib.suppress(ImportError, RuntimeError):
        import imageio_ffmpeg  # noqa: PLC0415 (an optional wheel)

        return str(imageio_ffmpeg.get_ffmpeg_exe())
    if found := shutil.which("ffmpeg"):
        return found
    raise FfmpegMissing("neither as a wheel nor on PATH")


def command(ffmpeg: str, path: Path, output: Sequence[str], limits: ChildLimits) -> list[str]:
    """Returns the command line that reads `path` and writes to standard output as `output` says.

    Args:
        ffmpeg: the program, from `ffmpeg_path`.
        path: the file to read; its name may hold any characters.
        output: ffmpeg's output options, the format last: the pipe is added here.
        limits: what the child may use.
    """
    guards = ["-protocol_whitelist", "file,pipe", "-format_whitelist", ",".join(DEMUXERS)]
    return [*_limited(ffmpeg, limits), *guards, "-i", f"file:{path}", *output, "pipe:1"]


def quick_command(ffmpeg: str, output: Sequence[str], limits: ChildLimits) -> list[str]:
    """Returns the command line that reads the file at its standard input, in one thread as far as it can.

    Each packet of a file (26 ms of an MP3) wakes a thread of ffmpeg's that demultiplexes, and one that decodes, and one that
    filters. The `amovie` filter does all of that on one thread and puts out large pieces: the same samples for
    a third less processor time, in little more than half the time. But it stops at whatever is out of the ordinary, so this
    is for the first attempt: the samples are a beginning of those of `command`, and all of them only if the status is 0 and
    nothing was said. It needs ffmpeg 6.0.

    Args:
        ffmpeg: the program, from `ffmpeg_path`.
        output: as `command` takes it.
        limits: what the child may use.
    """
    guarded = f"format_whitelist={','.join(DEMUXERS)}:protocol_whitelist=fd"
    options = {"filename": "fd:", "streams": "a:0", "format_opts": guarded}
    movie = ":".join(f"{name}={_in_a_graph(value)}" for name, value in options.items())
    graph = f"amovie={movie},aformat=sample_fmts=flt,asetnsamples=n={PIECE_FRAMES}:p=0"
    return [*_limited(ffmpeg, limits), "-v", "error", "-xerror", "-f", "lavfi", "-i", graph, *output, "pipe:1"]


class Transcript:
    """What a child said on standard error: the beginning and the end, however much it was."""

    def __init__(self) -> None:
        self._head = bytearray()
        self._tail = bytearray()

    def add(self, data: bytes) -> None:
        """Takes the next bytes."""
        room = _LOG_HEAD_BYTES - len(self._head)
        self._head += data[:room]
        self._tail = (self._tail + data[room:])[-_LOG_TAIL_BYTES:]

    def lines(self) -> list[str]:
        """Returns what is kept, in lines; bytes that are not UTF-8 are replaced."""
        return (self._head + self._tail).decode(errors="replace").splitlines()


@dataclass(frozen=True)
class Child:
    """A running ffmpeg."""

    stdout: asyncio.StreamReader
    _process: asyncio.subprocess.Process
    _transcript: Transcript
    _listening: asyncio.Task[None]

    async def finish(self) -> tuple[int, list[str]]:
        """Waits for the end; returns the exit status (negative = signal) and what was said on standard error."""
        await self._listening
        return await self._process.wait(), self._transcript.lines()


@asynccontextmanager
async def running(argv: Sequence[str]) -> AsyncIterator[Child]:
    """Runs a command made by `command` while the block runs; it is killed when the block ends, however it ends."""
    process = await asyncio.create_subprocess_exec(
        *argv,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=READ_BYTES,
        process_group=0,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    transcript = Transcript()
    listening = asyncio.create_task(_listen(process.stderr, transcript))
    try:
        yield Child(process.stdout, process, transcript, listening)
    finally:
        if process.returncode is None:
            kill_group(process.pid)
        # Shielded: a second cancel must not leave a zombie, and the kill makes this short.
        await asyncio.shield(asyncio.ensure_future(process.wait()))
        listening.cancel()


def fault(log: Sequence[str], status: int) -> str:
    """Says for people why decoding failed; ffmpeg's own words name paths of the server."""
    if status < 0:
        return "decoding it takes more time or memory than allowed"
    if any("matches no streams" in line for line in log):
        return "it has no sound"
    if any("Format not on whitelist" in line for line in log):
        return "its format is not one of those accepted"
    return "no decoder makes sense of it"


def kill_group(pid: int) -> None:
    """Kills a child that leads its own process group, with all of the group."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _limited(ffmpeg: str, limits: ChildLimits) -> list[str]:
    """Returns how every command line begins."""
    shell = _LIMITED.format(cpu=limits.cpu_seconds, kib=limits.memory_bytes // 1024)
    return ["sh", "-c", shell, ffmpeg, "-hide_banner", "-nostdin", "-nostats"]


def _in_a_graph(value: str) -> str:
    """Escapes the value of a filter's option twice, for the graph and for the filter's own options."""
    return re.sub(r"([:,])", r"\\\\\\\1", value)


async def _listen(stream: asyncio.StreamReader, transcript: Transcript) -> None:
    while data := await stream.read(READ_BYTES):
        transcript.add(data)
