"""MP3: an ID3v2 tag in front of the frames."""

import os
from pathlib import Path
from typing import BinaryIO

from services.processing.tagging import id3
from services.processing.tagging.tags import Tags, copy_rest, rewrite


def write(path: Path, tags: Tags) -> None:
    """Replaces the tag; see `write_tags`."""

    def copy(source: BinaryIO, target: BinaryIO) -> None:
        source.seek(id3.size(source.read(id3.HEADER_BYTES)), os.SEEK_SET)
        target.write(id3.tag(tags))
        copy_rest(source, target)

    rewrite(path, copy)
