"""The folders in which separations are made, and who may write there.

    work/<job id>/<run id>/     one run of the engine: scratch files, checkpoint, finished stems

The process that computes holds a lock on its run's folder, and the kernel takes the lock back when the process ends, however
it ends. So an attempt takes over what a dead one left, but never what one still writes that was only taken for dead.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from services.mesh.ids import new_id


class Run:
    """A locked folder of one run."""

    def __init__(self, path: Path, lock: int) -> None:
        self.path = path
        self._lock = lock

    def remove(self) -> None:
        """Removes the folder with everything in it, and the lock with it."""
        shutil.rmtree(self.path, ignore_errors=True)
        self.close()

    def close(self) -> None:
        """Unlocks the folder and leaves it to later attempts."""
        os.close(self._lock)


def begin(folder: Path) -> Run:
    """Makes an empty folder for a new run in a job's folder."""
    while True:
        path = folder / new_id()
        path.mkdir(parents=True)
        # Somebody who removes what is left of the job may have come between.
        if run := _locked(path):
            return run


def begin_anew(folder: Path) -> Run:
    """Makes an empty folder for a new file, and removes what processes have left there that were killed."""
    for left in abandoned(folder):
        left.remove()
    return begin(folder)


def abandoned(folder: Path) -> Iterator[Run]:
    """Yields what runs left in a job's folder that have ended, newest first; the caller removes or closes each."""
    for path in sorted(_entries(folder), reverse=True):
        if run := _locked(path):
            yield run


def remove(folder: Path) -> None:
    """Removes a job's folder, except for runs that still go on: whoever ends them calls this again."""
    for run in abandoned(folder):
        run.remove()
    try:
        folder.rmdir()
    except OSError:
        return  # it is gone, or a run goes on


def _entries(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if path.is_dir()]
    except FileNotFoundError:
        return []


def _locked(path: Path) -> Run | None:
    try:
        lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    if not path.exists():  # removed between the two lines above
        os.close(lock)
        return None
    return Run(path, lock)
