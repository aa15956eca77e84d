"""Ogg (RFC 3533) with Vorbis or Opus: the second packet of the stream has the comments.

Pages are numbered and have checksums, so when the comments take more or fewer pages than before, every page after them is
numbered anew. What is in those pages does not change.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from services.processing.tagging import vorbis_comment
from services.processing.tagging.tags import Tags, rewrite

_HEADER = struct.Struct("<4sBBqIIIB")
_CHECKSUM = slice(22, 26)
_CONTINUED = 1
_MOST_SEGMENTS = _SEGMENT = 255
_NOTHING_ENDS = -1
# The codec's mark before the comments, and how many packets come before the audio.
_CODECS = {b"OpusHead": (b"OpusTags", b"", 2), b"\x01vorbis": (b"\x03vorbis", b"\x01", 3)}


@dataclass(frozen=True)
class _Page:
    flags: int
    granule: int
    serial: int
    number: int
    segments: bytes
    body: bytes


def write(path: Path, tags: Tags) -> None:
    """Replaces the comments; see `write_tags`."""

    def copy(source: BinaryIO, target: BinaryIO) -> None:
        pages = _pages(source)
        first = next(pages)
        mark, end, count = next(codec for start, codec in _CODECS.items() if first.body.startswith(start))
        packets, taken = _packets(pages, count - 1)
        encoder = vorbis_comment.vendor(packets[0][len(mark) :])
        packets[0] = mark + vorbis_comment.comments(tags, encoder, with_cover=True) + end
        headers = _paginated(packets, first.serial)
        target.writelines(_packed(page) for page in (first, *headers))
        target.writelines(_packed(replace(page, number=page.number - taken + len(headers))) for page in pages)

    rewrite(path, copy)


def _pages(source: BinaryIO) -> Iterator[_Page]:
    while start := source.read(_HEADER.size):
        _, _, flags, granule, serial, number, _, count = _HEADER.unpack(start)
        segments = source.read(count)
        yield _Page(flags, granule, serial, number, segments, source.read(sum(segments)))


def _packets(pages: Iterator[_Page], count: int) -> tuple[list[bytes], int]:
    """Takes pages until `count` packets are complete; returns the packets and how many pages that took."""
    packets, packet, taken = list[bytes](), b"", 0
    while len(packets) < count:
        page = next(pages)
        taken += 1
        position = 0
        for length in page.segments:
            packet += page.body[position : position + length]
            position += length
            if length < _SEGMENT:
                packets.append(packet)
                packet = b""
    return packets, taken


def _paginated(packets: list[bytes], serial: int) -> list[_Page]:
    """Lays header packets out on as many pages as they need, from the stream's second on."""
    lengths = [
        length for packet in packets for length in (*[_SEGMENT] * (len(packet) // _SEGMENT), len(packet) % _SEGMENT)
    ]
    body, pages, position = b"".join(packets), list[_Page](), 0
    for first in range(0, len(lengths), _MOST_SEGMENTS):
        segments = bytes(lengths[first : first + _MOST_SEGMENTS])
        continued = _CONTINUED if first and lengths[first - 1] == _SEGMENT else 0
        granule = 0 if min(segments) < _SEGMENT else _NOTHING_ENDS
        pages.append(
            _Page(continued, granule, serial, len(pages) + 1, segments, body[position : position + sum(segments)])
        )
        position += sum(segments)
    return pages


def _packed(page: _Page) -> bytes:
    head = _HEADER.pack(b"OggS", 0, page.flags, page.granule, page.serial, page.number, 0, len(page.segments))
    content = bytearray(head + page.segments + page.body)
    content[_CHECKSUM] = struct.pack("<I", _checksum(content))
    return bytes(content)


_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
_ALL_ONES = 0xFFFF_FFFF


def _checksum(content: bytes | bytearray) -> int:
    """Computes Ogg's CRC: zlib's polynomial from the other end of each byte, without its inversions."""
    reflected = zlib.crc32(content.translate(_REVERSED), _ALL_ONES) ^ _ALL_ONES
    return int(f"{reflected:032b}"[::-1], 2)
