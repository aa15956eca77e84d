"""The options before the command, and the ways a command may end."""

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

import click

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

    def connect(self) -> "Mesh":
        """A connection to the chosen mesh; to be called inside a running event loop."""
        from sfa.mesh import connect  # noqa: PLC0415 -- 0.3 s that `--help` and usage errors need not spend

        try:
            return connect(self.target, token=self.token)
        except ValueError as error:
            raise click.UsageError(str(error)) from None
