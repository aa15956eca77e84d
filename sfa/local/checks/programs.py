"""The programs that are not ours: Envoy, ffmpeg, and a server that speaks Redis."""

import os
import re
from collections.abc import Callable
from pathlib import Path

from sfa.local import programs
from sfa.local.checks.finding import Finding, Level, output_of
from sfa.local.programs import ProgramMissing


async def examine() -> list[Finding]:
    """Findings on the programs that `sfa up` starts, and that services call."""
    findings = [
        await _program("envoy", programs.envoy, "--version", r"/(\d+\.\d+\.\d+)/"),
        await _program("ffmpeg", programs.ffmpeg, "-version", r"ffmpeg version (\S+)"),
    ]
    if not os.environ.get("REDIS_URL"):
        findings.append(await _program("valkey", programs.valkey_server, "--version", r"v=(\S+)"))
    return findings


async def _program(name: str, find: Callable[[], Path], flag: str, version: str) -> Finding:
    try:
        path = find()
        status, output = await output_of(str(path), flag)
    except ProgramMissing as error:
        return Finding(name, Level.FAIL, "not found", str(error))
    except OSError as error:
        return Finding(name, Level.FAIL, f"{path} does not run: {error}", "Reinstall it.")
    found = re.search(version, output)
    if status != 0 or found is None:
        said = output.splitlines()[0] if output else f"exit status {status}"
        return Finding(name, Level.FAIL, f"{path} does not run: {said}", "Reinstall it.")
    return Finding(name, Level.OK, f"{found[1]} at {path}")
