"""One mesh per data directory."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class DataDirInUse(Exception):
    """Another supervisor works on this data directory."""


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Holds the lock file for the length of the block. The kernel drops the lock when its holder dies, however it dies.

    Raises:
        DataDirInUse: If another process holds it.
    """
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DataDirInUse(f"A mesh already runs on {path.parent}.") from None
        yield


def is_held(path: Path) -> bool:
    """Whether some process holds the lock at this moment."""
    if not path.exists():
        return False
    try:
        with held(path):
            return False
    except DataDirInUse:
        return True
