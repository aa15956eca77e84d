"""Identifiers that sort by creation time."""

import os
import time
import uuid

_lower = "0123456789abcdef-"


def new_id() -> str:
    """Returns a new UUIDv7 (RFC 9562, section 5.7), lower-case with dashes: a later one sorts later, to the millisecond."""
    value = time.time_ns() // 1_000_000 << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | 0x7 << 76  # version
    value = value & ~(0x3 << 62) | 0x2 << 62  # variant
    return str(uuid.UUID(int=value))


def is_id(text: str) -> bool:
    """Whether `text` has the form of an id made by `new_id`."""
    return len(text) == 36 and all(c in _lower for c in text)  # noqa: PLR2004 (length of a UUID)
