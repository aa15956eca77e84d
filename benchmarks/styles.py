"""Songs in other styles than those of benchmarks.corpus: what its band never plays, so that nothing is tuned to that one band.

    python -m benchmarks.styles styled --songs 40 --seed 1 [--soundfont FILE.sf2] [--seconds 40]

Half-time and reggae drums, shuffles, breakbeats, bossa nova, waltzes, 6/8, ballads without drums, a lone piano or guitar; basses that
walk or rest; chords that last half a bar or four bars; tempi that sway. Where people would tap at half or at double the written
tempo as well, truth.json says so in "also": a list of factors. Files are those of benchmarks.corpus.
"""

import argparse
import math
import random
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks.corpus import KICK, LOUDNESS, SNARE, Song, Truth, make_song

RIMSHOT, PEDAL_HAT, RIDE, SHAKER = 37, 44, 51, 70
QUIET_NOTE = 45.0


@dataclass(frozen=True, kw_only=True)
class Style:
    """How a band plays.

    Attributes:
        bpm: the slowest and the fastest tempo.
        metre: beats of a bar.
        hits: MIDI drum, place in beats, velocity.
        hats: drum that keeps time, 0 for none, and its steps in beats.
        basses, compings: to choose from.
        swing: where the second half of a beat lies, to choose from.
        also: factors of the tempo that one might tap as well.
        silent: stems that do not play.
    """

    bpm: tuple[float, float]
    metre: int = 4
    hits: tuple[tuple[int, float, float], ...] = ()
    hats: tuple[int, float] = (0, 1.0)
    basses: tuple[str, ...] = ("beats", "halves", "eighths", "whole")
    compings: tuple[str, ...] = ("whole", "beats", "offbeats", "arpeggio", "syncopated")
    swing: tuple[float, ...] = (0.5,)
    also: tuple[float, ...] = ()
    silent: tuple[str, ...] = field(default=())


STYLES = {
    "half_time": Style(
        bpm=(120, 176), hits=((KICK, 0, 110), (KICK, 2.5, 70), (SNARE, 2, 105)), hats=(42, 0.5), also=(0.5,)
    ),
    "trap": Style(
        bpm=(125, 160), hits=((KICK, 0, 110), (KICK, 1.5, 95), (SNARE, 2, 105)), hats=(42, 0.25), also=(0.5,)
    ),
    "one_drop": Style(
        bpm=(120, 170), hits=((KICK, 2, 110), (RIMSHOT, 2, 100)), hats=(42, 0.5), compings=("offbeats", "backbeats"), also=(0.5,)
    ),
    "shuffle": Style(
        bpm=(70, 150), hits=((KICK, 0, 105), (KICK, 2, 100), (SNARE, 1, 100), (SNARE, 3, 100)), hats=(RIDE, 0.5),
        swing=(0.62, 0.667), basses=("walking", "beats"),
    ),
    "breakbeat": Style(
        bpm=(85, 178),
        hits=((KICK, 0, 110), (KICK, 0.5, 80), (KICK, 2.5, 105), (SNARE, 1, 105), (SNARE, 1.75, QUIET_NOTE), (SNARE, 2.25, QUIET_NOTE), (SNARE, 3, 105)),
        hats=(42, 0.5),
    ),
    "bossa": Style(
        bpm=(110, 160),
        hits=((KICK, 0, 90), (KICK, 1.5, 75), (KICK, 2, 90), (KICK, 3.5, 75), (RIMSHOT, 0, 80), (RIMSHOT, 1.5, 80), (RIMSHOT, 3, 80)),
        hats=(SHAKER, 0.5), compings=("syncopated",), basses=("halves",), also=(0.5,),
    ),
    "four_on_the_floor": Style(
        bpm=(112, 150), hits=((KICK, 0, 115), (KICK, 1, 115), (KICK, 2, 115), (KICK, 3, 115)), hats=(46, 1.0), basses=("eighths", "offbeats")
    ),
    "rock_ballad": Style(bpm=(58, 84), hits=((KICK, 0, 105), (KICK, 1.75, 80), (KICK, 2, 95), (SNARE, 1, 100), (SNARE, 3, 100)), hats=(42, 0.5)),
    "waltz": Style(bpm=(84, 190), metre=3, hits=((KICK, 0, 90), (RIMSHOT, 1, 70), (RIMSHOT, 2, 70)), basses=("whole",), compings=("off_the_one", "arpeggio")),
    "six_eight": Style(
        bpm=(120, 220), metre=6, hits=((KICK, 0, 105), (SNARE, 3, 100)), hats=(42, 1.0), basses=("whole", "threes"), compings=("arpeggio", "whole"),
        also=(1 / 3,),
    ),
    "no_drums": Style(bpm=(62, 150), silent=("drums",), basses=("beats", "halves", "walking")),
    "lone": Style(bpm=(62, 150), silent=("drums", "bass", "vocals"), compings=("beats", "arpeggio", "syncopated")),
}  # fmt: skip

