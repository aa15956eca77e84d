"""Brings up the processes of a mesh in order, and takes them down again so that nothing is left."""

import asyncio
import contextlib
import dataclasses
import os
from collections.abc import Callable, Mapping, Sequence

from sfa.local import marks, state
from sfa.local.datadir import DataDir
from sfa.local.journal import Console, Journal
from sfa.local.keeper import Keeper, Service

Stage = Sequence[Service]
"""Services that start together, when all of the stage before them serve."""


class Supervisor:
    """The processes of one mesh, from `start` to `stop`. `mesh.json` follows what they do."""

    def __init__(self, data_dir: DataDir, *, mark: str, target: str, ports: Mapping[str, int], redis_url: str) -> None:
        self.target = target
        self.ports = dict(ports)
        self.redis_url = redis_url
        self.mark = mark
        self._data_dir = data_dir
        self._stages: list[list[Keeper]] = []
        self._ready = False

    @property
    def studio(self) -> str:
        """The web page's address; empty if it is not built."""
        return state.studio_address(self.ports)

    @property
    def pids(self) -> dict[str, int]:
        """Process ids by service name, of those that run at this moment."""
        return {k.service.name: k.pid for stage in self._stages for k in stage if k.pid is not None}

    async def start(self, stages: Sequence[Stage], *, console: Console | None, on_ready: Callable[[str], None]) -> None:
        """Starts all services, stage by stage, and returns when the last one serves.

        Args:
            stages: What to start.
            console: Where the services' logs go besides their files; None = nowhere.
            on_ready: Called with the name of each service as it begins to serve.

        Raises:
            StartFailed: If one of them cannot be brought to serve. The others keep running until `stop`.
        """
        for stage in stages:
            keepers = [
                Keeper(
                    self._marked(service),
                    Journal(service.name, self._data_dir.logs, console),
                    on_change=self._write_state,
                )
                for service in stage
            ]
            self._stages.append(keepers)
            starts = [asyncio.create_task(self._start_one(keeper, on_ready)) for keeper in keepers]
            try:
                await asyncio.gather(*starts)
            finally:  # the first that fails ends the wait for its neighbours
                for start in starts:
                    start.cancel()
                await asyncio.gather(*starts, return_exceptions=True)
        self._ready = True
        self._write_state()

    async def stop(self) -> None:
        """Ends all services, the last started first."""
        self._ready = False
        while self._stages:
            await asyncio.gather(*(keeper.stop() for keeper in self._stages[-1]))
            self._stages.pop()
        # Whatever left its process group, or was started while its parent ended.
        await asyncio.to_thread(marks.end_marked, self.mark)

    def kill(self) -> None:
        """Ends all services at once, for people who cannot wait."""
        for stage in self._stages:
            for keeper in stage:
                keeper.kill()

    async def _start_one(self, keeper: Keeper, on_ready: Callable[[str], None]) -> None:
        await keeper.start()
        on_ready(keeper.service.name)

    def _marked(self, service: Service) -> Service:
        return dataclasses.replace(service, env={**service.env, marks.VARIABLE: self.mark})

    def _write_state(self) -> None:
        now = state.MeshState(
            supervisor_pid=os.getpid(),
            mark=self.mark,
            target=self.target,
            ready=self._ready,
            ports=self.ports,
            pids=self.pids,
            redis_url=self.redis_url,
        )
        with contextlib.suppress(OSError):  # a full disk must not keep a service from being started again
            state.write(self._data_dir.state_file, now)
