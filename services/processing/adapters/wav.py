"""Writes WAVE files: always the same bytes for the same samples, and RF64 where RIFF's 4 GiB do not suffice.

libsndfile stamps float WAVE files with the time of writing, so that equal results would have different hashes.
"""

import struct

import numpy as np

from services.processing.ports import FloatArray

_PCM, _FLOAT = 1, 3
_RIFF_LIMIT = 0xFFFF_FFFF
_BYTE_BITS = 8
# More than any header here has.
_HEADER_ROOM = 128
# More than the tags take that may follow the samples.
_TAGS_ROOM = 32 << 20


def header(*, sample_rate: int, channels: int, bits: int, frames: int | None) -> bytes:
    """Builds everything before the samples: 16 or 24 bits are integers, 32 bits are float.

    `frames` may be None for a stream of unknown length: the sizes are then the largest that fit, and players play what comes.
    """
    frame_bytes = channels * bits // _BYTE_BITS
    if frames is None:
        frames = (_RIFF_LIMIT - _HEADER_ROOM) // frame_bytes
    data_bytes = frames * frame_bytes
    code = _FLOAT if bits == 32 else _PCM  # noqa: PLR2004 - said above
    fmt = struct.pack(
        "<4sIHHIIHH", b"fmt ", 16, code, channels, sample_rate, sample_rate * frame_bytes, frame_bytes, bits
    )
    fact = struct.pack("<4sII", b"fact", 4, min(frames, _RIFF_LIMIT)) if code == _FLOAT else b""
    riff_bytes = 4 + len(fmt) + len(fact) + 8 + data_bytes + data_bytes % 2
    if riff_bytes <= _RIFF_LIMIT - _TAGS_ROOM:
        data = struct.pack("<4sI", b"data", data_bytes)
        return struct.pack("<4sI4s", b"RIFF", riff_bytes, b"WAVE") + fmt + fact + data
    ds64 = struct.pack("<4sIQQQI", b"ds64", 28, riff_bytes + 36, data_bytes, frames, 0)
    data = struct.pack("<4sI", b"data", _RIFF_LIMIT)
    return struct.pack("<4sI4s", b"RF64", _RIFF_LIMIT, b"WAVE") + ds64 + fmt + fact + data


def quantized(block: FloatArray, bits: int) -> np.ndarray[tuple[int, int], np.dtype[np.int32]]:
    """Rounds float samples to integers of 16 or 24 bits, shape kept; full scale is 2^(bits - 1)."""
    scale = 1 << (bits - 1)
    return np.clip(np.rint(block.astype(np.float64) * scale), -scale, scale - 1).astype(np.int32)


def data(block: FloatArray, bits: int) -> bytes:
    """Encodes samples, shape (channels, n), as a WAVE file stores them."""
    if bits == 32:  # noqa: PLR2004 - float
        return block.T.astype("<f4").tobytes()
    integers = np.ascontiguousarray(quantized(block, bits).T).astype("<i4")
    return integers.view(np.uint8).reshape(-1, 4)[:, : bits // _BYTE_BITS].tobytes()
