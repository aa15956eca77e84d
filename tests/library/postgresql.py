"""A PostgreSQL server for tests, where one is installed: in a folder of its own, on a free port, gone afterwards."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import free_port

_DEBIAN = Path("/usr/lib/postgresql")
_USER = "sfa"


@dataclass(frozen=True)
class PostgreSql:
    """A running server."""

    programs: Path
    port: int

    def create_database(self) -> str:
        """Makes an empty database; returns its address as SQLAlchemy writes it."""
        name = f"db{uuid.uuid4().hex}"
        command = [str(self.programs / "createdb"), "-h", "127.0.0.1", "-p", str(self.port), "-U", _USER, name]
        subprocess.run(command, check=True)
        return f"postgresql+asyncpg://{_USER}@127.0.0.1:{self.port}/{name}"

    def answers(self) -> bool:
        """Whether it takes connections."""
        command = [str(self.programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(command, check=False).returncode == 0


def installed_programs() -> Path | None:
    """The folder of initdb and its companions; None if they are not installed."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    return max((path.parent for path in _DEBIAN.glob("*/bin/initdb")), default=None)


@contextmanager
def running_postgresql(programs: Path) -> Iterator[PostgreSql]:
    """Runs a server while the block runs."""
    # PostgreSQL refuses to be root; Debian's package brings a user for it.
    user = "postgres" if os.getuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="sfa-postgresql-"))
    try:
        if user:
            shutil.chown(folder, user)
        data, server = folder / "data", PostgreSql(programs, free_port())
        initdb = (str(programs / "initdb"), "-D", str(data), f"--username={_USER}", "--auth=trust", "--no-sync")
        subprocess.run(
            [*initdb, "--encoding=UTF8", "--locale=C.UTF-8"],
            check=True,
            stdout=subprocess.DEVNULL,
            user=user,
            cwd=folder,
        )
        options = ["-p", str(server.port), "-k", str(folder), "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"]
        with (folder / "log").open("w") as log:
            process = subprocess.Popen(
                [str(programs / "postgres"), "-D", str(data), *options], stdout=log, stderr=log, user=user, cwd=folder
            )
        try:
            deadline = time.monotonic() + 30
            while not server.answers():
                assert process.poll() is None, (folder / "log").read_text()
                assert time.monotonic() < deadline, (folder / "log").read_text()
                time.sleep(0.1)
            yield server
        finally:
            process.send_signal(signal.SIGINT)  # the fast shutdown
            process.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
