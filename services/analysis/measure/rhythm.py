"""Pulse, tempo, beats, bars: the reading of the rhythm that most speaks for.

The mix is always heard. With stems, onsets are those of the drums, and harmony is that of bass and other; where the drums pause,
the mix fills in.
"""

from collections.abc import Collection, Sequence

import numpy as np
import scipy.ndimage
from numpy.typing import NDArray

from services.analysis.measure.bars import positions
from services.analysis.measure.frontend import SHORT, FloatArray, Listener
from services.analysis.measure.onsets import OnsetListener, OnsetStrength, combined, pick, seconds, spread
from services.analysis.measure.pitches import PitchListener
from services.analysis.measure.pulse import Array, Pulse, pulses
from services.analysis.measure.readings import Reading, Scene, describe, scene
from services.analysis.measure.series import Series
from services.analysis.measure.weigh import probabilities
from services.analysis.results import Beat, Curve, Feature, Metre, Rhythm, Shortfall, Tempo

_SHORTEST_SECONDS = 3.0
_SILENCE = 1e-3  # -60 dB of full scale
_PAUSE = 0.02  # of the loudest frame; drums below it for a second pause
_FAINTEST_FLUX = 2e-3  # the steadiest of tones varies less
_FEWEST_ONSETS = 4
_NO_PULSE, _CLEAR_PULSE = 0.2, 0.5  # strength of a pulse in noise or speech, and in music with a beat
_SAME_TEMPO = 0.04
LEAST_BAR_CONFIDENCE = 0.25
"""Less, and bars are not told."""
_CURVE_STEP_SECONDS = 0.5
_CURVE_BEATS = 8
_ALTERNATIVES = 4
# The tempo at which people like to tap, and how far from it they still do, in octaves: van Noorden and Moelants, "Resonance in the
# Perception of Musical Pulse", JNMR 1999. Far from it, half or double is as likely to be called the tempo.
_USUAL_BPM, _USUAL_OCTAVES = 115.0, 0.7


class RhythmMeasurement:
    """Listens for rhythm, and tells it.

    Attributes:
        listeners: to be given every block.
        source: the stems it is measured on.
    """

    def __init__(self, stems: Collection[str]) -> None:
        self._mix = OnsetListener(("mix",))
        self._drums = OnsetListener(("drums",)) if "drums" in stems else None
        pitched = tuple(name for name in ("bass", "other") if name in stems)
        self.pitches = PitchListener(pitched or ("mix",))
        self.source = (("drums",) if self._drums else ()) + pitched
        self.listeners: tuple[Listener, ...] = (self._mix, self.pitches, *((self._drums,) if self._drums else ()))

    def result(self) -> Rhythm | Shortfall:
        """Returns the rhythm, or why there is none to tell."""
        onsets = self._onsets()
        if onsets.level.largest() < _SILENCE:
            return short("silent", "There is nothing to hear.")
        if len(onsets.flux) < _SHORTEST_SECONDS * SHORT.rate:
            return short("too_short", "A rhythm needs some seconds of music.")
        curve = combined(onsets.flux)
        if spread(onsets.flux).max() < _FAINTEST_FLUX or len(pick(curve)) < _FEWEST_ONSETS:
            return short("no_pulse", "Hardly any notes start here.")
        return self._pulse(onsets, curve)

    def _pulse(self, onsets: OnsetStrength, curve: Array) -> Rhythm | Shortfall:
        """Tells the rhythm of what has onsets.

        Args:
            onsets: of what is listened to.
            curve: their `combined` strength.
        """
        heard = scene(onsets.flux, self.pitches.chroma)
        found = describe(heard, _clear(curve))
        if not found:
            return short("no_pulse", "There is no steady pulse.")
        return _told(heard, found, curve, self.source)

    def readings(self) -> list[Reading]:
        """Returns everything the rhythm could be, to choose from."""
        flux = self._onsets().flux
        return describe(scene(flux, self.pitches.chroma), _clear(combined(flux)))

    @property
    def flux(self) -> Series[np.float32]:
        """The flux of the mix."""
        return self._mix.heard.flux

    def _onsets(self) -> OnsetStrength:
        """Returns the onsets of the drums, of the mix where they pause, of the mix alone if there are none."""
        mix = self._mix.heard
        if self._drums is None:
            return mix
        drums = self._drums.heard
        loudest = drums.level.largest()
        if loudest < _SILENCE:
            self.source = tuple(name for name in self.source if name != "drums")
            return mix
        second = int(SHORT.rate)
        flux = Series(mix.flux.columns, np.float32)
        sides = (series.overlapping(second) for series in (drums.level, mix.flux, drums.flux))
        for (level, inner), (of_mix, _), (of_drums, _) in zip(*sides, strict=True):
            pause = scipy.ndimage.maximum_filter1d(level, 2 * second, axis=0) < _PAUSE * loudest
            flux.append(np.where(pause, of_mix, of_drums)[inner])
        return OnsetStrength(flux, mix.level)


def _clear(curve: Array) -> list[Pulse]:
    """Returns the pulses of the onsets that are more than chance."""
    return [pulse for pulse in pulses(curve) if pulse.strength > _NO_PULSE]


