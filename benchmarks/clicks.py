"""Click tracks: rhythm whose answer is known to the sample."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE_HZ = 22050


@dataclass(frozen=True, kw_only=True)
class ClickTrack:
    """A metronome.

    Attributes:
        samples: mono, shape (n,).
        beats: seconds. downbeats: those that start bars.
    """

    samples: NDArray[np.float64]
    beats: NDArray[np.float64]
    downbeats: NDArray[np.float64]


def click_track(
    bpm: float,
    metre: int,
    *,
    seconds: float = 30,
    swing: float | None = None,
    drift: float = 0.0,
    lead_in: float = 0.3,
    accent_hz: float = 1500.0,
    beat_hz: float = 1000.0,
    accent_gain: float = 1.0,
    beat_gain: float = 0.6,
) -> ClickTrack:
    """Makes a metronome that accents the first beat of each bar.

    Args:
        bpm: beats per minute; in 6/8, of the eighths.
        metre: beats per bar. In 6 the fourth beat has half the accent.
        seconds: how long.
        swing: where a softer click between the beats lies, as a share of the beat (0.5 straight, 0.67 triplets); None for none.
        drift: how far the tempo sways to both sides, as a share of it, once in 40 s.
        lead_in: seconds before the first click.
        accent_hz: pitch of downbeats.
        beat_hz: pitch of other beats.
        accent_gain: peak of downbeats.
        beat_gain: peak of other beats.
    """
    beats = [lead_in]
    while beats[-1] < seconds - 0.3:
        beats.append(beats[-1] + 60 / bpm * (1 + drift * np.sin(2 * np.pi * beats[-1] / 40)))
    times = np.array(beats[:-1])
    samples = np.zeros(int(seconds * SAMPLE_RATE_HZ))
    for i, (time, after) in enumerate(pairwise(beats)):
        gain, pitch = (accent_gain, accent_hz) if i % metre == 0 else (beat_gain, beat_hz)
        if metre == 6 and i % metre == 3:
            gain = (accent_gain + beat_gain) / 2
        _add(samples, time, pitch, 0.7 * gain)
        if swing is not None:
            _add(samples, time + swing * (after - time), beat_hz * 2, 0.25 * beat_gain)
    return ClickTrack(samples=samples, beats=times, downbeats=times[::metre])


def _add(samples: NDArray[np.float64], time: float, hz: float, gain: float) -> None:
    """Adds a burst of 30 ms that starts at once and dies away."""
    t = np.arange(int(0.03 * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    start = round(time * SAMPLE_RATE_HZ)
    room = samples[start : start + len(t)]
    room += (gain * np.sin(2 * np.pi * hz * t) * np.exp(-t / 0.006))[: len(room)]
