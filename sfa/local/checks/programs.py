"""The programs that are not ours: Envoy, ffmpeg, a server that speaks Redis, and spotdl."""

import os
import re
from collections.abc import Callable
from pathlib import Path

from sfa.local import programs
from sfa.local.checks.finding import Finding, Level, output_of
from sfa.local.datadir import DataDir
from sfa.local.programs import ProgramMissing
from sfa.local.spotdl import interpreter


async def examine(data_dir: DataDir) -> list[Finding]:
    """Findings on the programs that `sfa up` starts, and that services call."""
    findings = [
        await _program("envoy", programs.envoy, "--version", r"/(\d+\.\d+\.\d+)/"),
        await _program("ffmpeg", programs.ffmpeg, "-version", r"ffmpeg version (\S+)"),
    ]
    if not os.environ.get("REDIS_URL"):
        findings.append(await _program("valkey", programs.valkey_server, "--version", r"v=(\S+)"))
    return [*findings, await _spotdl(data_dir)]


async def _spotdl(data_dir: DataDir) -> Finding:
    named = os.environ.get("SPOTDL_PYTHON")
    python = Path(named) if named else interpreter(data_dir.spotdl)
    if not python.exists():
        return Finding("spotdl", Level.OK, "not installed (optional, for Spotify's links)", "sfa spotdl install")
    asked = "from importlib.metadata import version; print(version('spotdl'))"
    try:
        status, output = await output_of(str(python), "-I", "-c", asked)
    except OSError as error:
        status, output = 1, str(error)
    if status != 0:
        return Finding("spotdl", Level.WARN, f"{python} does not have it: {output[-200:]}", "sfa spotdl install")
    return Finding("spotdl", Level.OK, f"{output} at {python}")


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
