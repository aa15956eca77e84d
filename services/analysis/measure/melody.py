"""The fundamental frequency of a voice, and where there is one.

The method is Boersma's ("Accurate short-term analysis of the fundamental frequency", IFA Proceedings 1993; Praat's): peaks of
the autocorrelation, divided by that of the window, are candidates; a path through them trades their strength against jumps of
octaves and against changes between voiced and unvoiced. The costs are those that Praat has used since.
"""

from collections.abc import Sequence

import numpy as np
import scipy.fft
import scipy.signal
from numpy.typing import NDArray

from services.analysis.measure.frontend import MEDIUM, SAMPLE_RATE_HZ, Block, FloatArray, Frames, Signal
from services.analysis.measure.series import Series
from services.analysis.results import Curve, Feature, Melody, Shortfall

_LOWEST_HZ, _HIGHEST_HZ = 65.0, 1100.0  # C2 to C6
# What falls by 6 dB an octave from the lowest frequencies on, as rumble does, looks like a wave of its own window. So the
# sample before is taken away, and what lies below all voices.
_EMPHASIS = 0.97
_RUMBLE_HZ = 50.0
_FINER = 2  # points of the autocorrelation per sample
_CANDIDATES = 4
_VOICING_THRESHOLD = 0.45
_SILENCE_THRESHOLD = 0.03  # of the loudest frame
_OCTAVE_COST = 0.01  # per octave below the highest pitch: of equal peaks, the shorter period is right
_OCTAVE_JUMP_COST = 0.35
_VOICING_CHANGE_COST = 0.14
_USUAL_STEP_SECONDS = 0.01  # for which the costs of change are stated
_SHORTEST_FRAMES = 4  # 93 ms of voice
_CERTAIN = 0.85  # strength of a peak that leaves no doubt
_LEAST_VOICED_SECONDS = 0.5
_LEAST_CERTAIN = 0.4  # of voiced time: voices alone reach 0.8 and more, mixes 0.1 to 0.35, drums nothing
_AUDIBLE = 10 ** (-70 / 20)


