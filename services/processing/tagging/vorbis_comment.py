"""Vorbis comments (xiph.org/vorbis/doc/v-comment.html), which FLAC, Ogg Vorbis and Opus share, and FLAC's picture block."""

import base64
import struct

from services.processing.tagging.tags import FRONT_COVER, Cover, Tags


def vendor(comments: bytes) -> bytes:
    """Returns what a block of comments says about the encoder."""
    (length,) = struct.unpack_from("<I", comments)
    return comments[4 : 4 + length]


def comments(tags: Tags, encoder: bytes, *, with_cover: bool) -> bytes:
    """Returns a block of comments, with the cover as one of them if wanted."""
    entries = [f"{name}={text}".encode() for name, text in tags.fields.items()]
    if with_cover and tags.cover is not None:
        entries.append(b"METADATA_BLOCK_PICTURE=" + base64.b64encode(picture(tags.cover)))
    return _counted(encoder) + struct.pack("<I", len(entries)) + b"".join(map(_counted, entries))


def picture(cover: Cover) -> bytes:
    """Returns a picture block (RFC 9639, section 8.8). Its size in pixels is left to whoever decodes it."""
    media_type = cover.media_type.encode()
    start = struct.pack(">II", FRONT_COVER, len(media_type)) + media_type
    return start + struct.pack(">IIIIII", 0, 0, 0, 0, 0, len(cover.data)) + cover.data


def _counted(part: bytes) -> bytes:
    return struct.pack("<I", len(part)) + part
