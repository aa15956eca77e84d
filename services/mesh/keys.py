"""Secrets that live in files of their own, readable by their owner alone."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from services.mesh.settings import CannotStart

KEY_BYTES = 32


class KeyInvalid(CannotStart):
    """A key file holds too little to be a key."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is not a key ({KEY_BYTES} bytes or more). Remove it, and a new one is made.")


def load_key(path: Path) -> bytes:
    """Returns the key in a file, which is made, readable by its owner alone, if there is none.

    A new key is text, so that it can travel in a header.

    Raises:
        KeyInvalid: the file holds something else.
    """
    key = kept(path, lambda: secrets.token_hex(KEY_BYTES).encode())
    if len(key) < KEY_BYTES:
        raise KeyInvalid(path)
    return key


def kept(path: Path, make: Callable[[], bytes]) -> bytes:
    """Returns what is in a file, which is made of `make()`, readable by its owner alone, if there is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(make())
            file.flush()
            os.fsync(descriptor)
        # A link, unlike a rename, never replaces the key that another process made at the same time.
        path.hardlink_to(fresh)
    except FileExistsError:
        pass
    finally:
        fresh.unlink(missing_ok=True)
    return path.read_bytes()
