"""Conversion of a file that may be hostile, in a process that could do no harm: both sides.

A pickle is a program. Three things stand between it and the machine:

- the converter's own reader, which builds tensors and plain containers and refuses every other name;
- the process: it is started for one file, with an empty environment, and gives up the network (Linux, where the kernel lets
  it), further processes (unless it is root), and most of its memory, time and disk before it opens the file;
- what it returns is safetensors, which holds numbers and text only, and is checked like any other file afterwards.
"""

import argparse
import ctypes
import os
import pickle
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

CPU_SECONDS = 300
MEMORY_BYTES = 16 << 30
_FILE_BYTES = 4 << 30
_OPEN_FILES = 256
# Wall-clock; the child limits its own processor time, memory and files.
_WALL_SECONDS = 600
_CLONE_NEWUSER = 0x1000_0000
_CLONE_NEWNET = 0x4000_0000

Convert = Callable[[Path, Path], None]
"""Writes the second file from the first; raises ValueError with half a sentence that says why it cannot."""


UNREADABLE = (pickle.UnpicklingError, EOFError, RuntimeError, ValueError, TypeError, KeyError, AttributeError)
"""What torch.load(weights_only=True) raises of a file that is no checkpoint, or asks for more than tensors."""


class NotConverted(Exception):
    """A file was not converted; the message says why."""


def converted(module: str, source: Path, folder: Path) -> Path:
    """Converts a file by `python -m module SOURCE OUT`, whose `main` is `sandboxed`.

    Args:
        module: what converts.
        source: the file.
        folder: an empty folder, the only one that the child is told of.

    Returns:
        The new file, in the folder.

    Raises:
        NotConverted: there is none.
    """
    # Nothing of our environment but where modules are.
    environment = {
        "PATH": os.defpath,
        "PYTHONPATH": os.pathsep.join(path or str(Path.cwd()) for path in sys.path),
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "OMP_NUM_THREADS": "1",
    }
    out = folder / "network.safetensors"
    try:
        ran = subprocess.run(
            [sys.executable, "-m", module, str(source.resolve()), out.name],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_WALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise NotConverted(f"{source.name} was not converted within {_WALL_SECONDS} s.") from error
    if ran.returncode != 0:
        said = ran.stderr.decode(errors="replace").strip().splitlines()
        why = said[-1] if said else f"its conversion ended with status {ran.returncode}"
        raise NotConverted(f"{source.name} was not converted: {why}")
    return out


def sandboxed(description: str | None, load: Callable[[], Convert]) -> int:
    """The child's side: converts one file. Returns 0, or 1 after a line on standard error that says why not.

    Args:
        description: of the command line.
        load: imports what converts.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    leave_network()
    # Loaded before the limits: these libraries are trusted, and need threads and files to start.
    convert = load()
    limit()
    try:
        convert(options.checkpoint, options.out)
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except MemoryError:
        sys.stderr.write("it needs more memory than a network should\n")
        return 1
    return 0


def reason_of(error: Exception) -> str:
    """Returns the line of an error of torch.load that says what the file asked for; the others say how to trust it after all."""
    lines = str(error).splitlines()
    asked = next((line for line in lines if "global" in line.lower()), None)
    return (asked or f"{type(error).__name__}: {lines[0] if lines else 'no reason'}").strip()[:200]


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
        "RLIMIT_CPU": CPU_SECONDS,
        "RLIMIT_FSIZE": _FILE_BYTES,
        "RLIMIT_NOFILE": _OPEN_FILES,
        "RLIMIT_CORE": 0,
        "RLIMIT_NPROC": 0,
        "RLIMIT_AS": MEMORY_BYTES,
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
