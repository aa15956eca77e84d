"""One line of a diagnosis."""

import asyncio
from dataclasses import dataclass
from enum import Enum


class Level(Enum):
    """How bad it is."""

    OK = "ok"
    WARN = "warn"
    """Works, but less well than it could."""
    FAIL = "fail"
    """Something that a mesh needs does not work."""


@dataclass(frozen=True)
class Finding:
    """What was found about one thing."""

    check: str
    """What was looked at, in a word."""
    level: Level
    detail: str
    """What was found, in a sentence."""
    remedy: str = ""
    """What to do about it; empty if nothing needs to be done."""


async def output_of(*argv: str, seconds: float = 20.0) -> tuple[int, str]:
    """Exit status and combined output of a program.

    Raises:
        OSError: If it cannot be executed, or takes longer than `seconds`.
    """
    process = await asyncio.create_subprocess_exec(
        *argv, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    try:
        async with asyncio.timeout(seconds):
            output, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode is not None
    return process.returncode, output.decode(errors="replace").strip()
