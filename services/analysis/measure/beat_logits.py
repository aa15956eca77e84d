"""What a network of beats says of each moment: its input, log-mel frames, and its answers, window by window while the track is heard.

Input and windows are those that Beat This! was trained with and is judged by (Foscarin, Schlüter, Widmer, ISMIR 2024; the package
`beat_this` 1.1.0), so that a file's answers are its authors'. The network itself is somebody else's: nothing here knows torch.
"""

from collections.abc import Sequence
from typing import Protocol

import librosa
import numpy as np
import scipy.fft
import scipy.signal

from services.analysis.measure.frontend import SAMPLE_RATE_HZ, Block, FloatArray, Frames, Signal

FRAMES_PER_SECOND = 50
BANDS = 128
_SIZE, _HOP = 1024, SAMPLE_RATE_HZ // FRAMES_PER_SECOND
_LOWEST_HZ, _HIGHEST_HZ = 30.0, 11000.0
_COMPRESSION = 1000.0
WINDOW = 1500
"""Frames that the network looks at together: 30 s."""
_BORDER = 6  # frames at either end of a window whose answers do not count
_STEP = WINDOW - 2 * _BORDER


class BeatNetwork(Protocol):
    """Tells how likely each frame is a beat.

    Attributes:
        version: tells its results from those of other networks.
    """

    version: str

    def __call__(self, frames: FloatArray) -> FloatArray:
        """Returns the logits of beat and downbeat, shape (n, 2), of log-mel frames, shape (n, BANDS), n at most WINDOW."""
        ...


class MelFrames:
    """Cuts a stream into log-mel frames as torchaudio's MelSpectrogram does: frame i is centred on sample i * 441, ends are mirrored."""

    def __init__(self) -> None:
        # Normalised by the root of its length, as torch.stft(normalized=True) does.
        self._taper = (scipy.signal.get_window("hann", _SIZE) / np.sqrt(_SIZE)).astype(np.float32)
        self._mel = librosa.filters.mel(
            sr=SAMPLE_RATE_HZ, n_fft=_SIZE, n_mels=BANDS, fmin=_LOWEST_HZ, fmax=_HIGHEST_HZ, norm=None
        ).T
        self._held = np.zeros(0, np.float32)
        self._begun = False

    def push(self, samples: FloatArray) -> FloatArray:
        """Returns the frames that these samples complete, shape (n, BANDS)."""
        self._held = np.concatenate((self._held, samples))
        if not self._begun:
            if len(self._held) <= _SIZE // 2:
                return np.zeros((0, BANDS), np.float32)
            self._held = np.pad(self._held, (_SIZE // 2, 0), "reflect")
            self._begun = True
        return self._cut()

    def last(self) -> FloatArray:
        """Returns the frames that reach beyond the end, shape (n, BANDS); none of what is shorter than half a frame."""
        if not self._begun:
            return np.zeros((0, BANDS), np.float32)
        self._held = np.pad(self._held, (0, _SIZE // 2), "reflect")
        return self._cut()

    def _cut(self) -> FloatArray:
        count = max(0, 1 + (len(self._held) - _SIZE) // _HOP)
        if not count:
            return np.zeros((0, BANDS), np.float32)
        windows = np.lib.stride_tricks.sliding_window_view(self._held, _SIZE)[::_HOP][:count]
        magnitudes = np.abs(scipy.fft.rfft(windows * self._taper, axis=1))
        self._held = self._held[count * _HOP :]
        frames: FloatArray = np.log1p(np.float32(_COMPRESSION) * (magnitudes @ self._mel)).astype(np.float32)
        return frames


class LogitListener:
    """Asks a network about every window of a signal, as soon as it is heard. Keeps two windows of frames, and 8 bytes for each frame.

    Windows overlap by twice the border; where two answer, the earlier one counts. The last is moved back to end with the track.
    """

    def __init__(self, network: BeatNetwork, signal: Signal = ("mix",)) -> None:
        self.signal = signal
        self.frames: Sequence[Frames] = ()
        self._network = network
        self._mel = MelFrames()
        self._held = np.zeros((0, BANDS), np.float32)
        self._first = 0  # index of the first frame that is held
        self._next = -_BORDER  # where the next window starts
        self._told: list[FloatArray] = []
        self._count = 0  # of frames that are told

    def hear(self, block: Block) -> None:
        """Takes the next block."""
        self._take(self._mel.push(block.samples))

    def logits(self) -> FloatArray:
        """Returns the answers for all frames, shape (frames, 2), after the last block. To be called once."""
        self._take(self._mel.last())
        end = self._first + len(self._held)
        if end > _STEP:
            while self._next + _STEP < end - _BORDER:
                self._ask(self._next, end)
                self._next += _STEP
            self._next = end - (WINDOW - _BORDER)
        if end > self._count:
            self._ask(self._next, end)
        return np.concatenate((np.zeros((0, 2), np.float32), *self._told))

    def _take(self, frames: FloatArray) -> None:
        self._held = np.concatenate((self._held, frames))
        while self._next + WINDOW <= (end := self._first + len(self._held)):
            self._ask(self._next, end)
            # The last window may begin as little as a border later.
            spare = self._next + _BORDER - self._first
            self._held, self._first = self._held[spare:], self._first + spare
            self._next += _STEP

    def _ask(self, start: int, end: int) -> None:
        """Asks about the window at a frame, of `end` frames that there are, and keeps what was not told before."""
        inside = self._held[max(start, 0) - self._first : start + WINDOW - self._first]
        after = min(_BORDER, max(0, start + WINDOW - end))
        answers = self._network(np.pad(inside, ((max(0, -start), after), (0, 0))))[_BORDER:-_BORDER]
        self._told.append(answers[self._count - (start + _BORDER) :])
        self._count = start + _BORDER + len(answers)