_PLACES = {
    "whole": [(0.0, 1.0)],
    "beats": [(b, 0.45) for b in np.arange(0.0, 6.0)],
    "offbeats": [(b + 0.5, 0.4) for b in np.arange(0.0, 6.0)],
    "backbeats": [(1.0, 0.4), (3.0, 0.4)],
    "syncopated": [(0.0, 0.9), (1.5, 0.9), (2.5, 0.4), (3.5, 0.4)],
    "off_the_one": [(1.0, 0.6), (2.0, 0.6)],
    "halves": [(0.0, 1.8), (2.0, 1.8)],
    "threes": [(0.0, 2.8), (3.0, 2.8)],
    "eighths": [(b / 2, 0.4) for b in np.arange(0.0, 12.0)],
    "walking": [(b, 0.9) for b in np.arange(0.0, 6.0)],
}
"""Where notes of a part begin in the bar, and how long they are, in beats; "whole" lasts the bar."""


class StyledSong(Song):
    """A song in one of STYLES; form, harmony and melody are those of benchmarks.corpus."""

    def __init__(self, rng: random.Random, seconds: float, name: str) -> None:
        super().__init__(rng, seconds, rng.choice([1, 1, 1, 2, 4]))
        self.name, self.style = name, STYLES[name]
        low, high = self.style.bpm
        self.bpm = round(math.exp(rng.uniform(math.log(low), math.log(high))), 2)
        self.metre = self.style.metre
        self.swing = rng.choice(self.style.swing)
        self.drift = rng.choice([0.0, 0.0, 0.02, 0.05])
        self.jitter = rng.choice([0.004, 0.01, 0.018])
        bars = max(16, int(seconds * self.bpm / 60 / self.metre))
        self.bars_per_part = max(2, round(bars / 16) * 2)
        self.beats = self._beats()
        self.bass_line, self.comping = rng.choice(self.style.basses), rng.choice(self.style.compings)

    def write(self) -> Truth:
        """Writes all parts. Returns what a listener should find."""
        truth = super().write()
        for stem in self.style.silent:
            self.tracks[stem].notes.clear()
        return truth | {"style": self.name, "also": list(self.style.also)}

    def _swung(self, place: float) -> float:
        return math.floor(place) + self.swing if place % 1 == 0.5 else place

    def _drums(self, beat: float, part: str, *, opens: bool) -> None:
        del opens
        for drum, place, velocity in self.style.hits:
            at = beat + self._swung(place)
            self._note("drums", drum, at, at + 0.2, velocity * LOUDNESS[part])
        drum, step = self.style.hats
        if drum:
            for place in np.arange(0, self.metre, step) + (0.5 if drum == 46 else 0.0):
                at = beat + self._swung(float(place))
                self._note("drums", drum, at, at + 0.1, (72 if place % 1 == 0 else 58) * LOUDNESS[part])

    def _bass(self, beat: float, part: str, root: int) -> None:
        walk = (0, 4, 7, 9, 7, 4)
        for index, (place, length) in enumerate(self._places(self.bass_line)):
            step = walk[index % len(walk)] if self.bass_line == "walking" else 0
            at = beat + self._swung(place)
            self._note("bass", 28 + (root - 4) % 12 + step, at, at + length, 98 * LOUDNESS[part])

    def _comp(self, beat: float, part: str, chord: list[int]) -> None:
        if self.comping == "arpeggio":
            super()._comp(beat, part, chord)
            return
        for place, length in self._places(self.comping):
            at = beat + self._swung(place)
            for pitch in chord:
                self._note("other", pitch, at, at + length, 74 * LOUDNESS[part])

    def _places(self, line: str) -> list[tuple[float, float]]:
        whole = self.metre - 0.05
        return [(p, whole if line == "whole" else min(n, self.metre - p)) for p, n in _PLACES[line] if p < self.metre]


def main() -> None:
    """Renders songs, one style after the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--songs", type=int, default=2 * len(STYLES))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=40)
    parser.add_argument("--soundfont", type=Path, default=Path("/usr/share/sounds/sf2/TimGM6mb.sf2"))
    chosen = parser.parse_args()
    names = list(STYLES)
    for index in range(chosen.songs):
        rng = random.Random(f"{chosen.seed}/{index}")
        song = StyledSong(rng, chosen.seconds, names[index % len(names)])
        truth = make_song(chosen.out / f"{song.name}-{chosen.seed:03d}-{index:03d}", rng, song, chosen.soundfont)
        print(f"{song.name:18s} {truth['bpm']:6.2f} BPM {song.metre} {truth['key']:9s} {truth['duration']:5.1f} s")


if __name__ == "__main__":
    main()
