"""Renders songs whose answers are known: stems, mix, and the truth about beats, bars, key, chords and sections.

    apt-get install fluidsynth timgm6mb-soundfont
    python -m benchmarks.corpus songs --songs 20 --seed 1 [--soundfont FILE.sf2] [--seconds 60]

Sampled instruments of a General MIDI sound font through FluidSynth, so that analysis can be scored against an exact truth. It
does not replace real recordings: a score here says less than one on GTZAN or Harmonix. The same seed and sound font give the
same music. Each songs/NAME/ holds mix.wav, one WAV per stem (44.1 kHz, stereo, 16 bit) and truth.json; "vocals" is a choir or
lead patch, not a singer.
"""

import argparse
import json
import math
import random
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pretty_midi
import soundfile

from services.analysis.measure.frontend import Sources

SAMPLE_RATE_HZ = 44100
STEMS = ("drums", "bass", "other", "vocals")
PITCHES = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
SCALES = {"major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 10)}
QUALITIES = {"maj": (0, 4, 7), "min": (0, 3, 7), "7": (0, 4, 7, 10), "min7": (0, 3, 7, 10), "maj7": (0, 4, 7, 11)}
# One chord a bar, as scale degree and quality; the tonic opens or closes each loop.
LOOPS = {
    "major": (
        ((0, "maj"), (4, "maj"), (5, "min"), (3, "maj")),
        ((0, "maj"), (5, "min"), (3, "maj"), (4, "maj")),
        ((1, "min7"), (4, "7"), (0, "maj7"), (0, "maj7")),
        ((0, "maj"), (3, "maj"), (0, "maj"), (4, "7")),
        ((5, "min"), (3, "maj"), (0, "maj"), (4, "maj")),
        ((0, "maj"), (2, "min"), (3, "maj"), (4, "maj")),
    ),
    "minor": (
        ((0, "min"), (5, "maj"), (2, "maj"), (6, "maj")),
        ((0, "min"), (3, "min"), (4, "min"), (0, "min")),
        ((0, "min7"), (3, "min7"), (6, "7"), (2, "maj7")),
        ((0, "min"), (6, "maj"), (5, "maj"), (6, "maj")),
        ((0, "min"), (5, "maj"), (3, "min"), (4, "7")),
    ),
}
FORM = ("intro", "verse", "chorus", "verse", "chorus", "bridge", "chorus", "outro")
LOUDNESS = {"intro": 0.75, "verse": 0.85, "chorus": 1.0, "bridge": 0.8, "outro": 0.75}
GAINS = {"drums": (0.7, 1.1), "bass": (0.7, 1.0), "other": (0.5, 0.9), "vocals": (0.5, 1.0)}
COMPS = (0, 4, 5, 24, 25, 26, 48, 62, 80, 88)
BASSES = (32, 33, 34, 38, 39)
LEADS = (52, 53, 54, 56, 65, 73, 81, 85)
KICK, SNARE, CLOSED_HAT, OPEN_HAT, CRASH = 36, 38, 42, 46, 49

Truth = dict[str, Any]


class Song:
    """A song being written. Everything it chooses comes from one seeded generator."""

    def __init__(self, rng: random.Random, seconds: float, bars_per_chord: int) -> None:
        self.rng = rng
        self.bars_per_chord = bars_per_chord
        self.mode = rng.choice(["major", "minor"])
        self.tonic = rng.randrange(12)
        self.bpm = round(math.exp(rng.uniform(math.log(62), math.log(188))), 2)
        self.metre = rng.choices([4, 3], [0.85, 0.15])[0]
        self.swing = rng.choice([0.5, 0.5, 0.5, 0.58, 0.66])
        self.drift = rng.choice([0.0, 0.0, 0.02])
        self.jitter = rng.choice([0.0, 0.006, 0.012])
        self.scale = SCALES[self.mode]
        self.loops = {name: rng.choice(LOOPS[self.mode]) for name in sorted(set(FORM))}
        self.loops["intro"] = self.loops["outro"] = self.loops["verse"]
        bars = max(16, int(seconds * self.bpm / 60 / self.metre))
        self.bars_per_part = max(2, round(bars / len(FORM) / 2) * 2)
        self.beats = self._beats()
        self.tracks = {
            "drums": pretty_midi.Instrument(0, is_drum=True),
            "bass": pretty_midi.Instrument(rng.choice(BASSES)),
            "other": pretty_midi.Instrument(rng.choice(COMPS)),
            "vocals": pretty_midi.Instrument(rng.choice(LEADS)),
        }
        self.kicks = rng.choice([[0, 2], [0, 1, 2, 3], [0, 1.5, 2], [0, 2.5]]) if self.metre == 4 else [0]
        self.snares = [1, 3] if self.metre == 4 else [1, 2]
        self.hat_grid = rng.choice([0.5, 0.5, 0.25, 1.0])
        self.comping = rng.choice(["whole", "beats", "offbeats", "arpeggio"])
        self.melody = 0

    def _beats(self) -> np.ndarray:
        """Returns the times of all beats and of the end, under a slow drift of the tempo."""
        count = self.bars_per_part * len(FORM) * self.metre + 1
        phase = self.rng.uniform(0, 6.28)
        steps = [60 / self.bpm * (1 + self.drift * math.sin(phase + i / 24)) for i in range(count)]
        lead_in = self.rng.uniform(0.05, 0.9)
        return np.concatenate([[lead_in], lead_in + np.cumsum(steps)])

    def at(self, beat: float) -> float:
        """Returns the time of a beat, whole or not."""
        return float(np.interp(beat, np.arange(len(self.beats)), self.beats))

    def write(self) -> Truth:
        """Writes all parts. Returns what a listener should find."""
        chords, sections = [], []
        bar = 0
        for part in FORM:
            start, end = bar * self.metre, (bar + self.bars_per_part) * self.metre
            sections.append({"label": part, "start": self.at(start), "end": self.at(end)})
            self.melody = self.scale[self.rng.randrange(7)]
            for index in range(self.bars_per_part):
                beat = (bar + index) * self.metre
                degree, quality = self.loops[part][index // self.bars_per_chord % len(self.loops[part])]
                root = (self.tonic + self.scale[degree]) % 12
                chords.append({
                    "chord": f"{PITCHES[root]}:{quality}",
                    "start": self.at(beat),
                    "end": self.at(beat + self.metre),
                })  # fmt: skip
                tones = [root + interval for interval in QUALITIES[quality]]
                if part != "intro" or index >= self.bars_per_part // 2:
                    self._drums(beat, part, opens=index == 0)
                self._bass(beat, part, root)
                self._comp(beat, part, [60 + tone % 12 for tone in tones])
                if part in {"verse", "chorus", "bridge"}:
                    self._lead(beat, part, tones)
            bar += self.bars_per_part
        inside = self.beats[self.beats < self.at(bar * self.metre) - 1e-6]
        return {
            "bpm": self.bpm,
            "metre": self.metre,
            "key": f"{PITCHES[self.tonic]}:{self.mode}",
            "swing": self.swing,
            "tempo_drift": self.drift,
            "beats": inside.round(4).tolist(),
            "downbeats": inside[:: self.metre].round(4).tolist(),
            "chords": chords,
            "sections": sections,
        }

    def midi(self, stem: str) -> pretty_midi.PrettyMIDI:
        """Returns one stem."""
        midi = pretty_midi.PrettyMIDI(initial_tempo=120)
        midi.instruments.append(self.tracks[stem])
        return midi

    def _note(self, stem: str, pitch: int, start: float, end: float, velocity: float) -> None:
        late = self.rng.gauss(0, self.jitter) if self.jitter else 0.0
        loud = max(1, min(127, int(velocity + self.rng.uniform(-8, 8))))
        note = pretty_midi.Note(loud, pitch, max(0.0, self.at(start) + late), max(0.02, self.at(end) + late))
        self.tracks[stem].notes.append(note)

    def _drums(self, beat: float, part: str, *, opens: bool) -> None:
        loud = LOUDNESS[part]
        for kick in self.kicks:
            self._note("drums", KICK, beat + kick, beat + kick + 0.2, 110 * loud)
        for snare in self.snares:
            self._note("drums", SNARE, beat + snare, beat + snare + 0.2, 100 * loud)
        for place in np.arange(0, self.metre, self.hat_grid):
            swung = self.hat_grid == 0.5 and place % 1
            at = beat + (math.floor(place) + self.swing if swung else float(place))
            hat = OPEN_HAT if part == "chorus" and place % 1 else CLOSED_HAT
            self._note("drums", hat, at, at + 0.1, 70 * loud)
        if opens and part in {"chorus", "bridge"}:
            self._note("drums", CRASH, beat, beat + 1, 110)

    def _bass(self, beat: float, part: str, root: int) -> None:
        for i in range(self.metre):
            if part != "outro" or i == 0:
                pitch = 28 + (root - 4) % 12 + (7 if i == self.metre - 1 and self.rng.random() < 0.3 else 0)
                self._note("bass", pitch, beat + i, beat + i + 0.9, 100 * LOUDNESS[part])

    def _comp(self, beat: float, part: str, chord: list[int]) -> None:
        loud = LOUDNESS[part]
        if self.comping == "whole":
            for pitch in chord:
                self._note("other", pitch, beat, beat + self.metre - 0.05, 75 * loud)
        elif self.comping == "arpeggio":
            for i in range(self.metre * 2):
                pitch = chord[i % len(chord)] + 12 * (i // len(chord) % 2)
                self._note("other", pitch, beat + i / 2, beat + i / 2 + 0.5, 80 * loud)
        else:
            for i in range(self.metre):
                start = beat + i + (0.5 if self.comping == "offbeats" else 0)
                for pitch in chord:
                    self._note("other", pitch, start, start + 0.45, 72 * loud)

    def _lead(self, beat: float, part: str, tones: list[int]) -> None:
        place = 0.0
        while place < self.metre:
            length = self.rng.choice([0.5, 1.0, 1.0, 1.5])
            if self.rng.random() < 0.8:
                if place % 2 == 0:
                    pitch_class = self.rng.choice(tones) % 12
                else:
                    step = (self.scale.index(self.melody) + self.rng.choice([-1, 0, 1])) % 7
                    pitch_class = (self.tonic + self.scale[step]) % 12
                relative = (pitch_class - self.tonic) % 12
                self.melody = relative if relative in self.scale else self.melody
                end = min(beat + place + length * 0.95, beat + self.metre)
                self._note("vocals", 67 + (pitch_class - 7) % 12, beat + place, end, 95 * LOUDNESS[part])
            place += length


def render(midi: pretty_midi.PrettyMIDI, soundfont: Path, seconds: float) -> np.ndarray:
    """Plays a part through FluidSynth. Returns shape (n, 2)."""
    with tempfile.TemporaryDirectory() as folder:
        score, sound = Path(folder, "score.mid"), Path(folder, "sound.wav")
        midi.write(str(score))
        arguments = ["-ni", "-g", "0.6", "-r", str(SAMPLE_RATE_HZ), "-F", str(sound), str(soundfont), str(score)]
        subprocess.run(["fluidsynth", *arguments], check=True, capture_output=True)
        samples, _ = soundfile.read(sound, always_2d=True, dtype="float32")
    count = int(seconds * SAMPLE_RATE_HZ)
    return np.pad(samples, ((0, max(0, count - len(samples))), (0, 0)))[:count]


def make_song(folder: Path, rng: random.Random, song: Song, soundfont: Path) -> Truth:
    """Writes a song's files. Returns its truth."""
    truth = song.write()
    truth["duration"] = truth["sections"][-1]["end"] + 1.5
    stems = {stem: render(song.midi(stem), soundfont, truth["duration"]) * rng.uniform(*GAINS[stem]) for stem in STEMS}
    peak = max(float(np.abs(sum(stems.values())).max()), 1e-6)
    stems = {stem: samples * (0.9 / peak) for stem, samples in stems.items()}
    folder.mkdir(parents=True, exist_ok=True)
    for name, samples in (*stems.items(), ("mix", sum(stems.values()))):
        soundfile.write(folder / f"{name}.wav", samples, SAMPLE_RATE_HZ, subtype="PCM_16")
    (folder / "truth.json").write_text(json.dumps(truth, indent=1))
    return truth


class WaveSamples:
    """An opened WAV file, as the front end reads sources."""

    def __init__(self, file: soundfile.SoundFile) -> None:
        self.sample_rate_hz: int = file.samplerate
        self._file = file

    def blocks(self) -> Iterator[np.ndarray]:
        """Yields the samples, shape (2, n)."""
        for block in self._file.blocks(2**16, dtype="float32", always_2d=True):
            yield np.broadcast_to(block.T, (2, len(block)))


@contextmanager
def _open(path: Path) -> Iterator[WaveSamples]:
    with soundfile.SoundFile(path) as file:
        yield WaveSamples(file)


def song_sources(folder: Path, *, stems: bool) -> Sources:
    """Returns a rendered song as what is measured, with or without its stems."""
    openers: dict[str, Callable[[], AbstractContextManager[WaveSamples]]] = {
        name: partial(_open, folder / f"{name}.wav") for name in ("mix", *(STEMS if stems else ()))
    }
    return Sources(openers=openers, duration=soundfile.info(folder / "mix.wav").duration)


def main() -> None:
    """Renders songs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--songs", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--bars-per-chord", type=int, default=1, help="how slowly harmony moves")
    parser.add_argument("--soundfont", type=Path, default=Path("/usr/share/sounds/sf2/TimGM6mb.sf2"))
    chosen = parser.parse_args()
    for index in range(chosen.songs):
        rng = random.Random(chosen.seed * 100003 + index)
        folder = chosen.out / f"song-{chosen.seed:03d}-{index:03d}"
        song = Song(rng, chosen.seconds, chosen.bars_per_chord)
        truth = make_song(folder, rng, song, chosen.soundfont)
        print(f"{folder.name} {truth['bpm']:6.2f} BPM {truth['metre']}/4 {truth['key']:9s} {truth['duration']:5.1f} s")


if __name__ == "__main__":
    main()
