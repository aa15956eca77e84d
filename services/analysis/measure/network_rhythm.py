"""Rhythm where a network finds beats and downbeats. Tempo, metre and positions follow from them; onsets, and what is too little to tell, are ours."""

from collections.abc import Collection

import numpy as np
import scipy.ndimage
from numpy.typing import NDArray

from services.analysis.measure.beat_logits import BeatNetwork, LogitListener
from services.analysis.measure.beat_peaks import Peaks, downbeats, peaks
from services.analysis.measure.frontend import Listener
from services.analysis.measure.onsets import OnsetStrength, pick
from services.analysis.measure.pulse import FASTEST_BPM, SLOWEST_BPM, Array
from services.analysis.measure.rhythm import (
    LEAST_BAR_CONFIDENCE,
    RhythmMeasurement,
    alternatives,
    metre_of,
    short,
    tempo_curve,
    usual,
)
from services.analysis.results import Beat, Metre, Rhythm, Shortfall, Tempo

_FEWEST_BEATS = 4
_AROUND = 9  # beats, whose median is the tempo around each
_STEADY = 0.2  # of a beat, by which the time to the next may differ from that
_LEAST_STEADY = 0.5  # of the beats; fewer, and what is found is no pulse
_BARS = range(2, 13)


class NetworkRhythm(RhythmMeasurement):
    """Listens to the mix, as the network was trained to. Its pitches, which others listen to, are still those of the stems."""

    def __init__(self, stems: Collection[str], network: BeatNetwork) -> None:
        super().__init__([name for name in stems if name != "drums"])
        self.source = ()
        self._answers = LogitListener(network)
        self.listeners: tuple[Listener, ...] = (*self.listeners, self._answers)

    def _pulse(self, onsets: OnsetStrength, curve: Array) -> Rhythm | Shortfall:  # noqa: ARG002 - only ours asks the onsets
        logits = self._answers.logits()
        beats = peaks(logits[:, 0])
        if len(beats.times) < _FEWEST_BEATS:
            return short("no_pulse", "The network finds hardly any beats.")
        tempi = tempo_curve(beats.times)
        bpm = float(np.median(tempi.values))
        steady = _steady(beats.times)
        if steady < _LEAST_STEADY or not SLOWEST_BPM < bpm < FASTEST_BPM:
            return short("no_pulse", "There is no steady pulse.")
        metre, counts = _bars(beats, peaks(logits[:, 1]))
        certain = steady * float(beats.surety.mean())
        confidence = certain * usual(bpm) * (metre.confidence if metre else LEAST_BAR_CONFIDENCE)
        none = np.zeros(0)
        others = alternatives(bpm, none, none, certain * (1 - usual(bpm)))
        return Rhythm(
            source=self.source,
            tempo=Tempo(bpm=bpm, confidence=confidence),
            alternatives=tuple(Tempo(bpm=one.bpm, confidence=min(one.confidence, confidence)) for one in others),
            beats=tuple(Beat(time=float(t), position=int(p)) for t, p in zip(beats.times, counts, strict=True)),
            confidence=certain,
            metre=metre,
            tempo_curve=tempi,
            onsets=tuple(float(t) for t in np.maximum(pick(curve), 0)),
        )


def _steady(times: Array) -> float:
    """Returns the share of beats that are followed by the next when the tempo around them says."""
    gaps = np.diff(times)
    usual_gaps = scipy.ndimage.median_filter(gaps, _AROUND, mode="nearest")
    return float((np.abs(gaps / usual_gaps - 1) < _STEADY).mean())


def _bars(beats: Peaks, found: Peaks) -> tuple[Metre | None, NDArray[np.intp]]:
    """Returns the metre, None if bars cannot be told, and the position of each beat in its bar.

    The metre is what most bars have. A bar that has more goes on with a new one, for the network may miss a downbeat.
    """
    index = np.arange(len(beats.times))
    firsts = downbeats(beats.times, found.times)
    lengths = np.diff(firsts)
    lengths = lengths[np.isin(lengths, _BARS)]
    unknown = np.zeros(len(index), np.intp)
    if not len(lengths):
        return None, unknown
    metre = int(np.bincount(lengths).argmax())
    confidence = float((lengths == metre).mean() * found.surety.mean())
    if confidence < LEAST_BAR_CONFIDENCE:
        return None, unknown
    # Beats before the first downbeat are counted back from it.
    first = firsts[np.maximum(np.searchsorted(firsts, index, side="right") - 1, 0)]
    return metre_of(metre, confidence), (index - first) % metre + 1
