"""The outline of a sound at several resolutions, so that hours of it are drawn without decoding.

The file, all numbers little-endian:

    0   4 bytes   "SFWF"
    4   uint16    version, 1
    6   uint16    number of levels, L
    8   uint32    sample rate of the audio, Hz
    12  uint32    0
    16  uint64    sample frames of the audio
    24  L times   uint32 frames per bucket, uint32 buckets, uint64 offset of the level's data from the start of the file
    ..            the data of each level: for every bucket int16 lowest sample, int16 highest sample, int16 RMS

32767 is full scale; what lies beyond is clamped. A bucket covers all channels: the lowest and highest sample of any, the root of
the mean square of all. Levels come coarsest first, each four times as fine as the one before, so that the first bytes of a file
already draw all of it. The last bucket of a level may cover fewer frames.
"""

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

MEDIA_TYPE = "application/vnd.sound-forge-alchemy.waveform"
SUFFIX = ".sfwf"

_MAGIC = b"SFWF"
_VERSION = 1
_HEADER = struct.Struct("<4sHHIIQ")
_LEVEL = struct.Struct("<IIQ")
_FULL_SCALE = 32767
_VALUES = 3
_ZOOM = 4
# About 6 ms at 44.1 and 48 kHz: a pixel column of the closest zoom at which an outline still says more than the samples do.
_FRAMES_PER_BUCKET = 256
_RATE_OF_FINEST = 48_000
# The coarsest level is the first with no more buckets than a wide screen has columns.
_MOST_COARSE_BUCKETS = 2048

FloatSamples = NDArray[np.float32]
Levels = NDArray[np.int16]


@dataclass(frozen=True)
class Level:
    """One resolution. `values` has shape (buckets, 3): lowest, highest, RMS."""

    frames_per_bucket: int
    values: Levels


@dataclass(frozen=True)
class Waveform:
    """An outline; `levels` from the coarsest to the finest, none for no audio."""

    sample_rate_hz: int
    frames: int
    levels: tuple[Level, ...]

    def to_bytes(self) -> bytes:
        """Returns the file."""
        offset = _HEADER.size + _LEVEL.size * len(self.levels)
        table, data = [], []
        for level in self.levels:
            table.append(_LEVEL.pack(level.frames_per_bucket, len(level.values), offset))
            data.append(level.values.astype("<i2").tobytes())
            offset += len(data[-1])
        header = _HEADER.pack(_MAGIC, _VERSION, len(self.levels), self.sample_rate_hz, 0, self.frames)
        return b"".join([header, *table, *data])


def read_waveform(data: bytes) -> Waveform:
    """Reads a file.

    Raises:
        ValueError: it is not one, or cut.
    """
    try:
        magic, version, count, sample_rate_hz, _, frames = _HEADER.unpack_from(data)
        if (magic, version) != (_MAGIC, _VERSION):
            raise ValueError("not a waveform of version 1")
        levels = []
        for index in range(count):
            per_bucket, buckets, offset = _LEVEL.unpack_from(data, _HEADER.size + index * _LEVEL.size)
            values = np.frombuffer(data, "<i2", buckets * _VALUES, offset).astype(np.int16)
            levels.append(Level(per_bucket, values.reshape(-1, _VALUES)))
    except struct.error as error:
        raise ValueError("a waveform that is cut") from error
    return Waveform(sample_rate_hz, frames, tuple(levels))


class Outline:
    """Makes a waveform from samples as they pass; holds six bytes per bucket, 4 MB for an hour."""

    def __init__(self, sample_rate_hz: int, channel_count: int) -> None:
        """Begins.

        Args:
            sample_rate_hz: of the samples to come.
            channel_count: of the samples to come.
        """
        self._rate = sample_rate_hz
        self._channels = channel_count
        self._bucket = _FRAMES_PER_BUCKET * -(-sample_rate_hz // _RATE_OF_FINEST)
        self._frames = 0
        self._parts: list[Levels] = []
        # Interleaved samples of a bucket that is not full yet.
        self._rest: FloatSamples = np.empty(0, np.float32)

    def add(self, samples: FloatSamples) -> None:
        """Takes the next samples, interleaved, shape (n * channels,); n need not be whole."""
        samples = np.concatenate([self._rest, samples]) if self._rest.size else samples
        per_bucket = self._bucket * self._channels
        whole = samples.size - samples.size % per_bucket
        if whole:
            self._parts.append(_outlined(samples[:whole].reshape(-1, per_bucket)))
            self._frames += whole // self._channels
        self._rest = samples[whole:].copy()

    def finish(self) -> Waveform:
        """Returns the waveform of all that was added."""
        frames = self._frames + self._rest.size // self._channels
        rest = self._rest[: self._rest.size - self._rest.size % self._channels]
        parts = [*self._parts, _outlined(rest[np.newaxis])] if rest.size else self._parts
        if not parts:
            return Waveform(self._rate, 0, ())
        levels = [Level(self._bucket, np.concatenate(parts))]
        while len(levels[0].values) > _MOST_COARSE_BUCKETS:
            levels.insert(0, _coarser(levels[0]))
        return Waveform(self._rate, frames, tuple(levels))


def _outlined(buckets: FloatSamples) -> Levels:
    """Returns lowest, highest and RMS of each row."""
    square = np.einsum("ij,ij->i", buckets, buckets, dtype=np.float64) / buckets.shape[1]
    return _stacked(buckets.min(axis=1) * _FULL_SCALE, buckets.max(axis=1) * _FULL_SCALE, np.sqrt(square) * _FULL_SCALE)


def _coarser(level: Level) -> Level:
    """Returns a level with a quarter of the buckets; a last bucket of fewer frames counts as a full one for its RMS."""
    starts = np.arange(0, len(level.values), _ZOOM)
    low, high, rms = level.values.T
    sizes = np.diff(np.append(starts, len(level.values)))
    square = np.add.reduceat(rms.astype(np.float64) ** 2, starts) / sizes
    values = _stacked(np.minimum.reduceat(low, starts), np.maximum.reduceat(high, starts), np.sqrt(square))
    return Level(level.frames_per_bucket * _ZOOM, values)


def _stacked(*columns: NDArray[Any]) -> Levels:
    values: Levels = np.clip(np.rint(np.stack(columns, axis=1)), -_FULL_SCALE, _FULL_SCALE).astype(np.int16)
    return values
