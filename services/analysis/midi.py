"""Beats and chords as a standard MIDI file, for music programs: bars of the file are bars of the track."""

import io
from collections.abc import Sequence
from itertools import pairwise

import mido
import numpy as np
from numpy.typing import NDArray

from services.analysis.harte import pitch_classes
from services.analysis.results import Beat, Measurements

_TICKS_PER_BEAT = 480
_PULSE_SECONDS = 0.5
_VELOCITY = 72
_LOWEST_NOTE = 48  # C3: chords from there upwards, their bass an octave below
_MOST_MICROSECONDS = 0xFFFFFF


def song(title: str, found: Measurements) -> bytes:
    """Returns a MIDI file of type 1: tempo map, metre and markers of sections, and the chords as notes.

    The first beat lies on a beat of the file's grid; what comes before it is one or more beats at a tempo of their own. A
    file of a track with beats; chords and sections are left out where they are not known.
    """
    assert found.rhythm is not None
    grid = _Grid([beat.time for beat in found.rhythm.beats], _lead_in(found.rhythm.beats))
    file = mido.MidiFile(type=1, ticks_per_beat=_TICKS_PER_BEAT, charset="utf-8")
    file.tracks.append(_map(title, found, grid))
    if found.chords:
        file.tracks.append(_chords(found, grid))
    data = io.BytesIO()
    file.save(file=data)
    return data.getvalue()


class _Grid:
    """Ticks of times. Beat i of the track is at tick (lead + i) * ticks per beat."""

    def __init__(self, beats: Sequence[float], lead: int) -> None:
        """Makes a grid; `lead` beats are put before the first."""
        times = list(beats) if beats else [0.0]
        if len(times) == 1:
            times.append(times[0] + _PULSE_SECONDS)
        first = np.linspace(0.0, times[0], lead + 1)[:-1] if lead else np.zeros(0)
        self.times: NDArray[np.float64] = np.concatenate([first, times])

    def tick(self, time: float) -> int:
        """Returns the tick of a time; the last tempo goes on for ever."""
        last = len(self.times) - 1
        if time >= self.times[-1]:
            place = last + float((time - self.times[-1]) / (self.times[-1] - self.times[-2]))
        else:
            place = float(np.interp(time, self.times, np.arange(last + 1)))
        return round(place * _TICKS_PER_BEAT)

    def tempi(self) -> list[tuple[int, int]]:
        """Returns ticks, and the microseconds of a beat from there on."""
        found: list[tuple[int, int]] = []
        for index, (start, end) in enumerate(pairwise(self.times)):
            length = min(max(1, round((end - start) * 1e6)), _MOST_MICROSECONDS)
            if not found or found[-1][1] != length:
                found.append((index * _TICKS_PER_BEAT, length))
        return found


def _lead_in(beats: Sequence[Beat]) -> int:
    """Returns how many beats to put before the first, so that downbeats are where bars of the file begin."""
    if not beats:
        return 0
    per_bar = max(beat.position for beat in beats)
    if beats[0].time <= 0:
        return 0
    if not per_bar:
        return 1
    # The file begins with a bar; a beat at position p has p - 1 before it in its bar.
    return beats[0].position - 1 or per_bar


def _map(title: str, found: Measurements, grid: _Grid) -> mido.MidiTrack:
    assert found.rhythm is not None
    events: list[tuple[int, mido.MetaMessage]] = [(0, mido.MetaMessage("track_name", name=title))]
    if found.rhythm.metre:
        metre = found.rhythm.metre
        events.append(
            (0, mido.MetaMessage("time_signature", numerator=metre.beats_per_bar, denominator=metre.beat_unit))
        )
    events += [(tick, mido.MetaMessage("set_tempo", tempo=length)) for tick, length in grid.tempi()]
    if found.form:
        events += [
            (grid.tick(one.start), mido.MetaMessage("marker", text=f"{one.label} ({one.group})"))
            for one in found.form.sections
        ]
    return _track(events, grid.tick(found.duration))


def _chords(found: Measurements, grid: _Grid) -> mido.MidiTrack:
    assert found.chords is not None
    events: list[tuple[int, mido.Message | mido.MetaMessage]] = [(0, mido.MetaMessage("track_name", name="Chords"))]
    for chord in found.chords.chords:
        start, end = grid.tick(chord.start), grid.tick(chord.end)
        if end <= start:
            continue
        events.append((start, mido.MetaMessage("text", text=chord.label)))
        for note in _notes(chord.label):
            events.append((start, mido.Message("note_on", note=note, velocity=_VELOCITY)))
            events.append((end, mido.Message("note_off", note=note)))
    return _track(events, grid.tick(found.duration))


def _notes(label: str) -> list[int]:
    bass, classes = pitch_classes(label)
    if not classes:
        return []
    return [_LOWEST_NOTE - 12 + bass, *(_LOWEST_NOTE + one for one in sorted(classes))]


def _track(events: Sequence[tuple[int, mido.Message | mido.MetaMessage]], end: int) -> mido.MidiTrack:
    """Returns events as a track. Notes end before others begin; what is at one tick otherwise stays in order."""
    track = mido.MidiTrack()
    now = 0
    for tick, message in sorted(events, key=lambda event: (event[0], event[1].type != "note_off")):
        track.append(message.copy(time=tick - now))
        now = tick
    track.append(mido.MetaMessage("end_of_track", time=max(0, end - now)))
    return track
