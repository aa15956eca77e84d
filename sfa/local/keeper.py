"""Keeps one process running: starts it, notices when it serves, starts it again when it dies, ends it for good."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sfa.local import launch
from sfa.local.journal import Journal
from sfa.local.probes import Probe

_FIRST_PAUSE: Final = 0.5
_LONGEST_PAUSE: Final = 30.0
_STEADY_SECONDS: Final = 60.0
_STARTS_BEFORE_READY: Final = 3
_PROBE_EVERY: Final = 0.1
_READ_BYTES: Final = 64 * 1024
_LAST_WORDS_SECONDS: Final = 1.0


@dataclass(frozen=True, kw_only=True)
class Service:
    """One process of a mesh, and how to know that it serves."""

    name: str
    """As it appears in the log, in mesh.json and in messages."""
    argv: tuple[str, ...]
    """The program and its arguments."""
    ready: Probe
    """Answers whether it serves."""
    env: Mapping[str, str] = field(default_factory=dict)
    """What its environment has beyond that of the supervisor."""
    quiet_stdout: bool = False
    """Whether what it writes to stdout, such as one line per call, goes to its file only and not to the console."""
    ready_seconds: float = 60.0
    """How long it may take from its start until it serves."""
    drain_seconds: float = 15.0
    """How long it may take from SIGTERM to its end, before SIGKILL."""


class StartFailed(Exception):
    """A process of the mesh could not be brought to serve. The message quotes the end of its log."""


class Keeper:
    """Runs one service until `stop`."""

    def __init__(self, service: Service, journal: Journal, *, on_change: Callable[[], None]) -> None:
        self.service = service
        self.pid: int | None = None
        self._journal = journal
        self._on_change = on_change
        self._process: asyncio.subprocess.Process | None = None
        self._pumps: set[asyncio.Task[None]] = set()
        self._watch: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Returns when the service serves; from then on it is kept running.

        Raises:
            StartFailed: If it keeps dying, cannot be executed, or does not serve in time.
        """
        for attempt in range(_STARTS_BEFORE_READY):
            await self._spawn()
            if await self._becomes_ready():
                self._watch = asyncio.create_task(self._keep())
                return
            if attempt + 1 < _STARTS_BEFORE_READY:
                await asyncio.sleep(_FIRST_PAUSE * 2**attempt)
        raise StartFailed(self._obituary("ended at once, three times in a row"))

    async def stop(self) -> None:
        """Ends the process and everything it started: SIGTERM, a bounded drain, SIGKILL. Never raises."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        if self._process is not None:
            self._signal(signal.SIGTERM)
            try:
                async with asyncio.timeout(self.service.drain_seconds):
                    await self._exit_status()
            except TimeoutError:
                self._say(f"did not end within {self.service.drain_seconds:.0f} s of SIGTERM; killed")
            await self._ended()
        self._journal.close()

    def kill(self) -> None:
        """Ends the process and its group without asking."""
        self._signal(signal.SIGKILL)

    async def _spawn(self) -> None:
        argv = self.service.argv
        if sys.platform == "linux":
            argv = (sys.executable, "-I", "-S", str(Path(launch.__file__)), str(os.getpid()), *argv)
        try:
            self._process = await asyncio.create_subprocess_exec(
                *argv,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env={**os.environ, **self.service.env},
                # Its own group: Ctrl-C in the terminal reaches the supervisor alone, which then ends all in order; and
                # what the process starts can be ended with it.
                start_new_session=True,
            )
        except OSError as error:
            raise StartFailed(f"{self.service.name} cannot be executed: {error}.") from error
        self.pid = self._process.pid
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self._pumps = {
            asyncio.create_task(self._copy_log(self._process.stdout, shown=not self.service.quiet_stdout)),
            asyncio.create_task(self._copy_log(self._process.stderr, shown=True)),
        }
        self._on_change()

    async def _becomes_ready(self) -> bool:
        """Whether it serves; False if it died first."""
        assert self._process is not None
        deadline = time.monotonic() + self.service.ready_seconds
        while self._process.returncode is None:
            if await self.service.ready():
                return True
            if time.monotonic() > deadline:
                raise StartFailed(self._obituary(f"runs, but does not serve after {self.service.ready_seconds:.0f} s"))
            await asyncio.sleep(_PROBE_EVERY)
        await self._ended()
        return False

    async def _keep(self) -> None:
        """Starts the process again each time it ends, at growing intervals while it does not last."""
        failures = 0
        while True:
            started = time.monotonic()
            what = await self._end_of_process()
            failures = 0 if time.monotonic() - started > _STEADY_SECONDS else failures + 1
            pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** (failures - 1)) if failures else 0.0
            self._say(f"{what}; started again in {pause:.1f} s")
            await asyncio.sleep(pause)
            with contextlib.suppress(StartFailed):  # such as during an upgrade; said at the top of the next round
                await self._spawn()

    async def _end_of_process(self) -> str:
        if self._process is None:
            return "cannot be executed"
        code = await self._exit_status()
        await self._ended()
        return f"ended ({_cause(code)})"

    async def _ended(self) -> None:
        """Cleans up after the process: its group may outlive it, and its last words may still be in the pipe."""
        assert self._process is not None
        self.kill()
        await self._exit_status()
        # A descendant that left the group may hold the pipe open for as long as it likes.
        _, deaf = await asyncio.wait(self._pumps, timeout=_LAST_WORDS_SECONDS)
        for pump in deaf:
            pump.cancel()
        self._process = self.pid = None  # its number may belong to a stranger from here on
        self._on_change()

    async def _exit_status(self) -> int:
        # Process.wait() waits for the end of the pipes too, and a descendant may hold those open.
        assert self._process is not None
        while self._process.returncode is None:  # noqa: ASYNC110 -- asyncio offers no event for it
            await asyncio.sleep(_PROBE_EVERY)
        return self._process.returncode

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS: EPERM for a group of zombies
                os.killpg(self._process.pid, number)

    async def _copy_log(self, pipe: asyncio.StreamReader, *, shown: bool) -> None:
        rest = b""
        while block := await pipe.read(_READ_BYTES):  # not readline: it gives up on a line of more than 64 KiB
            *lines, rest = (rest + block).split(b"\n")
            for line in lines:
                self._journal.write(line, shown=shown)
        if rest:
            self._journal.write(rest, shown=shown)

    def _say(self, text: str) -> None:
        self._journal.write(f"[supervisor] {self.service.name} {text}".encode())

    def _obituary(self, what: str) -> str:
        quoted = "\n".join(f"    {line}" for line in self._journal.tail) or "    (it said nothing)"
        return f"{self.service.name} {what}. The end of {self._journal.path}:\n{quoted}"


def _cause(code: int) -> str:
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"
