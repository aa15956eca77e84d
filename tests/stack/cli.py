"""Runs the command line as users do: in a process of its own."""

import asyncio
import json
import os
import sys
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Cli:
    """The command line with a given environment."""

    target: str = ""
    data_dir: Path | None = None
    trace: str = field(default_factory=lambda: uuid.uuid4().hex)
    """Inherited by every process that the command starts."""

    @property
    def environment(self) -> dict[str, str]:
        own = {"PYTHONPATH": os.pathsep.join(str(ROOT / path) for path in (".", "gen/python", "gen/sdk"))}
        own |= {"SFA_TARGET": self.target} if self.target else {}
        own |= {"SFA_DATA_DIR": str(self.data_dir)} if self.data_dir is not None else {}
        kept = {
            key: value for key, value in os.environ.items() if key not in {"SFA_TARGET", "SFA_DATA_DIR", "REDIS_URL"}
        }
        return kept | own | {"SFA_TEST_TRACE": self.trace}

    @property
    def argv(self) -> list[str]:
        return [sys.executable, "-c", "from sfa.cli import main; main(prog_name='sfa')"]

    @asynccontextmanager
    async def started(self, *arguments: str | Path) -> AsyncIterator[asyncio.subprocess.Process]:
        """A running command; killed at the end of the block if it still runs."""
        process = await asyncio.create_subprocess_exec(
            *self.argv,
            *map(str, arguments),
            env=self.environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=2**22,
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
            await process.communicate()

    async def __call__(self, *arguments: str | Path, status: int = 0, seconds: float = 120.0) -> "Answer":
        """Runs a command to its end, which must come in time and have the given exit status."""
        async with asyncio.timeout(seconds), self.started(*arguments) as process:
            out, err = await process.communicate()
        answer = Answer(out.decode(), err.decode())
        assert process.returncode == status, f"exit status {process.returncode}\n{answer.err}"
        return answer

    def left_running(self) -> list[str]:
        """The command lines of all processes that a command has left behind."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if f"SFA_TEST_TRACE={self.trace}".encode() in (folder / "environ").read_bytes():
                    found.append((folder / "cmdline").read_text().replace("\0", " "))
            except OSError:
                continue
        return found


@dataclass(frozen=True)
class Answer:
    """What a command has printed."""

    out: str
    err: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        """stdout as NDJSON; fails if anything else is there."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def error(self) -> dict[str, Any]:
        """The error object on stderr."""
        [line] = [line for line in self.err.splitlines() if line.startswith("{")]
        error: dict[str, Any] = json.loads(line)["error"]
        return error
