"""Renders a mix of stems into one file, in memory that does not grow with its length.

The stems are decoded and added up into a scratch file; that is resampled if another rate is wanted, measured, and written with
the gain that follows from the measurement.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from services.mesh.audio.decode import StereoStream, open_stereo
from services.mesh.audio.loudness import LoudnessMeter, Metered, decibels
from services.mesh.errors import AudioUndecodable, BlobMissing
from services.processing.adapters.encode import FORMATS, encode
from services.processing.adapters.resample import blocks_of, resample
from services.processing.adapters.samples import SampleFile
from services.processing.domain import stem_rate
from services.processing.mix import GainReason, LoudnessTarget, MixReport, MixSpec, StemLevel
from services.processing.ports import FloatArray

# The gate of BS.1770 is absolute in part, so a gain may move what counts; each round corrects for that.
_LOUDNESS_ROUNDS = 4
# Which parts of the work they are, about.
_DECODING, _CONVERTING, _MEASURING, _WRITING = (0.0, 0.4), (0.4, 0.55), (0.55, 0.7), (0.7, 1.0)


class BeyondTheEnd(Exception):
    """The part of the stems that was asked for begins where they have ended.

    Attributes:
        seconds: how long they are.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__(f"the stems end after {seconds} s")
        self.seconds = seconds


@dataclass(frozen=True)
class _Window:
    """The samples [start, stop) of the stems; stop None = to their end."""

    start: int
    stop: int | None

    @classmethod
    def of(cls, spec: MixSpec, rate: int) -> "_Window":
        start = round(spec.start * rate)
        return cls(start, max(start + 1, round(spec.end * rate)) if spec.end else None)


def render(
    stems: Sequence[Path],
    spec: MixSpec,
    out: Path,
    *,
    seconds: float,
    ffmpeg: str,
    on_progress: Callable[[float], None],
) -> MixReport:
    """Writes a mix.

    Args:
        stems: a file for each of `spec.stems`, all at one sample rate.
        spec: what is wanted; its stems are named.
        out: the new file; scratch files come beside it.
        seconds: about how long the stems are, for the progress; 0 = unknown.
        ffmpeg: the program, from `ffmpeg_path`.
        on_progress: called now and then with the fraction that is done; for the first time when there are samples.

    Raises:
        BeyondTheEnd: the stems end before the wanted part begins.
        BlobMissing: a stem is damaged.
        StorageFull: the disk is full.
    """
    with ExitStack() as files:
        mixed = files.enter_context(SampleFile(out.with_name("mix"), measured=False))
        rate = _mix(stems, spec, mixed, seconds=seconds, ffmpeg=ffmpeg, on_progress=on_progress)
        wanted = spec.sample_rate_hz or stem_rate(spec.encoding, rate)
        if wanted != rate:
            frames = max(1, round(mixed.length * wanted / rate))
            converted = files.enter_context(SampleFile(out.with_name("resampled"), measured=False))
            resample(
                _told(blocks_of(mixed), mixed.length, _part(on_progress, _CONVERTING)),
                rate,
                wanted,
                converted,
                frames=frames,
            )
            mixed, rate = converted, wanted
        fades = _Fades(mixed.length, spec.fade_in * rate, spec.fade_out * rate)
        meter = LoudnessMeter(rate, 2)
        for block in _told(_scaled(mixed, 1.0, fades), mixed.length, _part(on_progress, _MEASURING)):
            meter.add(block)
        metered = meter.finish()
        gain, reason = master_gain(metered, spec.loudness, clips=FORMATS[spec.encoding].clips)
        blocks = _told(_scaled(mixed, gain, fades), mixed.length, _part(on_progress, _WRITING))
        encode(out, spec.encoding, sample_rate=rate, frames=mixed.length, blocks=blocks, ffmpeg=ffmpeg)
        return MixReport(
            gain_db=20 * math.log10(gain),
            gain_reason=reason,
            integrated_lufs=metered.integrated_lufs(gain),
            true_peak_dbtp=decibels(metered.true_peak * gain),
            sample_count=mixed.length,
            sample_rate_hz=rate,
        )


