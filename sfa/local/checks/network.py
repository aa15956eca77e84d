"""Ports: free, ours, or taken, and by what."""

import asyncio
import contextlib
from pathlib import Path
from typing import Final

from sfa.local import ports, state
from sfa.local.checks.finding import Finding, Level
from sfa.local.datadir import DataDir

_LISTEN: Final = "0A"


async def examine(data_dir: DataDir) -> list[Finding]:
    """A finding on the ports that a mesh would like to have."""
    running = state.read(data_dir.state_file)
    if running is not None and running.alive:
        return [Finding("ports", Level.OK, f"the mesh listens on {running.ports['envoy']} and others")]
    taken = [port for port in ports.DEFAULTS.values() if not ports.is_free(port)]
    if not taken:
        return [Finding("ports", Level.OK, "3000 and its neighbours are free")]
    holders = await asyncio.to_thread(_holders, set(taken))
    by_holder: dict[str, list[str]] = {}
    for port in taken:
        by_holder.setdefault(holders.get(port, "another program"), []).append(str(port))
    detail = "; ".join(f"{', '.join(held)} taken by {holder}" for holder, held in by_holder.items())
    remedy = "`sfa up` takes the next free ports. For the fixed ones, stop these programs."
    return [Finding("ports", Level.WARN, detail, remedy)]


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
        # Whatever cannot be read has ended meanwhile, or belongs to somebody else.
        with contextlib.suppress(OSError):
            for descriptor in (process / "fd").iterdir():
                with contextlib.suppress(OSError):
                    if (held := inodes.get(str(descriptor.readlink()))) is not None:
                        name = (process / "comm").read_text().strip()
                        found[held] = f"{name} (process {process.name})"
    return found
