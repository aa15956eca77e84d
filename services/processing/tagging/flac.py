"""FLAC (RFC 9639): metadata blocks before the frames. Places in a seek table count from the first frame, so none moves."""

from pathlib import Path
from typing import BinaryIO

from services.processing.tagging import vorbis_comment
from services.processing.tagging.tags import Tags, copy_rest, rewrite

_PADDING, _COMMENTS, _PICTURE = 1, 4, 6
_LAST = 0x80
_MAGIC = b"fLaC"


def write(path: Path, tags: Tags) -> None:
    """Replaces comments and pictures; see `write_tags`."""

    def copy(source: BinaryIO, target: BinaryIO) -> None:
        source.seek(len(_MAGIC))
        encoder, blocks, last = b"", [], False
        while not last:
            head = source.read(4)
            last, kind = bool(head[0] & _LAST), head[0] & ~_LAST
            content = source.read(int.from_bytes(head[1:], "big"))
            if kind == _COMMENTS:
                encoder = vorbis_comment.vendor(content)
            elif kind not in {_PADDING, _PICTURE}:
                blocks.append((kind, content))
        blocks.append((_COMMENTS, vorbis_comment.comments(tags, encoder, with_cover=False)))
        if tags.cover is not None:
            blocks.append((_PICTURE, vorbis_comment.picture(tags.cover)))
        target.write(_MAGIC)
        for number, (kind, content) in enumerate(blocks, 1):
            mark = _LAST if number == len(blocks) else 0
            target.write(bytes([mark | kind]) + len(content).to_bytes(3, "big") + content)
        copy_rest(source, target)

    rewrite(path, copy)
