"""The folder that holds everything a local mesh keeps: songs, stems, weights, jobs, logs."""

import contextlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Self


@dataclass(frozen=True)
class DataDir:
    """Where things are inside one data directory. At most one mesh uses it at a time."""

    root: Path

    @classmethod
    def chosen(cls, explicit: Path | None = None) -> Self:
        """The given folder, else SFA_DATA_DIR, else the place where this system keeps a user's application data."""
        if explicit is not None:
            return cls(explicit.expanduser().resolve())
        if named := os.environ.get("SFA_DATA_DIR"):
            return cls(Path(named).expanduser().resolve())
        import platformdirs  # noqa: PLC0415 -- 50 ms that most callers of the SDK never need

        return cls(platformdirs.user_data_path("sound-forge-alchemy", appauthor=False))

    @property
    def state_file(self) -> Path:
        """What `sfa.local.state` writes: the address, ports and process ids of the mesh that runs here."""
        return self.root / "mesh.json"

    @property
    def lock_file(self) -> Path:
        """Held, by flock, for as long as a supervisor lives."""
        return self.root / "mesh.lock"

    @property
    def logs(self) -> Path:
        """One raw log per process."""
        return self.root / "logs"

    @property
    def models(self) -> Path:
        """One folder of weights per installed model."""
        return self.root / "models"

    @property
    def spotdl(self) -> Path:
        """The virtual environment of spotdl, if it was installed."""
        return self.root / "spotdl"

    @property
    def valkey(self) -> Path:
        """The append-only file of the job store."""
        return self.root / "valkey"

    @property
    def run(self) -> Path:
        """Rendered configuration of Envoy and Valkey."""
        return self.root / "run"

    @property
    def mesh_key(self) -> Path:
        """The secret by which gateway and services know each other."""
        return self.root / "mesh.key"

    def create(self) -> None:
        """Makes the folder, readable by its owner alone: it holds the key that signs media addresses.

        Raises:
            OSError: If it cannot be made or written to.
        """
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        for folder in (self.logs, self.models, self.valkey, self.run):
            folder.mkdir(exist_ok=True)
        # Envoy reads it when it starts, perhaps before any service has.
        with contextlib.suppress(FileExistsError):
            descriptor = os.open(self.mesh_key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(secrets.token_hex(32))
