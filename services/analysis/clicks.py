"""A click at each beat, as a WAVE file."""

import struct
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from services.analysis.results import Beat

SAMPLE_RATE_HZ = 44100
_BEAT_HZ, _DOWNBEAT_HZ = 1000.0, 1500.0
_CLICK_SECONDS = 0.06
_DECAY_SECONDS = 0.012
_LEVEL = 0.6
_FADE_IN_SAMPLES = 16
_BLOCK = SAMPLE_RATE_HZ * 10
_BYTES = 2


def wav(beats: Sequence[Beat], duration: float) -> Iterator[bytes]:
    """Yields a WAVE file of mono 16-bit samples, as long as the track: a click begins at each beat, higher on downbeats."""
    length = round(duration * SAMPLE_RATE_HZ)
    yield _header(length)
    plain, accent = _click(_BEAT_HZ), _click(_DOWNBEAT_HZ)
    starts = [(round(beat.time * SAMPLE_RATE_HZ), accent if beat.position == 1 else plain) for beat in beats]
    for first in range(0, length, _BLOCK):
        block = np.zeros(min(_BLOCK, length - first), np.float32)
        for start, click in starts:
            low, high = max(start, first), min(start + len(click), first + len(block))
            if low < high:
                block[low - first : high - first] += click[low - start : high - start]
        yield (np.clip(block, -1, 1) * 32767).astype("<i2").tobytes()


def _click(hertz: float) -> NDArray[np.float32]:
    time = np.arange(round(_CLICK_SECONDS * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    click = _LEVEL * np.sin(2 * np.pi * hertz * time) * np.exp(-time / _DECAY_SECONDS)
    click[:_FADE_IN_SAMPLES] *= np.linspace(0, 1, _FADE_IN_SAMPLES)
    return click.astype(np.float32)


def _header(length: int) -> bytes:
    size = length * _BYTES
    form = struct.pack("<HHIIHH", 1, 1, SAMPLE_RATE_HZ, SAMPLE_RATE_HZ * _BYTES, _BYTES, 8 * _BYTES)
    return (
        b"RIFF"
        + struct.pack("<I", 36 + size)
        + b"WAVEfmt "
        + struct.pack("<I", 16)
        + form
        + b"data"
        + struct.pack("<I", size)
    )
