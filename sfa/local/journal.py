"""What the processes of a mesh say: raw in one file each, and as one prefixed log on the console."""

import contextlib
import os
import sys
from collections import deque
from pathlib import Path
from typing import Final, TextIO

_COLOURS: Final = ("36", "33", "32", "35", "34", "96", "93", "92", "95")
_MAX_BYTES: Final = 10 * 1024 * 1024
_TAIL_LINES: Final = 20


class Journal:
    """The log of one process. Its file is limited to two generations of 10 MiB."""

    def __init__(self, name: str, folder: Path, console: "Console | None") -> None:
        self.path = folder / f"{name}.log"
        self._name = name
        self._console = console
        self._tail: deque[str] = deque(maxlen=_TAIL_LINES)
        self._file = self.path.open("ab", buffering=0)

    @property
    def tail(self) -> list[str]:
        """The last lines, for the message that says why a process did not start."""
        return list(self._tail)

    def write(self, line: bytes, *, shown: bool = True) -> None:
        """Adds one line, without its line feed; to the console only if it is to be `shown`.

        A full disk or a closed terminal costs the line, and nothing else: an error here would stop the reader of the
        pipe, and a full pipe would stop the service.
        """
        text = line.decode(errors="replace").rstrip()
        self._tail.append(text)
        with contextlib.suppress(OSError):
            self._append(line + b"\n")
        if self._console is not None and shown:
            with contextlib.suppress(OSError):
                self._console.line(self._name, text)

    def close(self) -> None:
        """Closes the file."""
        self._file.close()

    def _append(self, line: bytes) -> None:
        # Unbuffered: what a full disk refused is not kept to be refused again.
        if os.fstat(self._file.fileno()).st_size > _MAX_BYTES:
            self._file.close()
            self.path.replace(self.path.with_suffix(".log.1"))
            self._file = self.path.open("ab", buffering=0)
        self._file.write(line)


class Console:
    """The common log: every line behind the name of who said it, each in its colour."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._coloured = self._stream.isatty() and "NO_COLOR" not in os.environ
        self._names: dict[str, str] = {}

    def line(self, name: str, text: str) -> None:
        """Prints one line of a process."""
        if name not in self._names:
            self._names[name] = _COLOURS[len(self._names) % len(_COLOURS)]
        prefix = f"{name:<11} | "
        if self._coloured:
            prefix = f"\x1b[{self._names[name]}m{prefix}\x1b[0m"
        self._stream.write(f"{prefix}{text}\n")
        self._stream.flush()
