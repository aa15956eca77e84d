"""What an audio file is, found by decoding all of it."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from services.mesh.audio import au
from services.mesh.audio.claims import container_claim, pcm_claim
from services.mesh.audio.ffmpeg import READ_BYTES, Child, ChildLimits, command, fault, running
from services.mesh.audio.waveform import Outline, Waveform
from services.mesh.errors import (
    AudioEmpty,
    AudioLayoutUnsupported,
    AudioNotFinite,
    AudioTooLong,
    AudioTruncated,
    AudioUndecodable,
)

_INPUT = re.compile(r"^Input #0, ([\w,]+), from")
_AUDIO = re.compile(r"^  Stream #0:\d+.*?: Audio: (\w+)(.*)")
_UNNAMED_LAYOUT = re.compile(r", (\d+) Hz, (\d+) channels")
_VIDEO = re.compile(r"^  Stream #0:\d+.*?: Video: (?!.*\(attached pic\))")
_PCM_BITS = re.compile(r"pcm_[a-z]+?(\d+)")
_LOSSLESS_BITS = re.compile(r", s(\d+)p?(?: \((\d+) bit\))?")
# How the mov and matroska demuxers say that bytes are missing.
_CUT = ("partial file", "File ended prematurely")

_LOSSLESS = {"flac", "alac"}
_COMPANDED = {"pcm_alaw", "pcm_mulaw"}

# A file may fall short of its claim by what encoders pad and round, not by more.
_SLACK_SECONDS = 1.0
_SLACK_SHARE = 0.02


@dataclass(frozen=True, kw_only=True)
class AudioLimits:
    """What audio is accepted.

    Attributes:
        max_seconds: longest duration; decoding stops there.
        max_channels: most channels.
        sample_rates_hz: lowest and highest sample rate.
        child: what decoding may use.
    """

    max_seconds: float = 4 * 3600.0
    max_channels: int = 64
    sample_rates_hz: tuple[int, int] = (1000, 768_000)
    child: ChildLimits = field(default_factory=ChildLimits)


@dataclass(frozen=True, kw_only=True)
class Probe:
    """What decoding found.

    Attributes:
        sample_count: frames per channel, counted.
        sample_rate_hz: frames per second.
        channel_count: number of channels.
        bits_per_sample: as the file stores them, 0 for lossy codecs.
        codec: in ffmpeg's spelling.
        peak: largest absolute sample, 1.0 = full scale.
        media_type: IANA media type of the file.
        waveform: its outline.
    """

    sample_count: int
    sample_rate_hz: int
    channel_count: int
    bits_per_sample: int
    codec: str
    peak: float
    media_type: str
    waveform: Waveform


@dataclass
class _Counted:
    header: au.Header
    outline: Outline
    samples: int = 0
    peak: float = 0.0

    @property
    def seconds(self) -> float:
        return self.samples / (self.header.channel_count * self.header.sample_rate_hz)


async def probe(path: Path, *, ffmpeg: str, limits: AudioLimits) -> Probe:
    """Decodes the first audio stream of a file to its end, holding only a quarter of a mebibyte of it at a time.

    Raises:
        AudioEmpty: no bytes, or no samples.
        AudioUndecodable: no decoder reads it, or decoding takes too long.
        AudioTruncated: it ends well before the length that it claims.
        AudioNotFinite: it holds NaN or infinity.
        AudioTooLong: it is longer than the limit.
        AudioLayoutUnsupported: its channel count or sample rate is out of bounds.
    """
    if not (await asyncio.to_thread(path.stat)).st_size:
        raise AudioEmpty
    claim = await asyncio.to_thread(pcm_claim, path)
    try:
        async with (
            asyncio.timeout(limits.child.wall_seconds),
            running(command(ffmpeg, path, au.output(), limits.child)) as child,
        ):
            counted = await _count(child, limits)
            status, log = await child.finish()
    except TimeoutError:
        raise AudioUndecodable(f"decoding takes longer than {limits.child.wall_seconds:g} s") from None
    if counted is None:
        _check_layout_claim(log, limits)
        raise AudioUndecodable(fault(log, status))
    if status < 0:
        raise AudioUndecodable(fault(log, status))
    _check_complete(counted.seconds, claim, log)
    if status:
        raise AudioUndecodable(fault(log, status))
    if not counted.samples:
        raise AudioEmpty
    return _described(counted, log, await asyncio.to_thread(_first_bytes, path))


async def _count(child: Child, limits: AudioLimits) -> _Counted | None:
    """Reads samples to the end; None if there is not even a header."""
    try:
        start = await child.stdout.readexactly(au.FIXED_BYTES)
        header = au.header(start)
        _check_layout(header.channel_count, header.sample_rate_hz, limits)
        await child.stdout.readexactly(header.size - au.FIXED_BYTES)
    except asyncio.IncompleteReadError:
        return None
    counted = _Counted(header, Outline(header.sample_rate_hz, header.channel_count))
    most = limits.max_seconds * header.sample_rate_hz * header.channel_count
    rest = b""
    while data := await child.stdout.read(READ_BYTES):
        data = rest + data
        whole = len(data) - len(data) % au.SAMPLE_BYTES
        rest = data[whole:]
        _measure(counted, np.frombuffer(data[:whole], au.SAMPLE))
        if counted.samples > most:
            raise AudioTooLong(limit_seconds=limits.max_seconds)
    return counted


def _check_layout(channel_count: int, sample_rate_hz: int, limits: AudioLimits) -> None:
    low, high = limits.sample_rates_hz
    if not (1 <= channel_count <= limits.max_channels and low <= sample_rate_hz <= high):
        raise AudioLayoutUnsupported(channel_count=channel_count, sample_rate_hz=sample_rate_hz)


def _check_layout_claim(log: Sequence[str], limits: AudioLimits) -> None:
    """Finds layouts that ffmpeg itself cannot handle, so that it puts nothing out."""
    stream = next(filter(None, map(_AUDIO.match, log)), None)
    if stream and (layout := _UNNAMED_LAYOUT.search(stream[2])):
        _check_layout(int(layout[2]), int(layout[1]), limits)


def _measure(counted: _Counted, samples: np.ndarray[tuple[int], np.dtype[np.float32]]) -> None:
    if not samples.size:
        return
    # NaN survives max, so one pass over the samples finds every kind of fault.
    peak = float(np.abs(samples).max())
    if not np.isfinite(peak):
        bad = counted.samples + int(np.flatnonzero(~np.isfinite(samples))[0])
        per_second = counted.header.channel_count * counted.header.sample_rate_hz
        raise AudioNotFinite(first_bad_second=bad / per_second)
    counted.peak = max(counted.peak, peak)
    counted.samples += samples.size
    counted.outline.add(samples)


def _check_complete(seconds: float, claim: float | None, log: Sequence[str]) -> None:
    if claim is None:
        claim = container_claim(log)
        # Picture and sound of a film need not end together: there, only missing bytes count.
        if any(map(_VIDEO.match, log)) and not any(cut in line for line in log for cut in _CUT):
            return
    if claim is not None and claim - seconds > max(_SLACK_SECONDS, _SLACK_SHARE * claim):
        raise AudioTruncated(claimed_seconds=claim, decoded_seconds=seconds)


def _described(counted: _Counted, log: Sequence[str], start: bytes) -> Probe:
    stream = next(filter(None, map(_AUDIO.match, log)))
    container = next(filter(None, map(_INPUT.match, log)))[1].split(",")[0]
    codec = stream[1]
    return Probe(
        sample_count=counted.samples // counted.header.channel_count,
        sample_rate_hz=counted.header.sample_rate_hz,
        channel_count=counted.header.channel_count,
        bits_per_sample=_bits(codec, stream[2]),
        codec=codec,
        peak=counted.peak,
        media_type=_media_type(container, start, has_video=any(map(_VIDEO.match, log))),
        waveform=counted.outline.finish(),
    )


def _bits(codec: str, details: str) -> int:
    if codec in _COMPANDED:
        return 8
    if match := _PCM_BITS.match(codec):
        return int(match[1])
    if codec in _LOSSLESS and (match := _LOSSLESS_BITS.search(details)):
        return int(match[2] or match[1])
    return 0


def _media_type(container: str, start: bytes, *, has_video: bool) -> str:
    family = "video" if has_video else "audio"
    if container == "matroska":
        return f"{family}/{'webm' if b'webm' in start else 'x-matroska'}"
    if container == "mov":
        return f"{family}/{'quicktime' if start[8:12] == b'qt  ' else 'mp4'}"
    return f"{family}/{ {'mp3': 'mpeg'}.get(container, container) }"


def _first_bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(64)
