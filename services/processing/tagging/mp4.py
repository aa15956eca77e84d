"""MP4 as iTunes tags it: atoms in moov/udta/meta/ilst. Where moov comes before the samples, what points at them is moved along."""

import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from services.processing.tagging.tags import Tags, remaining, rewrite

_HEADER = struct.Struct(">I4s")
_LARGE = 1
_BINARY, _UTF8 = 0, 1
_IMAGES: Mapping[str, int] = {"image/jpeg": 13, "image/png": 14}
_NAMES: Mapping[str, bytes] = {
    "TITLE": b"\xa9nam",
    "ARTIST": b"\xa9ART",
    "ALBUM": b"\xa9alb",
    "ALBUMARTIST": b"aART",
    "GENRE": b"\xa9gen",
    "DATE": b"\xa9day",
    "COMMENT": b"\xa9cmt",
}
# The way down to the tables of places.
_CONTAINERS = {b"moov", b"trak", b"mdia", b"minf", b"stbl"}
_TABLES: Mapping[bytes, str] = {b"stco": "I", b"co64": "Q"}


def write(path: Path, tags: Tags) -> None:
    """Replaces moov/udta; see `write_tags`."""

    def copy(source: BinaryIO, target: BinaryIO) -> None:
        samples_seen = False
        while remaining(source):
            size, kind = _HEADER.unpack(source.read(_HEADER.size))
            if kind == b"moov":
                target.write(_moov(source.read(size - _HEADER.size), tags, after_samples=samples_seen))
                continue
            source.seek(-_HEADER.size, 1)
            if kind == b"mdat":
                samples_seen = True
                size = _whole_size(source, size)
            _copy(source, target, size)

    rewrite(path, copy)


def _whole_size(source: BinaryIO, size: int) -> int:
    if size == 0:  # to the end of the file
        return remaining(source)
    if size != _LARGE:
        return size
    start = source.tell()
    source.seek(start + _HEADER.size)
    (size,) = struct.unpack(">Q", source.read(8))
    source.seek(start)
    return size


def _copy(source: BinaryIO, target: BinaryIO, size: int) -> None:
    while size:
        piece = source.read(min(size, 1 << 20))
        target.write(piece)
        size -= len(piece)


def _moov(content: bytes, tags: Tags, *, after_samples: bool) -> bytes:
    kept = [(kind, child) for kind, child in _atoms(content) if kind != b"udta"]
    udta = _atom(b"udta", _meta(tags))
    grown = sum(len(child) + _HEADER.size for _, child in kept) + len(udta) - len(content)
    shift = 0 if after_samples else grown
    return _atom(b"moov", b"".join(_moved(kind, child, shift) for kind, child in kept) + udta)


def _moved(kind: bytes, content: bytes, shift: int) -> bytes:
    """Returns an atom in which every place in the file is `shift` bytes further on."""
    if kind in _CONTAINERS:
        return _atom(kind, b"".join(_moved(*child, shift) for child in _atoms(content)))
    if kind in _TABLES:
        (count,) = struct.unpack_from(">I", content, 4)
        form = f">{count}{_TABLES[kind]}"
        places = struct.unpack_from(form, content, 8)
        return _atom(kind, content[:8] + struct.pack(form, *(place + shift for place in places)))
    return _atom(kind, content)


def _meta(tags: Tags) -> bytes:
    handler = _atom(b"hdlr", bytes(8) + b"mdirappl" + bytes(9))
    return _atom(b"meta", bytes(4) + handler + _atom(b"ilst", b"".join(_items(tags))))


def _items(tags: Tags) -> Iterator[bytes]:
    for name, text in tags.fields.items():
        value = text.encode()
        if name == "TRACKNUMBER":
            yield _atom(b"trkn", _data(_BINARY, struct.pack(">4H", 0, int(text), 0, 0)))
        elif name in _NAMES:
            yield _atom(_NAMES[name], _data(_UTF8, value))
        else:
            mean = _atom(b"mean", bytes(4) + b"com.apple.iTunes")
            yield _atom(b"----", mean + _atom(b"name", bytes(4) + name.encode()) + _data(_UTF8, value))
    if tags.cover is not None:
        yield _atom(b"covr", _data(_IMAGES[tags.cover.media_type], tags.cover.data))


def _data(kind: int, value: bytes) -> bytes:
    return _atom(b"data", struct.pack(">II", kind, 0) + value)


def _atoms(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    position = 0
    while position < len(content):
        size, kind = _HEADER.unpack_from(content, position)
        yield kind, content[position + _HEADER.size : position + size]
        position += size


def _atom(kind: bytes, content: bytes) -> bytes:
    return _HEADER.pack(_HEADER.size + len(content), kind) + content
