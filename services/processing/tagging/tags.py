"""Tags as the containers share them."""

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

COVER_TYPES = frozenset({"image/jpeg", "image/png"})
FRONT_COVER = 3
"""The kind of picture, as ID3 and FLAC number them."""


@dataclass(frozen=True)
class Cover:
    """A cover image; its media type is one of `COVER_TYPES`."""

    data: bytes
    media_type: str


def cover_at(path: Path, media_type: str) -> Cover | None:
    """Reads a cover; None if it is no longer there. Blocks."""
    try:
        return Cover(path.read_bytes(), media_type)
    except FileNotFoundError:
        return None


@dataclass(frozen=True)
class Tags:
    """What a file says about itself.

    Attributes:
        fields: texts by the names that Vorbis comments use: TITLE, ARTIST, ALBUM, ALBUMARTIST, GENRE, DATE, TRACKNUMBER, ISRC,
            COMMENT. Any other name of upper-case letters and underscores is a field of its own in every container.
        cover: the cover image.
    """

    fields: Mapping[str, str]
    cover: Cover | None = None


def rewrite(path: Path, copy: Callable[[BinaryIO, BinaryIO], None]) -> None:
    """Replaces a file by what `copy` makes of it; the old one stays if that fails."""
    new = path.with_name(path.name + ".tagged")
    try:
        with path.open("rb") as source, new.open("wb") as target:
            copy(source, target)
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)


def copy_rest(source: BinaryIO, target: BinaryIO) -> None:
    """Copies from where `source` stands to its end."""
    shutil.copyfileobj(source, target, 1 << 20)


def remaining(source: BinaryIO) -> int:
    """Returns the bytes from where a file stands to its end."""
    return os.fstat(source.fileno()).st_size - source.tell()
