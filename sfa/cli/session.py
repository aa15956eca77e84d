"""The options before the command, and the ways a command may end."""

import os
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

import click

from sfa.local import state
from sfa.local.datadir import DataDir

if TYPE_CHECKING:
    from sfa.mesh import Mesh


class Exit(IntEnum):
    """Exit statuses, as `sfa --help` documents them."""

    FAILED = 1
    USAGE = 2
    UNREACHABLE = 3
    REFUSED = 4
    INTERRUPTED = 130


@dataclass(frozen=True)
class Session:
    """The options before the command."""

    target: str | None = None
    token: str | None = None

    @property
    def names_mesh(self) -> bool:
        """Whether there is a mesh to talk to: one was named, or one runs on this machine."""
        if self.target or os.environ.get("SFA_TARGET"):
            return True
        running = state.read(DataDir.chosen().state_file)
        return running is not None and running.alive and running.ready

    def address(self) -> str:
        """Where the chosen mesh is."""
        from sfa.target import resolve  # noqa: PLC0415 -- as below

        try:
            return str(resolve(self.target))
        except ValueError as error:
            raise click.UsageError(str(error)) from None

    def connect(self) -> "Mesh":
        """A connection to the chosen mesh; to be called inside a running event loop."""
        from sfa.mesh import connect  # noqa: PLC0415 -- 0.3 s that `--help` and usage errors need not spend

        try:
            return connect(self.target, token=self.token)
        except ValueError as error:
            raise click.UsageError(str(error)) from None
