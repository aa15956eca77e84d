"""How long a file says that it lasts, for comparison with what decoding finds.

ffmpeg reports the duration that most containers state. For wav and aiff it silently takes the size of the file instead of
the header's claim, so these headers are read here.
"""

import re
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

# Programs that write wav to a pipe cannot know its length and put in 0 or about as much as fits (2 or 4 GiB).
_PLACEHOLDER_BYTES = 0x7FFF_F000
_MAX_CHUNKS = 10_000

_DURATION = re.compile(r"^  Duration: (\d+):(\d\d):(\d\d(?:\.\d+)?)(?:, start: (\d+\.\d+))?")
# Where ffmpeg has no claim it divides the file's size by the bit rate; and where the number in an mp3 does not fit the
# file at all (two files joined), it does the same.
_GUESSED = ("Estimating duration from bitrate", "invalid concatenated file detected")


def pcm_claim(path: Path) -> float | None:
    """Returns the seconds that the header of a wav or aiff file claims, None without a usable claim."""
    with path.open("rb") as file:
        start = file.read(12)
        if start[:4] in (b"RIFF", b"RF64") and start[8:] == b"WAVE":
            return _wav_claim(file)
        if start[:4] == b"FORM" and start[8:] in (b"AIFF", b"AIFC"):
            return _aiff_claim(file)
    return None


def container_claim(log: Sequence[str]) -> float | None:
    """Returns the seconds that the container claims according to ffmpeg's log, None if it only guessed."""
    if any(guess in line for line in log for guess in _GUESSED):
        return None
    for line in log:
        if match := _DURATION.match(line):
            # Some containers count from zero to the end, wherever the sound begins.
            return int(match[1]) * 3600 + int(match[2]) * 60 + float(match[3]) - float(match[4] or 0)
    return None


def _wav_claim(file: BinaryIO) -> float | None:
    bytes_per_second = long_size = 0
    for name, size in _chunks(file, "<"):
        if name == b"ds64":
            long_size = int.from_bytes(file.read(16)[8:], "little")
        elif name == b"fmt ":
            bytes_per_second = int.from_bytes(file.read(12)[8:], "little")
        elif name == b"data":
            claimed = long_size or (size if size < _PLACEHOLDER_BYTES else 0)
            return claimed / bytes_per_second if claimed and bytes_per_second else None
    return None


def _aiff_claim(file: BinaryIO) -> float | None:
    for name, size in _chunks(file, ">"):
        if name == b"COMM":
            body = file.read(min(size, 18))
            if len(body) < 18:  # noqa: PLR2004 (the fixed part of the chunk)
                return None
            frames = int.from_bytes(body[2:6], "big")
            rate = _extended(body[8:18])
            return frames / rate if frames and rate > 0 else None
    return None


def _chunks(file: BinaryIO, order: str) -> Iterator[tuple[bytes, int]]:
    """Yields name and size of each chunk, with the file at the start of its body."""
    for _ in range(_MAX_CHUNKS):
        head = file.read(8)
        if len(head) < 8:  # noqa: PLR2004 (name and size)
            return
        name, size = struct.unpack(f"{order}4sI", head)
        body = file.tell()
        yield name, size
        file.seek(body + size + size % 2)


def _extended(data: bytes) -> float:
    """Reads the 80-bit float in which aiff writes its sample rate."""
    exponent = int.from_bytes(data[:2], "big") & 0x7FFF
    return int.from_bytes(data[2:], "big") * 2.0 ** (exponent - 16383 - 63) if exponent < 16383 + 64 else 0.0
