"""A file on its way: it grows beside its destination and takes its name only when it is whole and proven."""

import errno
import fcntl
import hashlib
import os
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self

from sfa.errors import DataLoss

_HASH_BYTES: Final = 1024 * 1024
# What file systems without locks answer, such as some that lie on a network.
_LOCKLESS: Final = frozenset({errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS})


def destination(where: str | os.PathLike[str], filename: str) -> Path:
    """Where a download goes: `where` itself, or `filename` inside it if it is a folder or ends like one.

    The name comes from a server, so directories in it are cut off.
    """
    path = Path(where)
    if path.is_dir() or os.fspath(where).endswith(os.sep):
        path.mkdir(parents=True, exist_ok=True)
        name = Path(filename.replace("\\", "/")).name
        return path / (name if name not in {"", ".", ".."} else "artifact")
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


class PartialFile:
    """The bytes that have arrived so far. What an earlier run left for the same content is taken over."""

    def __init__(self, final: Path, sha256: str, size_bytes: int) -> None:
        self._final = final
        self._sha256 = sha256
        self._path, self._file = _claimed(final, sha256)
        self._hash = hashlib.sha256()
        self._file.seek(0)
        while block := self._file.read(_HASH_BYTES):
            self._hash.update(block)
        self.received = self._file.tell()
        if self.received > size_bytes:
            self._restart()

    def write(self, offset: int, data: bytes) -> None:
        """Appends a piece.

        Raises:
            DataLoss: If it does not follow the last one.
        """
        if offset != self.received:
            raise DataLoss(
                f"{self._final.name}: the server sent byte {offset} where byte {self.received} belongs.",
                reason="CONTENT_MISMATCH",
            )
        self._file.write(data)
        self._hash.update(data)
        self.received += len(data)

    def finish(self) -> None:
        """Gives the file its name.

        Raises:
            DataLoss: If the bytes are not the ones that were promised; they are thrown away.
        """
        if self._hash.hexdigest() != self._sha256:
            self._path.unlink()
            raise DataLoss(
                f"{self._final.name} arrived damaged: its SHA-256 is not the promised one. Download it again.",
                reason="CONTENT_MISMATCH",
            )
        self._file.flush()
        os.fsync(self._file.fileno())
        self._path.replace(self._final)

    def _restart(self) -> None:
        self._file.truncate(0)
        self._hash = hashlib.sha256()
        self.received = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()


def _claimed(final: Path, sha256: str) -> tuple[Path, BinaryIO]:
    """The part file for a content beside `final`, held by nobody else for as long as it is open.

    Named by content, not by file: two downloads of different bytes to one place never mix. Short enough for any file system,
    unlike the final name with a suffix. While another download of the same bytes is under way, a further name is taken.
    """
    number = 0
    while True:
        path = final.with_name(f".{sha256[:32]}{f'-{number}' if number else ''}.part")
        file = path.open("a+b")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            number += 1
        except OSError as error:
            if error.errno not in _LOCKLESS:
                file.close()
                raise
            return path, file
        else:
            # The one that held it may have finished between the two lines, and given it its final name.
            if _lies_at(path, file):
                return path, file
        file.close()


def _lies_at(path: Path, file: BinaryIO) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(file.fileno()))
    except FileNotFoundError:
        return False
