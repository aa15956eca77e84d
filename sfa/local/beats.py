"""Converts a network that finds beats by running the analysis service's own command, which knows how."""

from contextlib import aclosing
from pathlib import Path
from typing import Any

from sfa.local.weights import InstallFailed, reported


async def convert(checkpoint: Path, out: Path) -> dict[str, Any]:
    """Makes the file that BEAT_MODEL names of a checkpoint of Beat This!

    Returns:
        Its "path", "sha256" and "size_bytes".

    Raises:
        InstallFailed: If it cannot be made.
    """
    arguments = ["services.analysis.beats", str(checkpoint), str(out)]
    async with aclosing(reported(arguments, "Nothing was converted.")) as events:
        async for event in events:
            return {name: event[name] for name in ("path", "sha256", "size_bytes")}
    raise InstallFailed("Nothing was converted.")
