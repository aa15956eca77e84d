"""Becomes another program that dies with its supervisor. Run as a script: `launch.py SUPERVISOR_PID PROGRAM ARGUMENT...`.

Linux can signal a process when its parent dies, but the process has to ask for it itself, after the fork and before the
exec. Doing it here rather than in a `preexec_fn` keeps Python code out of the moment after a fork, where it may deadlock.
The process id stays the same. The supervisor starts children from its main thread only: the signal is tied to the
*thread* that forked.
"""

import ctypes
import os
import signal
import sys
from typing import Final

_PR_SET_PDEATHSIG: Final = 1


def main() -> None:
    """Asks for SIGTERM at the parent's death, then executes the program."""
    supervisor, program = int(sys.argv[1]), sys.argv[2]
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != supervisor:  # it died before we could ask
        sys.exit(1)
    os.execvp(program, sys.argv[2:])  # noqa: S606 -- no shell is wanted


if __name__ == "__main__":
    main()
