"""Room for songs and stems."""

import asyncio
import os
import shutil
from pathlib import Path
from typing import Final

from sfa.local.checks.finding import Finding, Level
from sfa.local.datadir import DataDir

_GB: Final = 1000**3
_LITTLE: Final = 5 * _GB
_NOTHING: Final = 1 * _GB


async def examine(data_dir: DataDir) -> list[Finding]:
    """A finding on the disk under the data directory."""
    return [await asyncio.to_thread(_look, data_dir.root)]


def _look(root: Path) -> Finding:
    existing = next(folder for folder in (root, *root.parents) if folder.exists())
    if not os.access(existing, os.W_OK):
        return Finding("disk", Level.FAIL, f"{existing} cannot be written.", "Choose another place with --data-dir.")
    free = shutil.disk_usage(existing).free
    detail = f"{free / _GB:.0f} GB free at {root}"
    if free < _LITTLE:
        # Four stems of a five-minute song, as 16-bit WAV.
        remedy = "A song takes about 250 MB with its stems. Free space, or choose another place with --data-dir."
        return Finding("disk", Level.FAIL if free < _NOTHING else Level.WARN, detail, remedy)
    return Finding("disk", Level.OK, detail)
