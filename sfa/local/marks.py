"""Recognises the processes of a mesh, its children's children included, long after their supervisor is gone.

Every process that a supervisor starts inherits an environment variable with a random value. A process id may be reused by
a stranger; the mark cannot.
"""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

VARIABLE: Final = "SFA_MESH_MARK"
_PATIENCE_SECONDS: Final = 5.0


def marked(mark: str) -> list[int]:
    """Process ids of all running processes that carry the mark, this one excepted."""
    needle = f"{VARIABLE}={mark}"
    found = _linux(needle) if sys.platform == "linux" else _by_ps(needle)
    return [pid for pid in found if pid != os.getpid()]


def end_marked(mark: str) -> list[int]:
    """Ends every process that carries the mark: politely, then by SIGKILL. Blocks for up to a few seconds.

    Returns:
        The processes that were found running.
    """
    found = marked(mark)
    for number in (signal.SIGTERM, signal.SIGKILL):
        for pid in marked(mark):
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                continue
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while marked(mark) and time.monotonic() < deadline:
            time.sleep(0.05)
    return found


def _linux(needle: str) -> list[int]:
    pids = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            environment = (folder / "environ").read_bytes()
        except OSError:  # it ended meanwhile, or belongs to somebody else
            continue
        if needle.encode() in environment.split(b"\0"):  # a zombie's environment is empty
            pids.append(int(folder.name))
    return pids


def _by_ps(needle: str) -> list[int]:
    listing = subprocess.run(
        ["/bin/ps", "-axEww", "-o", "pid=,command="], capture_output=True, text=True, errors="replace", check=False
    ).stdout
    lines = (line.strip().split(maxsplit=1) for line in listing.splitlines())
    whole_word = re.compile(rf"(^|\s){re.escape(needle)}(\s|$)")
    return [int(fields[0]) for fields in lines if len(fields) > 1 and whole_word.search(fields[1])]
