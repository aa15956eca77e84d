"""The file by which programs find the mesh that runs on this machine, and a supervisor finds a dead one's leftovers."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from sfa.local.ports import LOOPBACK

VERSION = 1


@dataclass(frozen=True, kw_only=True)
class MeshState:
    """A mesh as its supervisor describes it."""

    supervisor_pid: int
    """The process that runs `sfa up` or `sfa demo`."""
    mark: str
    """The value of SFA_MESH_MARK in the environment of every process of this mesh; no other process has it."""
    target: str
    """The address of the gateway, for example `http://127.0.0.1:3000`."""
    ready: bool
    """Whether every service has answered its health check."""
    ports: Mapping[str, int] = field(default_factory=dict)
    """TCP ports by use: "envoy", "envoy-admin", "library", ..."""
    pids: Mapping[str, int] = field(default_factory=dict)
    """Process ids by service name."""
    redis_url: str = ""
    """The job store."""
    version: int = VERSION
    """Of this file's format."""

    @property
    def alive(self) -> bool:
        """Whether the supervisor still runs."""
        try:
            os.kill(self.supervisor_pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True


def studio_address(ports: Mapping[str, int]) -> str:
    """Where the web page of a mesh with these ports is; empty if it has none."""
    return f"http://{LOOPBACK}:{ports['studio']}" if "studio" in ports else ""


def write(path: Path, state: MeshState) -> None:
    """Replaces the file in one step, so that a reader never sees half of it."""
    draft = path.with_suffix(".tmp")
    draft.write_text(json.dumps(asdict(state), indent=2) + "\n", encoding="utf-8")
    draft.replace(path)


def read(path: Path) -> MeshState | None:
    """The state in the file; None if there is none, or it was written by an incompatible version."""
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(fields, dict) or fields.get("version") != VERSION:
        return None
    try:
        return MeshState(**fields)
    except TypeError:
        return None
