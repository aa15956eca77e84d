"""`python -m services.processing.adapters.convert CHECKPOINT OUT`: makes safetensors of a Demucs checkpoint, which is a pickle.

A pickle is a program. Three things stand between it and the machine:

- torch's restricted unpickler, which builds tensors, plain containers and fractions, and refuses every other name;
- this process: it is started for one file, with an empty environment, and gives up the network (Linux, where the kernel lets
  it), further processes (unless it is root), and most of its memory, time and disk before it opens the file;
- what it returns is safetensors, which holds numbers and text only, and is checked like any other file afterwards.
"""

import argparse
import ctypes
import resource
import sys
from pathlib import Path

from services.processing.adapters.demucs_files import DemucsFileInvalid

_CPU_SECONDS = 300
_MEMORY_BYTES = 16 << 30
_FILE_BYTES = 4 << 30
_OPEN_FILES = 256
_CLONE_NEWUSER = 0x1000_0000
_CLONE_NEWNET = 0x4000_0000


def main() -> int:
    """Converts one file. Returns 0, or 1 after a line on standard error that says why not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    leave_network()
    # Loaded before the limits: these libraries are trusted, and need threads and files to start.
    from services.processing.adapters import convert_network  # noqa: PLC0415

    limit()
    try:
        convert_network.convert(options.checkpoint, options.out)
    except DemucsFileInvalid as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except MemoryError:
        sys.stderr.write("it needs more memory than a Demucs network should\n")
        return 1
    return 0


def leave_network() -> bool:
    """Moves this process into a network namespace without any interface; returns whether the system allows it.

    Must run before any thread is started: the kernel refuses it to processes with threads.
    """
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    return any(libc.unshare(flags) == 0 for flags in (_CLONE_NEWUSER | _CLONE_NEWNET, _CLONE_NEWNET))


def limit() -> None:
    """Gives up what a conversion does not need; a limit that the system does not know is left out."""
    limits = {
        "RLIMIT_CPU": _CPU_SECONDS,
        "RLIMIT_FSIZE": _FILE_BYTES,
        "RLIMIT_NOFILE": _OPEN_FILES,
        "RLIMIT_CORE": 0,
        "RLIMIT_NPROC": 0,
        "RLIMIT_AS": _MEMORY_BYTES,
    }
    for name, value in limits.items():
        kind = getattr(resource, name, None)
        if kind is None:
            continue
        _, hard = resource.getrlimit(kind)
        ceiling = value if hard == resource.RLIM_INFINITY else min(value, hard)
        try:
            resource.setrlimit(kind, (ceiling, ceiling))
        except (ValueError, OSError):
            continue


if __name__ == "__main__":
    sys.exit(main())
