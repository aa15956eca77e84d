"""The whole file as samples in memory, for the separation child. Synchronous: there is no event loop in that process."""

import subprocess
import threading
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from services.mesh.audio import au
from services.mesh.audio.ffmpeg import READ_BYTES, ChildLimits, Transcript, command, fault, kill_group
from services.mesh.errors import AudioEmpty, AudioUndecodable

_STEREO = 2
_EMPTY = np.empty((0, 1), np.float32)


def decode_stereo(
    path: Path, *, sample_rate_hz: int, ffmpeg: str, limits: ChildLimits | None = None
) -> NDArray[np.float32]:
    """Decodes the first audio stream of a file to stereo.

    Mono goes to both sides unchanged. Surround is mixed down with ffmpeg's matrix for its layout, not normalised, so
    values may exceed 1; channels without a known layout are averaged onto both sides.

    Args:
        path: the file.
        sample_rate_hz: rate of the result; the file's own samples are kept where it has this rate already.
        ffmpeg: the program, from `ffmpeg_path`.
        limits: what the child process may use.

    Returns:
        Array of shape (2, sample_count), C-contiguous.

    Raises:
        AudioUndecodable: no decoder reads the file.
        AudioEmpty: it holds no samples.
    """
    limits = limits or ChildLimits()
    header, frames = _decode(path, ffmpeg, limits)
    if header.channel_count > _STEREO:
        try:
            header, frames = _decode(path, ffmpeg, limits, ("-ac", "2"))
        except AudioUndecodable:
            header, frames = _decode(path, ffmpeg, limits, ("-af", _average(header.channel_count)))
    if not len(frames):
        raise AudioEmpty
    if header.channel_count == 1:
        frames = np.repeat(frames, _STEREO, axis=1)
    if header.sample_rate_hz != sample_rate_hz:
        import soxr  # noqa: PLC0415 (only the separation extra installs it, and only other rates need it)

        frames = soxr.resample(frames, header.sample_rate_hz, sample_rate_hz, quality="VHQ")
    return np.ascontiguousarray(frames.T, dtype=np.float32)


def _decode(
    path: Path, ffmpeg: str, limits: ChildLimits, options: tuple[str, ...] = ()
) -> tuple[au.Header, NDArray[np.float32]]:
    """Returns the header and samples of shape (sample_count, channels): none of them if there are more than two channels."""
    transcript = Transcript()
    with subprocess.Popen(
        command(ffmpeg, path, (*options, *au.OUTPUT), limits),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        process_group=0,
    ) as process:
        assert process.stdout is not None
        listening = threading.Thread(target=_listen, args=(process.stderr, transcript))
        deadline = threading.Timer(limits.wall_seconds, kill_group, (process.pid,))
        listening.start()
        deadline.start()
        try:
            start = process.stdout.read(au.FIXED_BYTES)
            if len(start) == au.FIXED_BYTES:
                header = au.header(start)
                if header.channel_count > _STEREO:
                    return header, _EMPTY
                process.stdout.read(header.size - au.FIXED_BYTES)
                data = process.stdout.read()
            process.wait()
        finally:
            deadline.cancel()
            if process.poll() is None:
                kill_group(process.pid)
            listening.join()
    if process.returncode or len(start) < au.FIXED_BYTES:
        raise AudioUndecodable(fault(transcript.lines(), process.returncode))
    samples = np.frombuffer(data, au.SAMPLE).astype(np.float32)
    return header, samples.reshape(-1, header.channel_count)


def _listen(stream: BinaryIO, transcript: Transcript) -> None:
    while data := stream.read(READ_BYTES):
        transcript.add(data)


def _average(channel_count: int) -> str:
    """Returns the filter that puts the mean of all channels on both sides; "<" makes the gains sum to one."""
    mean = "+".join(f"c{channel}" for channel in range(channel_count))
    return f"pan=stereo|c0<{mean}|c1<{mean}"
