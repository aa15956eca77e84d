"""Does one installation, in a child process that can be stopped at any moment."""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from services.mesh.errors import (
    Internal,
    MeshError,
    StorageFull,
    WeightsMissing,
    WeightsRefused,
    WeightsUnreachable,
)
from services.mesh.jobs.job import Job
from services.mesh.jobs.worker import Report, WorkDied
from services.mesh.logs import logger
from services.processing.domain import InstallationSpec

log = logger(__name__)

_STOP_SECONDS = 1.5
# What the child may do beside downloading: hashing, converting, syncing.
_DOWNLOAD_SHARE = 0.98


class InstallationPerformer:
    """Performs installations, several at once if need be: a model's folder is locked by who installs it."""

    def __init__(self, models_dir: Path) -> None:
        self._models_dir = models_dir

    async def perform(self, job: Job, report: Report) -> Mapping[str, Any]:
        """Installs the model; see `Performer`. What is downloaded stays for the next attempt."""
        spec = InstallationSpec.from_record(job.spec)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "services.processing.install", spec.model),
            *("--models-dir", str(self._models_dir), "--json"),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path or str(Path.cwd()) for path in sys.path)},
        )
        try:
            outcome = await _follow(process, report)
            await process.wait()
        finally:
            await _end(process)
        match outcome.get("event"):
            case "installed":
                return {"source": outcome["source"], "files": outcome["files"]}
            case "error":
                raise _error(job, spec.model, outcome["reason"], outcome["message"])
            case _:
                raise WorkDied(f"the installer ended with status {process.returncode}")

    async def forget(self, job_id: str) -> None:
        """Does nothing: what was downloaded belongs to the model, and the next installation of it continues there."""

    async def left(self) -> set[str]:
        """Returns no ids: what installations leave belongs to models."""
        return set()


async def _follow(process: asyncio.subprocess.Process, report: Report) -> Mapping[str, Any]:
    """Passes progress on, to the last event, which is returned; empty if there was none."""
    assert process.stdout is not None
    last: Mapping[str, Any] = {}
    async for line in process.stdout:
        last = json.loads(line)
        if last["event"] == "progress":
            report.stage = last["stage"]
            report.fraction = last["fraction"] * _DOWNLOAD_SHARE
            report.details = {"received_bytes": last["done_bytes"], "total_bytes": last["total_bytes"]}
    return last


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), _STOP_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()


def _error(job: Job, model: str, reason: str, message: str) -> MeshError:
    match reason:
        case "SOURCE_UNREACHABLE":
            return WeightsUnreachable(model, message)
        case "SOURCE_REFUSED":
            return WeightsRefused(model, message)
        case "SOURCE_MISSING":
            return WeightsMissing(model, message)
        case "STORAGE_FULL":
            return StorageFull()
        case _:
            log.error("not installed", model=model, reason=reason, message=message)
            return Internal(job.id)
