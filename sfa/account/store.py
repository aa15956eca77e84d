"""The accounts of this person, by mesh: one file, readable by its owner alone."""

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from sfa.account.issuer import Grant


@dataclass(frozen=True)
class Accounts:
    """What `sfa login` keeps in `folder`."""

    folder: Path

    @classmethod
    def of_this_user(cls) -> Self:
        """SFA_CONFIG_DIR, else the place where this system keeps a user's settings."""
        if named := os.environ.get("SFA_CONFIG_DIR"):
            return cls(Path(named).expanduser())
        import platformdirs  # noqa: PLC0415 -- as in DataDir.chosen

        return cls(platformdirs.user_config_path("sound-forge-alchemy", appauthor=False))

    @property
    def _file(self) -> Path:
        return self.folder / "accounts.json"

    def get(self, target: str) -> Grant | None:
        """The account that is signed in to a mesh."""
        try:
            return Grant.from_json(self._read()[target])
        except (KeyError, TypeError):
            return None

    def put(self, target: str, grant: Grant) -> None:
        """Keeps an account."""
        self._write({**self._read(), target: grant.to_json()})

    def remove(self, target: str) -> None:
        """Forgets the account of a mesh."""
        self._write({mesh: kept for mesh, kept in self._read().items() if mesh != target})

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keeps other processes of this user out: a refresh token that two of them spend ends the session."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self.folder / "accounts.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _read(self) -> dict[str, Any]:
        with contextlib.suppress(OSError, ValueError):
            read = json.loads(self._file.read_text(encoding="utf-8"))
            if isinstance(read, dict):
                return read
        return {}

    def _write(self, accounts: dict[str, Any]) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = self._file.with_name(f"accounts.{os.getpid()}.json")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(accounts, file)
        fresh.replace(self._file)