def master_gain(metered: Metered, target: LoudnessTarget | None, *, clips: bool) -> tuple[float, GainReason]:
    """Returns what a whole mix is multiplied by, and why.

    Args:
        metered: the mix as it is.
        target: how loud it is to be.
        clips: whether samples beyond full scale cannot be written.
    """
    if target is not None and metered.integrated_lufs() is not None:
        gain = 1.0
        for _ in range(_LOUDNESS_ROUNDS):
            loudness = metered.integrated_lufs(gain)
            if loudness is None:  # so quiet is wanted that nothing passes the gate
                break
            gain *= 10 ** ((target.lufs - loudness) / 20)
        highest = 10 ** (target.ceiling_dbtp / 20) / metered.true_peak
        return (highest, GainReason.CEILING) if gain > highest else (gain, GainReason.LOUDNESS)
    if clips and metered.sample_peak > 1.0:
        return 1.0 / metered.sample_peak, GainReason.FULL_SCALE
    return 1.0, GainReason.NONE


def _mix(
    stems: Sequence[Path],
    spec: MixSpec,
    into: SampleFile,
    *,
    seconds: float,
    ffmpeg: str,
    on_progress: Callable[[float], None],
) -> int:
    """Adds the stems up; returns their sample rate."""
    with ExitStack() as decoding:
        streams = []
        for level, path in zip(spec.stems, stems, strict=True):
            with _damage(level.stem):
                streams.append(decoding.enter_context(open_stereo(path, ffmpeg=ffmpeg)))
        rate = streams[0].sample_rate_hz
        window = _Window.of(spec, rate)
        last = window.stop or round(seconds * rate)
        decoded, position = _part(on_progress, _DECODING), 0
        sources = [_sound(stream, level.stem) for stream, level in zip(streams, spec.stems, strict=True)]
        # All blocks of a stream are of one length, except for its last.
        for blocks in zip_longest(*sources):
            frames = max(block.shape[1] for block in blocks if block is not None)
            lo = max(window.start - position, 0)
            hi = frames if window.stop is None else min(window.stop - position, frames)
            if lo < hi:
                into.append(summed(blocks, spec.stems, frames)[:, lo:hi].astype(np.float32))
            position += frames
            if into.length:
                decoded(min(1.0, position / last) if last else 0.0)
            if window.stop is not None and position >= window.stop:
                break
        if not into.length:
            raise BeyondTheEnd(position / rate)
    return rate


def summed(blocks: Sequence[FloatArray | None], levels: Sequence[StemLevel], frames: int) -> NDArray[np.float64]:
    """Adds blocks of stems up, each levelled and panned; returns shape (2, frames). A stem that has ended is None, or short."""
    total = np.zeros((2, frames))
    for block, level in zip(blocks, levels, strict=True):
        if block is not None:
            matrix = np.array(level.matrix).reshape(2, 2)
            total[:, : block.shape[1]] += matrix @ block.astype(np.float64)
    return total


@contextmanager
def _damage(stem: str) -> Iterator[None]:
    """The mesh wrote the stem itself: if it cannot be decoded, it was damaged since."""
    try:
        yield
    except AudioUndecodable as error:
        raise BlobMissing(stem) from error


def _sound(stream: StereoStream, stem: str) -> Iterator[FloatArray]:
    with _damage(stem):
        yield from stream.blocks()


class _Fades:
    """A gain for each sample frame: from silence along half a cosine, and back to it."""

    def __init__(self, length: int, frames_in: float, frames_out: float) -> None:
        self._length = length
        self._in = frames_in
        self._out = frames_out

    def over(self, start: int, stop: int) -> NDArray[np.float64]:
        """Returns the gains of [start, stop)."""
        gains = np.ones(stop - start)
        middles = np.arange(start, stop) + 0.5
        if start < self._in:
            gains *= _ramp(middles / self._in)
        if stop > self._length - self._out:
            gains *= _ramp((self._length - middles) / self._out)
        return gains


def _ramp(way: NDArray[np.floating]) -> NDArray[np.float64]:
    ramp: NDArray[np.float64] = 0.5 - 0.5 * np.cos(np.pi * np.clip(way, 0.0, 1.0))
    return ramp


def _scaled(file: SampleFile, gain: float, fades: _Fades) -> Iterator[FloatArray]:
    position = 0
    for block in blocks_of(file):
        end = position + block.shape[1]
        factor = gain * fades.over(position, end)
        yield (block.astype(np.float64) * factor).astype(np.float32)
        position = end


def _told(blocks: Iterator[FloatArray], frames: int, on_progress: Callable[[float], None]) -> Iterator[FloatArray]:
    done = 0
    for block in blocks:
        yield block
        done += block.shape[1]
        on_progress(done / frames)


def _part(on_progress: Callable[[float], None], part: tuple[float, float]) -> Callable[[float], None]:
    """Returns what tells the progress of a part of the work as that of the whole."""
    low, high = part
    return lambda done: on_progress(low + (high - low) * done)
