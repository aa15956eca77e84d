"""ID3v2.4 tags (id3.org/id3v2.4.0-structure, -frames), which MP3 files begin with and WAVE files hold in a chunk."""

import struct
from collections.abc import Mapping

from services.processing.tagging.tags import FRONT_COVER, Cover, Tags

HEADER_BYTES = 10
_UTF8 = b"\x03"
_FOOTER_FLAG = 0x10
_SEVEN_BITS = 0x7F
_FRAMES: Mapping[str, str] = {
    "TITLE": "TIT2",
    "ARTIST": "TPE1",
    "ALBUM": "TALB",
    "ALBUMARTIST": "TPE2",
    "GENRE": "TCON",
    "DATE": "TDRC",
    "TRACKNUMBER": "TRCK",
    "ISRC": "TSRC",
}


def tag(tags: Tags) -> bytes:
    """Returns a whole tag."""
    frames = b"".join(_field(name, text.encode()) for name, text in tags.fields.items())
    if tags.cover is not None:
        frames += _frame("APIC", _picture(tags.cover))
    return b"ID3\x04\x00\x00" + _synchsafe(len(frames)) + frames


def size(start: bytes) -> int:
    """Returns how many bytes the tag takes whose first `HEADER_BYTES` are given; 0 if that is no tag."""
    if len(start) < HEADER_BYTES or start[:3] != b"ID3":
        return 0
    length = 0
    for byte in start[6:HEADER_BYTES]:
        length = length << 7 | byte & _SEVEN_BITS
    return HEADER_BYTES + length + (HEADER_BYTES if start[5] & _FOOTER_FLAG else 0)


def _field(name: str, text: bytes) -> bytes:
    if name in _FRAMES:
        return _frame(_FRAMES[name], _UTF8 + text)
    if name == "COMMENT":
        return _frame("COMM", _UTF8 + b"eng" + b"\x00" + text)
    return _frame("TXXX", _UTF8 + name.encode() + b"\x00" + text)


def _picture(cover: Cover) -> bytes:
    return _UTF8 + cover.media_type.encode() + b"\x00" + bytes([FRONT_COVER]) + b"\x00" + cover.data


def _frame(name: str, content: bytes) -> bytes:
    return name.encode() + _synchsafe(len(content)) + b"\x00\x00" + content


def _synchsafe(value: int) -> bytes:
    """Packs a number so that none of its bytes looks like the beginning of an MP3 frame: seven bits in each."""
    return struct.pack(">4B", *(value >> shift & _SEVEN_BITS for shift in (21, 14, 7, 0)))
