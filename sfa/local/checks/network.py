"""Ports: free, ours, or taken, and by what."""

import asyncio
from pathlib import Path
from typing import Final

from sfa.local import ports, state
from sfa.local.checks.finding import Finding, Level
from sfa.local.datadir import DataDir

_LISTEN: Final = "0A"


async def examine(data_dir: DataDir) -> list[Finding]:
    """A finding on the default ports, or one per port that something else has taken."""
    running = state.read(data_dir.state_file)
    ours = set(running.ports.values()) if running is not None and running.alive else set()
    taken = {use: port for use, port in ports.DEFAULTS.items() if port not in ours and not ports.is_free(port)}
    if not taken:
        return [Finding("ports", Level.OK, "in use by the mesh" if ours else "3000 and its neighbours are free")]
    holders = await asyncio.to_thread(_holders, set(taken.values()))
    return [
        Finding(
            "ports",
            Level.WARN,
            f"{port} ({use}) is taken by {holders.get(port, 'another program')}",
            "`sfa up` takes the next free port. For the fixed ones, stop that program.",
        )
        for use, port in taken.items()
    ]


def _holders(wanted: set[int]) -> dict[int, str]:
    """Who listens on these ports, as far as this user may see: name and process id. Linux only; elsewhere empty."""
    inodes: dict[str, int] = {}
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        if not table.exists():
            continue
        for line in table.read_text().splitlines()[1:]:
            fields = line.split()
            port = int(fields[1].rpartition(":")[2], 16)
            if port in wanted and fields[3] == _LISTEN:
                inodes[f"socket:[{fields[9]}]"] = port
    found: dict[int, str] = {}
    for process in Path("/proc").glob("[0-9]*") if inodes else ():
        try:
            links = {str(link.readlink()) for link in (process / "fd").iterdir()}
            name = (process / "comm").read_text().strip()
        except OSError:  # it ended meanwhile, or belongs to somebody else
            continue
        for inode in links & inodes.keys():
            found[inodes[inode]] = f"{name} (process {process.name})"
    return found
