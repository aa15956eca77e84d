"""What a picture shows of the audio itself: its outline and its mel spectrogram, in one pass and bounded memory."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

from services.mesh.audio.decode import open_stereo

_RATE_HZ = 22050
_SIZE = 2048
_HOP = 512
_BANDS = 128
_LOWEST_HZ = 30.0
_FLOOR_DB = -80.0
# Twice as many as the picture has pixels.
_MOST_COLUMNS = 4096

FloatArray = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What is drawn of the audio; columns are equal stretches of the track.

    Attributes:
        duration: seconds.
        lowest, highest: of the samples, mono, shape (columns,).
        mel_db: power in mel bands, dB below the loudest, shape (bands, columns).
        band_hz: centre frequencies of the bands, shape (bands,).
    """

    duration: float
    lowest: FloatArray
    highest: FloatArray
    mel_db: FloatArray
    band_hz: NDArray[np.float64]


def heard(path: Path, ffmpeg: str, duration: float) -> Heard:
    """Listens to a file of about this duration, in seconds.

    Raises:
        AudioUndecodable: no decoder reads it.
    """
    frames = max(1, math.ceil(duration * _RATE_HZ / _HOP))
    run = math.ceil(frames / _MOST_COLUMNS)
    columns = math.ceil(frames / run)
    filters, centres = _mel_filters()
    window = np.hanning(_SIZE).astype(np.float32)
    power = np.zeros((columns, _BANDS), np.float32)
    lowest, highest = np.zeros(columns, np.float32), np.zeros(columns, np.float32)
    done, samples = 0, 0
    kept = np.zeros(_SIZE // 2, np.float32)
    for signal in _mono(path, ffmpeg):
        samples += signal.size
        kept = np.concatenate([kept, signal])
        count = max(0, (kept.size - _SIZE) // _HOP + 1)
        if not count:
            continue
        windows = np.lib.stride_tricks.sliding_window_view(kept, _SIZE)[: count * _HOP : _HOP]
        at = np.minimum((done + np.arange(count)) // run, columns - 1)
        spectra = np.square(np.abs(np.fft.rfft(windows * window, axis=1))).astype(np.float32)
        np.add.at(power, at, spectra @ filters)
        middle = windows[:, (_SIZE - _HOP) // 2 : (_SIZE + _HOP) // 2]
        np.minimum.at(lowest, at, middle.min(axis=1))
        np.maximum.at(highest, at, middle.max(axis=1))
        kept = kept[count * _HOP :]
        done += count
    loudest = float(power.max()) or 1.0
    floor = np.float32(10 ** (_FLOOR_DB / 10))
    return Heard(
        duration=samples / _RATE_HZ,
        lowest=lowest,
        highest=highest,
        mel_db=10 * np.log10(np.maximum(power / loudest, floor)).T,
        band_hz=centres,
    )


def _mono(path: Path, ffmpeg: str) -> Iterator[FloatArray]:
    """Yields the samples at 22050 Hz, and half a window of silence after the end."""
    with open_stereo(path, ffmpeg=ffmpeg) as stream:
        resampler = soxr.ResampleStream(stream.sample_rate_hz, _RATE_HZ, 1, dtype="float32")
        for block in stream.blocks():
            yield resampler.resample_chunk(block.mean(axis=0))
        yield resampler.resample_chunk(np.zeros(0, np.float32), last=True)
    yield np.zeros(_SIZE // 2, np.float32)


def _mel_filters() -> tuple[FloatArray, NDArray[np.float64]]:
    """Returns triangular filters, shape (size / 2 + 1, bands), and their centres in Hz (O'Shaughnessy's mel scale)."""

    def mel(hertz: float) -> float:
        return 2595 * math.log10(1 + hertz / 700)

    edges = 700 * (10 ** (np.linspace(mel(_LOWEST_HZ), mel(_RATE_HZ / 2), _BANDS + 2) / 2595) - 1)
    bins = np.fft.rfftfreq(_SIZE, 1 / _RATE_HZ)[:, None]
    rising = (bins - edges[:-2]) / np.diff(edges)[:-1]
    falling = (edges[2:] - bins) / np.diff(edges)[1:]
    filters = np.maximum(0, np.minimum(rising, falling))
    # The lowest bands are narrower than a bin: each takes the bin next to it.
    nearest = np.abs(bins - edges[1:-1]).argmin(axis=0)
    filters[nearest, np.arange(_BANDS)] = np.maximum(filters[nearest, np.arange(_BANDS)], 1e-3)
    return filters.astype(np.float32), edges[1:-1]
