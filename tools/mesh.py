"""A mesh for one purpose: what tests, benchmarks and pictures start, and what nobody else's mesh is disturbed by."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sfa.local.datadir import DataDir
from sfa.local.plan import Options
from sfa.local.ports import PortMode
from sfa.local.running import Say, local_mesh
from sfa.local.supervisor import Supervisor


@asynccontextmanager
async def own_mesh(
    folder: Path, *, say: Say = lambda _: None, sandbox: bool = False, log_level: str = "info"
) -> AsyncIterator[Supervisor]:
    """A whole mesh with a Valkey of its own, on whatever ports are free, logging to files in JSON.

    Args:
        folder: Its data directory. Whoever calls removes it afterwards.
        say: Told about every step.
        sandbox: Whether stand-ins take the place of Spotify and of the sites that play songs.
        log_level: The least severe level that its services log.
    """
    options = Options(
        data_dir=DataDir(folder),
        port_mode=PortMode.ANY,
        redis_url="",
        sandbox=sandbox,
        log_format="json",
        log_level=log_level,
    )
    async with local_mesh(options, console=None, say=say, hurry=asyncio.Event()) as supervisor:
        yield supervisor
