"""WAVE: two chunks after the samples, so that those stay where they are.

The INFO list is what most programs read; ID3 has the cover and the fields that the list knows no name for.
"""

import os
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from services.processing.tagging import id3
from services.processing.tagging.tags import Tags

_CHUNK = struct.Struct("<4sI")
_UNKNOWN_SIZE = 0xFFFF_FFFF
_NAMES: Mapping[str, bytes] = {
    "TITLE": b"INAM",
    "ARTIST": b"IART",
    "ALBUM": b"IPRD",
    "GENRE": b"IGNR",
    "DATE": b"ICRD",
    "TRACKNUMBER": b"ITRK",
    "COMMENT": b"ICMT",
}


def write(path: Path, tags: Tags) -> None:
    """Replaces whatever follows the samples; see `write_tags`."""
    with path.open("r+b") as file:
        size_at, size_format, end = _layout(file)
        file.seek(end)
        file.truncate()
        file.write(_chunk(b"LIST", b"INFO" + _info(tags)) + _chunk(b"id3 ", id3.tag(tags)))
        size = file.tell() - _CHUNK.size
        file.seek(size_at)
        file.write(struct.pack(size_format, size))


def _layout(file: BinaryIO) -> tuple[int, str, int]:
    """Returns where the size of the whole file is noted, how, and where the samples end."""
    kind, _, _ = struct.unpack("<4sI4s", file.read(12))
    large = kind == b"RF64"
    long_size = 0
    while True:
        name, size = _CHUNK.unpack(file.read(_CHUNK.size))
        start = file.tell()
        if name == b"ds64":
            _, long_size = struct.unpack("<QQ", file.read(16))
        if name == b"data":
            size = long_size if large and size == _UNKNOWN_SIZE else size
            return (20, "<Q", start + size + size % 2) if large else (4, "<I", start + size + size % 2)
        file.seek(start + size + size % 2, os.SEEK_SET)


def _info(tags: Tags) -> bytes:
    # Texts end with a zero byte.
    return b"".join(
        _chunk(_NAMES[name], text.encode() + b"\x00") for name, text in tags.fields.items() if name in _NAMES
    )


def _chunk(name: bytes, content: bytes) -> bytes:
    return _CHUNK.pack(name, len(content)) + content + bytes(len(content) % 2)
