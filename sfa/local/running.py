"""A whole local mesh as one `async with`."""

import asyncio
import re
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from sfa.local import lock, marks, ports, probes, state, weights
from sfa.local.datadir import DataDir
from sfa.local.journal import Console
from sfa.local.keeper import StartFailed
from sfa.local.plan import Options, make_plan, wanted_ports
from sfa.local.supervisor import Supervisor

Say = Callable[[str], None]
"""Takes one sentence about what goes on, for people."""


@asynccontextmanager
async def local_mesh(
    options: Options, *, console: Console | None, say: Say, hurry: asyncio.Event
) -> AsyncIterator[Supervisor]:
    """Brings a mesh up, yields when every service serves, and ends all of it on the way out, however that comes about.

    Enter it from the main thread: the processes are tied to the thread that starts them.

    Args:
        options: What to run, where.
        console: Where the services' logs go besides their files; None = nowhere.
        say: Told about every step.
        hurry: Setting it kills every process at once: for people who cannot wait for the drain.

    Raises:
        DataDirInUse: If a mesh already runs on this data directory.
        PortTaken: If the fixed ports are wanted and are not free.
        ProgramMissing: If Envoy or a Redis-compatible server is not installed.
        StartFailed: If a service does not come up, or a given Redis server does not answer.
        InstallFailed: If the default model cannot be installed.
        OSError: If the data directory cannot be used.
    """
    data_dir = options.data_dir
    data_dir.create()
    with lock.held(data_dir.lock_file):
        await _bury_predecessor(data_dir, say)
        if options.redis_url and not await probes.ponging(options.redis_url)():
            raise StartFailed(
                f"Nothing answers at REDIS_URL={_without_password(options.redis_url)}. Start it, or unset it."
            )
        chosen = ports.choose(wanted_ports(options), options.port_mode)
        plan = make_plan(options, chosen)
        supervisor = Supervisor(
            data_dir, mark=secrets.token_hex(16), target=plan.target, ports=chosen, redis_url=plan.redis_url
        )
        killer = asyncio.create_task(_kill_when(hurry, supervisor))
        try:
            await weights.install_default(data_dir, say)
            await supervisor.start(plan.stages, console=console, on_ready=lambda name: say(f"{name} is ready"))
            yield supervisor
        finally:
            await supervisor.stop()
            killer.cancel()
            data_dir.state_file.unlink(missing_ok=True)


def _without_password(url: str) -> str:
    return re.sub(r"//[^@/]*@", "//…@", url)


async def _kill_when(hurry: asyncio.Event, supervisor: Supervisor) -> None:
    await hurry.wait()
    supervisor.kill()


async def _bury_predecessor(data_dir: DataDir, say: Say) -> None:
    """Ends what a supervisor that was killed has left running. We hold the lock, so it is dead."""
    last = state.read(data_dir.state_file)
    if last is None:
        return
    orphans = await asyncio.to_thread(marks.end_marked, last.mark)
    if orphans:
        say(f"ended {len(orphans)} processes that a killed mesh had left behind")
    data_dir.state_file.unlink(missing_ok=True)
