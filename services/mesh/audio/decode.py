"""The samples of a file as stereo, block by block, for the separation child. Synchronous: there is no event loop there."""

import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO, Self

import numpy as np
from numpy.typing import NDArray

from services.mesh.audio import au
from services.mesh.audio.ffmpeg import READ_BYTES, ChildLimits, Transcript, command, fault, quick_command
from services.mesh.errors import AudioUndecodable

_STEREO = 2
_BLOCK_FRAMES = 2**16


class StereoStream:
    """A file being decoded.

    Attributes:
        sample_rate_hz: the file's own sample rate.
    """

    def __init__(self, decoder: "_Decoder", header: au.Header, again: "Callable[[], _Decoder] | None" = None) -> None:
        self.sample_rate_hz = header.sample_rate_hz
        self._decoder = decoder
        self._header = header
        self._again = again

    def blocks(self) -> Iterator[NDArray[np.float32]]:
        """Yields the samples in order, shape (2, n), once. All blocks are of one length, except for the last.

        Raises:
            AudioUndecodable: decoding failed in the middle, or takes more than its limits allow.
        """
        whole, last = 0, None
        for block in self._blocks(self._decoder):
            if block.shape[1] < _BLOCK_FRAMES:
                last = block
                break
            whole += 1
            yield block
        if self._again is not None and self._decoder.stumbled():
            with self._again() as decoder:
                decoder.header()
                yield from islice(self._blocks(decoder), whole, None)
                decoder.finish()
            return
        self._decoder.finish()
        if last is not None:
            yield last

    def _blocks(self, decoder: "_Decoder") -> Iterator[NDArray[np.float32]]:
        channels = self._header.channel_count
        frame_bytes = channels * au.SAMPLE_BYTES
        while data := decoder.read(_BLOCK_FRAMES * frame_bytes):
            whole = len(data) - len(data) % frame_bytes
            samples = np.frombuffer(data[:whole], au.SAMPLE).astype(np.float32).reshape(-1, channels).T
            yield np.repeat(samples, _STEREO, axis=0) if channels == 1 else samples


@contextmanager
def open_stereo(path: Path, *, ffmpeg: str, limits: ChildLimits | None = None) -> Iterator[StereoStream]:
    """Decodes the first audio stream of a file to stereo while the block runs.

    Mono goes to both sides unchanged: ffmpeg's own conversion would halve its power. Surround is mixed down with ffmpeg's
    matrix for its layout, not normalised, so values may exceed 1; channels without a known layout are averaged onto both
    sides.

    Args:
        path: the file.
        ffmpeg: the program, from `ffmpeg_path`.
        limits: what the decoder may use.

    Raises:
        AudioUndecodable: no decoder reads the file.
    """
    limits = limits or ChildLimits()
    try:
        file = path.open("rb")
    except OSError as error:
        raise AudioUndecodable("it cannot be opened") from error

    def decoder(*options: str) -> _Decoder:
        return _Decoder(command(ffmpeg, path, options, limits), subprocess.DEVNULL, limits)

    # The quick way first; what it stumbles over, the other one may still read.
    with file, _Decoder(quick_command(ffmpeg, au.output(), limits), file, limits) as quick:
        header = quick.header()
        if header is not None and header.channel_count <= _STEREO:
            yield StereoStream(quick, header, lambda: decoder(*au.output()))
            return
    if header is None:
        with decoder(*au.output()) as plain:
            header = plain.header()
            if header is None:
                plain.finish()
                raise AudioUndecodable("it has no sound")
            if header.channel_count <= _STEREO:
                yield StereoStream(plain, header)
                return
    mixes = (("-ac", "2", *au.output()), au.output(_average(header.channel_count)))
    for options in mixes:
        with decoder(*options) as mixed:
            header = mixed.header()
            if header is not None:
                yield StereoStream(mixed, header)
                return
    raise AudioUndecodable("its channels cannot be mixed to stereo")


class _Decoder:
    """One run of ffmpeg. It stays in the process group of its parent, to die with it."""

    def __init__(self, argv: Sequence[str], stdin: IO[bytes] | int, limits: ChildLimits) -> None:
        self._process = subprocess.Popen(argv, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert self._process.stdout is not None
        self._samples = self._process.stdout
        self._transcript = Transcript()
        self._listening = threading.Thread(target=self._listen)
        self._deadline = threading.Timer(limits.wall_seconds, self._process.kill)
        self._listening.start()
        self._deadline.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._deadline.cancel()
        self._process.kill()
        self._listening.join()
        with self._process:
            pass  # closes the pipes and waits

    def header(self) -> au.Header | None:
        """Returns what the samples are, None if there are none."""
        start = self._samples.read(au.FIXED_BYTES)
        if len(start) < au.FIXED_BYTES:
            return None
        header = au.header(start)
        self._samples.read(header.size - au.FIXED_BYTES)
        return header

    def read(self, size: int) -> bytes:
        """Returns the next bytes of samples: `size` of them, or what is left."""
        return self._samples.read(size)

    def stumbled(self) -> bool:
        """Waits for the end, and tells whether something stopped it. Its limits are not something that another try changes."""
        self._listening.join()
        return self._process.wait() >= 0 and bool(self._process.returncode or self._transcript.lines())

    def finish(self) -> None:
        """Waits for the end. Raises AudioUndecodable if it was a failure."""
        self._listening.join()
        if status := self._process.wait():
            raise AudioUndecodable(fault(self._transcript.lines(), status))

    def _listen(self) -> None:
        assert self._process.stderr is not None
        while data := self._process.stderr.read(READ_BYTES):
            self._transcript.add(data)


def _average(channel_count: int) -> str:
    """Returns the filter that puts the mean of all channels on both sides; "<" makes the gains sum to one."""
    mean = "+".join(f"c{channel}" for channel in range(channel_count))
    return f"pan=stereo|c0<{mean}|c1<{mean}"
