"""The one decode: files are read once, side by side, and every measurement listens to the same frames.

Blocks come and go; a listener keeps compact features of each, never samples, and keeps them in a file (`series`), so that memory is
flat however long the track.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import scipy.fft
import scipy.signal
import soxr
from numpy.typing import NDArray

SAMPLE_RATE_HZ = 22050
"""Of everything but loudness: no musical feature here looks above 11 kHz."""
BLOCK_SAMPLES = 2**16

FloatArray = NDArray[np.float32]
Signal = tuple[str, ...]
"""Names of the sources whose sum is listened to: ("mix",), ("drums",), ("bass", "other")."""


class StereoSamples(Protocol):
    """What an opened source is; `services.mesh.audio.decode.StereoStream` is one."""

    sample_rate_hz: int

    def blocks(self) -> Iterator[FloatArray]:
        """Yields the samples in order, shape (2, n), once."""


@dataclass(frozen=True, kw_only=True)
class Sources:
    """What is measured.

    Attributes:
        openers: by name; "mix" always, stems under the names of their models ("drums", "bass", "other", "vocals").
        duration: seconds of the mix as its container tells, for progress only.
        channel_count: of the mix as it is stored: mono is heard on both sides, and counts once in its loudness.
    """

    openers: Mapping[str, Callable[[], AbstractContextManager[StereoSamples]]]
    duration: float
    channel_count: int = 2


@dataclass(frozen=True)
class Frames:
    """A grid of Hann windows: frame i is centred on sample i * hop, as with librosa's center=True.

    Attributes:
        size: samples per window.
        hop: samples from one to the next; divides BLOCK_SAMPLES.
    """

    size: int
    hop: int

    @property
    def rate(self) -> float:
        """Frames per second."""
        return SAMPLE_RATE_HZ / self.hop


SHORT = Frames(1024, 256)
"""For what is sharp in time: onsets."""
MEDIUM = Frames(2048, 512)
"""For timbre; librosa's usual grid."""
LONG = Frames(8192, 2048)
"""For pitch: 2.7 Hz between bins."""


@dataclass(frozen=True, kw_only=True)
class Block:
    """A stretch of one signal.

    Attributes:
        samples: mono at SAMPLE_RATE_HZ, shape (n,).
        spectra: magnitudes of the frames that are complete by now, shape (frames, size / 2 + 1), of every grid that is asked for.
        stereo: of a signal of one source, what was decoded for this block at the source's own rate, shape (2, n); else empty.
        stereo_rate_hz: the rate of `stereo`.
    """

    samples: FloatArray
    spectra: Mapping[Frames, FloatArray]
    stereo: FloatArray
    stereo_rate_hz: int


class Listener(Protocol):
    """What keeps features of a signal."""

    signal: Signal
    frames: Sequence[Frames]

    def hear(self, block: Block) -> None:
        """Takes the next block."""


def listen(sources: Sources, listeners: Sequence[Listener], progress: Callable[[float], None]) -> float:
    """Decodes every source that somebody listens to, once, and hands its blocks out.

    Args:
        sources: what is there.
        listeners: who listens.
        progress: told the share that is read, 0..1.

    Returns:
        Seconds of audio in the longest source.

    Raises:
        AudioUndecodable: a source cannot be read to its end.
    """
    signals = {listener.signal for listener in listeners}
    framers = {
        signal: {
            frames: _Framer(frames) for listener in listeners if listener.signal == signal for frames in listener.frames
        }
        for signal in signals
    }
    position = 0
    with ExitStack() as stack:
        readers = {
            name: _Reader(stack.enter_context(sources.openers[name]()))
            for name in sorted({n for s in signals for n in s})
        }
        last = not readers
        while not last:
            read = {name: reader.read() for name, reader in readers.items()}
            last = all(reader.finished for reader in readers.values())
            length = max((len(mono) for mono, _ in read.values()), default=0)
            position += length
            for signal in signals:
                samples = np.zeros(length, np.float32)
                for name in signal:
                    samples[: len(read[name][0])] += read[name][0]
                alone = signal[0] if len(signal) == 1 else None
                block = Block(
                    samples=samples,
                    spectra={frames: framer.push(samples, last=last) for frames, framer in framers[signal].items()},
                    stereo=read[alone][1] if alone else np.zeros((2, 0), np.float32),
                    stereo_rate_hz=readers[alone].sample_rate_hz if alone else SAMPLE_RATE_HZ,
                )
                for listener in listeners:
                    if listener.signal == signal:
                        listener.hear(block)
            progress(min(1.0, position / SAMPLE_RATE_HZ / max(sources.duration, 1e-9)))
    return position / SAMPLE_RATE_HZ


class _Reader:
    """A source in blocks of BLOCK_SAMPLES at the common rate; the last is shorter."""

    def __init__(self, stream: StereoSamples) -> None:
        self.sample_rate_hz = stream.sample_rate_hz
        self._ended = False
        self._blocks = stream.blocks()
        self._resampler = soxr.ResampleStream(stream.sample_rate_hz, SAMPLE_RATE_HZ, 1, dtype="float32")
        self._mono = np.zeros(0, np.float32)

    @property
    def finished(self) -> bool:
        """Whether everything was handed out."""
        return self._ended and not len(self._mono)

    def read(self) -> tuple[FloatArray, FloatArray]:
        """Returns the next mono samples, and the stereo samples that were decoded to get them."""
        decoded: list[FloatArray] = []
        pieces = [self._mono]
        count = len(self._mono)
        while count < BLOCK_SAMPLES and not self._ended:
            stereo = next(self._blocks, None)
            if stereo is None:
                self._ended = True
                piece = self._resampler.resample_chunk(np.zeros(0, np.float32), last=True)
            else:
                decoded.append(stereo)
                piece = self._resampler.resample_chunk(np.ascontiguousarray(stereo.mean(axis=0)))
            pieces.append(piece)
            count += len(piece)
        mono = np.concatenate(pieces)
        self._mono, mono = mono[BLOCK_SAMPLES:], mono[:BLOCK_SAMPLES]
        return mono, np.concatenate(decoded, axis=1) if decoded else np.zeros((2, 0), np.float32)


class _Framer:
    """Cuts a stream into windows and transforms them."""

    def __init__(self, frames: Frames) -> None:
        self._frames = frames
        self._window = scipy.signal.get_window("hann", frames.size).astype(np.float32)
        self._held = np.zeros(frames.size // 2, np.float32)

    def push(self, samples: FloatArray, *, last: bool) -> FloatArray:
        """Returns the magnitudes of the windows that `samples` complete."""
        size, hop = self._frames.size, self._frames.hop
        tail = np.zeros(size // 2 if last else 0, np.float32)
        held = np.concatenate((self._held, samples, tail))
        count = max(0, 1 + (len(held) - size) // hop)
        self._held = held[count * hop :]
        if not count:
            return np.zeros((0, size // 2 + 1), np.float32)
        windows = np.lib.stride_tricks.sliding_window_view(held, size)[::hop][:count]
        magnitudes: FloatArray = np.abs(scipy.fft.rfft(windows * self._window, axis=1))
        return magnitudes