class MelodyListener:
    """Keeps four candidates of each 23 ms: six megabytes an hour."""

    def __init__(self, signal: Signal) -> None:
        self.signal = signal
        self.frames: Sequence[Frames] = (MEDIUM,)
        window = np.abs(scipy.fft.rfft(scipy.signal.get_window("hann", MEDIUM.size))) ** 2
        self._window = _autocorrelation(window[None].astype(np.float32))[0]
        turn = 2 * np.pi * np.arange(MEDIUM.size // 2 + 1) / MEDIUM.size
        self._emphasis = (1 + _EMPHASIS**2 - 2 * _EMPHASIS * np.cos(turn)).astype(np.float32)
        self._emphasis[: round(_RUMBLE_HZ * MEDIUM.size / SAMPLE_RATE_HZ)] = 0
        self._hz = Series(_CANDIDATES, np.float32)
        self._strength = Series(_CANDIDATES, np.float32)
        self._level = Series(1, np.float32)

    def hear(self, block: Block) -> None:
        """Takes the next block."""
        magnitudes = block.spectra[MEDIUM]
        if not len(magnitudes):
            return
        power = np.square(magnitudes)
        level = np.sqrt(_autocorrelation(power)[:, :1].clip(0)) * np.float32(4 / MEDIUM.size)
        correlation = _autocorrelation(power * self._emphasis)
        normal = correlation / np.maximum(correlation[:, :1], np.float32(1e-12)) / (self._window / self._window[0])
        hz, strength = _candidates(normal)
        self._hz.append(hz)
        self._strength.append(strength)
        self._level.append(level)

    def melody(self) -> Melody | Shortfall:
        """Returns the pitch over time, or why there is none."""
        if self._level.largest() < _AUDIBLE:
            return Shortfall(feature=Feature.MELODY, reason="silent", message="There is nothing to hear.")
        chosen = _path(self._hz, self._strength, self._level)
        voiced = _long_enough(chosen >= 0)
        if voiced.sum() / MEDIUM.rate < _LEAST_VOICED_SECONDS:
            return Shortfall(feature=Feature.MELODY, reason="no_voice", message="There is hardly any voice in it.")
        confidence = float((_chosen(self._strength, chosen)[voiced] > _CERTAIN).mean())
        if confidence < _LEAST_CERTAIN:
            return Shortfall(
                feature=Feature.MELODY,
                reason="no_voice",
                message="No single voice stands out. Separate the vocals, and it is measured on their stem.",
            )
        f0 = np.where(voiced, _chosen(self._hz, chosen), np.float32(np.nan))
        return Melody(
            source=() if self.signal == ("mix",) else self.signal,
            f0=Curve(start=0.0, step=1 / MEDIUM.rate, values=f0),
            confidence=confidence,
        )


def _autocorrelation(power: FloatArray) -> FloatArray:
    """Returns the autocorrelation up to the longest period, in steps of 1 / _FINER sample."""
    longest = int(SAMPLE_RATE_HZ / _LOWEST_HZ * _FINER) + 2
    correlation: FloatArray = scipy.fft.irfft(power, _FINER * MEDIUM.size, axis=1)[:, :longest]
    return correlation


def _candidates(normal: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Returns the pitches and strengths of the best peaks, shape (n, _CANDIDATES); strength 0 where there are fewer."""
    shortest = int(SAMPLE_RATE_HZ / _HIGHEST_HZ * _FINER)
    left, here, right = normal[:, shortest - 1 : -2], normal[:, shortest:-1], normal[:, shortest + 1 :]
    lags = np.arange(shortest, shortest + here.shape[1])
    preferred = here - np.float32(_OCTAVE_COST) * np.log2(lags / shortest).astype(np.float32)
    preferred = np.where((here > left) & (here >= right) & (here > _VOICING_THRESHOLD / 2), preferred, 0)
    best = np.argpartition(preferred, -_CANDIDATES, axis=1)[:, -_CANDIDATES:]
    before, at, after, worth = (np.take_along_axis(side, best, axis=1) for side in (left, here, right, preferred))
    curvature = before - 2 * at + after
    offset = np.where(curvature < 0, 0.5 * (before - after) / np.minimum(curvature, np.float32(-1e-9)), 0)
    # What is no peak gets a harmless pitch and no strength.
    hz = SAMPLE_RATE_HZ * _FINER / (lags[best] + np.where(worth > 0, offset, 0))
    return hz.astype(np.float32), np.clip(worth, 0, 1).astype(np.float32)


def _path(hz: Series[np.float32], strength: Series[np.float32], level: Series[np.float32]) -> NDArray[np.int8]:
    """Returns the candidate of each frame, -1 for unvoiced (Viterbi)."""
    correction = _USUAL_STEP_SECONDS * MEDIUM.rate
    jump, change = _OCTAVE_JUMP_COST * correction, _VOICING_CHANGE_COST * correction
    loudest = np.float32(level.largest())
    unvoiced = hz.columns
    transition = np.full((unvoiced + 1, unvoiced + 1), change)
    transition[unvoiced, unvoiced] = 0
    total, before = np.zeros(unvoiced + 1), np.zeros(unvoiced, np.float32)
    came_from = np.zeros((len(hz), unvoiced + 1), np.int8)
    for start, pitches in hz.slabs():
        stop = start + len(pitches)
        strong = strength.rows(start, stop)
        quiet = np.maximum(0, 2 - level.rows(start, stop) / loudest / _SILENCE_THRESHOLD * (1 + _VOICING_THRESHOLD))
        local = np.column_stack([np.where(strong > 0, strong, -np.inf), _VOICING_THRESHOLD + quiet])
        for frame, (octaves, here) in enumerate(zip(np.log2(pitches), local, strict=True), start):
            if not frame:
                total, before = here, octaves
                continue
            transition[:unvoiced, :unvoiced] = jump * np.abs(before[:, None] - octaves)
            paths = total[:, None] - transition
            came_from[frame] = paths.argmax(axis=0)
            total, before = paths.max(axis=0) + here, octaves
    path = np.empty(len(hz), np.int8)
    state = int(total.argmax())
    for frame in range(len(hz) - 1, -1, -1):
        path[frame] = state
        state = int(came_from[frame, state])
    path[path == unvoiced] = -1
    return path


def _chosen(candidates: Series[np.float32], path: NDArray[np.int8]) -> FloatArray:
    """Returns the candidate on the path in each frame; where the path has none, any of them."""
    values = np.empty(len(path), np.float32)
    for start, rows in candidates.slabs():
        here = slice(start, start + len(rows))
        values[here] = rows[np.arange(len(rows)), path[here]]
    return values


def _long_enough(voiced: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Returns where there is voice, without blips."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], voiced, [False]]).astype(np.int8)))
    kept = voiced.copy()
    for start, end in edges.reshape(-1, 2):
        if end - start < _SHORTEST_FRAMES:
            kept[start:end] = False
    return kept
