"""Sun AU as ffmpeg writes it to a pipe: a short header with rate and channel count, then big-endian float32 samples.

It is the simplest format that says what the samples are and needs no seeking.
"""

import struct
from dataclasses import dataclass

# Samples travel through ffmpeg's threads by so many frames. A codec's own few (1152 of an MP3) cost a third more processor time
# and upwards, for nothing but waking threads.
PIECE_FRAMES = 2**15

FIXED_BYTES = 24
SAMPLE = ">f4"
SAMPLE_BYTES = 4


@dataclass(frozen=True)
class Header:
    """The header of a stream.

    Attributes:
        size: its length in bytes; samples follow.
        sample_rate_hz: frames per second.
        channel_count: samples per frame.
    """

    size: int
    sample_rate_hz: int
    channel_count: int


def output(*filters: str) -> tuple[str, ...]:
    """Returns ffmpeg's options for writing the first audio stream, through filters of ffmpeg's if any are given."""
    chain = ",".join((*filters, f"asetnsamples=n={PIECE_FRAMES}:p=0"))
    what = ("-map", "0:a:0", "-vn", "-sn", "-dn", "-map_metadata", "-1")
    return (*what, "-af", chain, "-c:a", "pcm_f32be", "-f", "au")


def header(start: bytes) -> Header:
    """Reads a header from the first `FIXED_BYTES` of a stream."""
    magic, size, _, _, sample_rate_hz, channel_count = struct.unpack(">4s5I", start)
    assert magic == b".snd"
    return Header(size, sample_rate_hz, channel_count)