def _told(heard: Scene, found: Sequence[Reading], curve: Array, source: tuple[str, ...]) -> Rhythm:
    """Turns the readings and their likelihoods into a result."""
    likely = probabilities(found)
    by_pulse: dict[int, float] = {}
    for reading, share in zip(found, likely, strict=True):
        by_pulse[id(reading.pulse)] = by_pulse.get(id(reading.pulse), 0.0) + float(share)
    best_pulse = max(by_pulse, key=lambda key: by_pulse[key])
    mine = [i for i, reading in enumerate(found) if id(reading.pulse) == best_pulse]
    best = max(mine, key=lambda i: likely[i])
    reading = found[best]
    clear = float(np.clip((reading.pulse.strength - _NO_PULSE) / (_CLEAR_PULSE - _NO_PULSE), 0, 1))
    times = seconds(reading.pulse.beats)
    curve_of_tempo = tempo_curve(times)
    bpm = float(np.median(curve_of_tempo.values))
    tempos = np.array([60 * SHORT.rate / r.pulse.period for r in found])
    same = np.abs(np.log(tempos / tempos[best])) < _SAME_TEMPO
    metre, counts = _bars(heard, reading, likely, [found[i] for i in mine], mine)
    certain = clear * float(likely[same].sum())
    confidence = certain * usual(bpm) * (metre.confidence if metre else LEAST_BAR_CONFIDENCE)
    others = alternatives(bpm, tempos[~same], clear * likely[~same], certain * (1 - usual(bpm)))
    return Rhythm(
        source=source,
        tempo=Tempo(bpm=bpm, confidence=confidence),
        alternatives=tuple(Tempo(bpm=one.bpm, confidence=min(one.confidence, confidence)) for one in others),
        beats=tuple(Beat(time=float(t), position=int(p)) for t, p in zip(times, counts, strict=True)),
        confidence=clear * by_pulse[best_pulse],
        metre=metre,
        tempo_curve=curve_of_tempo,
        onsets=tuple(float(t) for t in np.maximum(pick(curve), 0)),
    )


def _bars(
    heard: Scene, reading: Reading, likely: Array, siblings: Sequence[Reading], indices: Sequence[int]
) -> tuple[Metre | None, NDArray[np.intp]]:
    """Returns the metre, None if bars cannot be told, and the position of each beat in its bar."""
    shares = likely[list(indices)] / likely[list(indices)].sum()
    if shares.max() < LEAST_BAR_CONFIDENCE:
        return None, np.zeros(len(reading.pulse.beats), np.intp)
    confidence = sum(float(s) for s, r in zip(shares, siblings, strict=True) if r.metre == reading.metre)
    return metre_of(reading.metre, confidence), positions(heard, reading)


def metre_of(beats_per_bar: int, confidence: float) -> Metre:
    """Returns the time signature of bars of so many beats: six are eighths, others quarters."""
    return Metre(beats_per_bar=beats_per_bar, beat_unit=8 if beats_per_bar == 6 else 4, confidence=confidence)  # noqa: PLR2004


def usual(bpm: float) -> float:
    """Returns how usual it is to tap at a tempo, 1 for the most usual."""
    return float(np.exp(-0.5 * (np.log2(bpm / _USUAL_BPM) / _USUAL_OCTAVES) ** 2))


def alternatives(bpm: float, tempos: Array, shares: Array, unusual: float) -> list[Tempo]:
    """Returns other tempi, most likely first; half and double are among them whatever speaks for them.

    Args:
        bpm: the tempo.
        tempos: of other readings.
        shares: how likely these are.
        unusual: how likely the tempo itself is heard, but not called the tempo.
    """
    octaves = [[bpm / 2, unusual], [bpm * 2, unusual]]
    groups = list(octaves)
    for tempo, share in zip(tempos, shares, strict=True):
        for group in groups:
            if abs(np.log(tempo / group[0])) < _SAME_TEMPO:
                group[1] += float(share)
                break
        else:
            groups.append([float(tempo), float(share)])
    for group in groups:
        group[1] *= usual(group[0])
    ranked = sorted(groups, key=lambda group: -group[1])
    kept = [group for i, group in enumerate(ranked) if i < _ALTERNATIVES or group in octaves]
    return [Tempo(bpm=tempo, confidence=share) for tempo, share in kept]


def tempo_curve(times: Array) -> Curve:
    """Returns the tempo around each half second, over some bars."""
    reach = min(_CURVE_BEATS, len(times) - 1)
    spans = (times[reach:] - times[:-reach]) / reach
    centres = (times[reach:] + times[:-reach]) / 2
    grid = np.arange(times[0], times[-1], _CURVE_STEP_SECONDS)
    values: FloatArray = np.interp(grid, centres, 60 / spans).astype(np.float32)
    return Curve(start=float(times[0]), step=_CURVE_STEP_SECONDS, values=values)


def short(reason: str, message: str) -> Shortfall:
    """Returns why there is no rhythm to tell."""
    return Shortfall(feature=Feature.RHYTHM, reason=reason, message=message)
