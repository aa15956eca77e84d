"""Fits the weights of services/analysis/measure/weigh.py to songs whose answers are known, and prints them.

    python -m benchmarks.corpus fluid --songs 24 --seed 101 --seconds 45 --soundfont FluidR3_GM.sf2
    python -m benchmarks.corpus tim --songs 24 --seed 102 --seconds 30
    python -m benchmarks.styles styles --songs 36 --seed 1 --seconds 35
    python -m benchmarks.fit_rhythm fluid tim styles

Maximum likelihood of a conditional logit with a small ridge: among the readings of each song, those that have its beats, metre
and downbeats should be the likely ones. Every song counts as a mix and by its stems; as many click tracks go along.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import mir_eval
import numpy as np
import scipy.optimize

from benchmarks.clicks import SAMPLE_RATE_HZ, click_track
from benchmarks.corpus import song_sources
from services.analysis.measure.frontend import Sources, listen
from services.analysis.measure.onsets import seconds
from services.analysis.measure.readings import FEATURES, Reading
from services.analysis.measure.rhythm import RhythmMeasurement
from tests.analysis.songs import RATE, song
from tests.analysis.sounds import sources_of

RIDGE = 0.01
RIGHT_F = 0.85
CLICK_TRACKS = 120
SKETCHES = 60
SKETCH_SECONDS = 25.0

Case = tuple[np.ndarray, np.ndarray]
Rhythm = tuple[Sequence[float] | np.ndarray, Sequence[float] | np.ndarray]
"""Beats and downbeats, seconds."""


def main() -> None:
    """Prints the weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("songs", type=Path, nargs="+", help="folders of benchmarks.corpus or benchmarks.styles")
    cases = [case for folder in parser.parse_args().songs for case in song_cases(folder)]
    cases += list(click_cases(np.random.default_rng(1)))
    cases += list(sketch_cases(np.random.default_rng(5)))
    for name, weight in zip(FEATURES, fit(cases), strict=True):
        print(f'    "{name}": {weight:.3f},')


def song_cases(folder: Path) -> Iterator[Case]:
    """Yields the readings of every song, and which of them are right."""
    for one in sorted(path.parent for path in folder.glob("*/truth.json")):
        truth = json.loads((one / "truth.json").read_text())
        for sources in (song_sources(one, stems=False), song_sources(one, stems=True)):
            yield case(sources, known_rhythms(truth), truth["metre"])


def known_rhythms(truth: dict[str, Any]) -> list[Rhythm]:
    """Returns beats and downbeats that are right: as written, and in half-time styles every other of them too."""
    beats, downbeats = truth["beats"], truth["downbeats"]
    slower = [(beats[::2], downbeats[start::2]) for start in (0, 1)]
    return [(beats, downbeats), *(slower if 0.5 in truth.get("also", ()) else ())]


def click_cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yields click tracks of every tempo and metre."""
    for _ in range(CLICK_TRACKS):
        bpm = float(np.exp(rng.uniform(np.log(40), np.log(240))))
        metre = int(rng.choice([3, 4, 6]))
        swung = metre != 6 and bpm < 200 and rng.random() < 0.4
        track = click_track(
            bpm,
            metre,
            seconds=float(rng.uniform(20, 40)),
            swing=float(rng.choice([0.5, 0.58, 0.667])) if swung else None,
            drift=float(rng.choice([0, 0, 0.03])),
            lead_in=float(rng.uniform(0, 1)),
            accent_hz=float(rng.choice([880, 1000, 1500, 2000])),
            beat_hz=float(rng.choice([440, 800, 1000])),
            beat_gain=float(rng.uniform(0.3, 0.8)),
        )
        yield case(sources_of({"mix": track.samples}, SAMPLE_RATE_HZ), [(track.beats, track.downbeats)], metre)


def sketch_cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yields plain backbeats, with and without bass, accents and cymbals, whose chords last one bar or two."""
    for _ in range(SKETCHES):
        bpm = float(np.exp(rng.uniform(np.log(65), np.log(180))))
        samples = song(
            SKETCH_SECONDS,
            bpm,
            bars_per_chord=int(rng.choice([1, 2])),
            bass=bool(rng.random() < 0.5),
            accent=float(rng.choice([1.0, 1.0, 1.5])),
            hat=float(rng.choice([0.0, 0.12])),
        )
        beats = np.arange(0, SKETCH_SECONDS, 60 / bpm).tolist()
        yield case(sources_of({"mix": samples.mean(axis=1)}, RATE), [(beats, beats[::4])], 4)


def case(sources: Sources, rhythms: Sequence[Rhythm], metre: int) -> Case:
    """Returns the features of each reading, and whether it is right."""
    measurement = RhythmMeasurement([name for name in sources.openers if name != "mix"])
    listen(sources, measurement.listeners, lambda _: None)
    found = measurement.readings()

    def right(reading: Reading) -> bool:
        times = seconds(reading.pulse.beats)
        told = (times, times[reading.first :: reading.metre])
        return reading.metre == metre and any(
            all(
                mir_eval.beat.f_measure(np.asarray(known), one) > RIGHT_F
                for known, one in zip(rhythm, told, strict=True)
            )
            for rhythm in rhythms
        )

    return np.array([reading.features for reading in found]), np.array([right(reading) for reading in found], bool)


def fit(cases: list[Case]) -> np.ndarray:
    """Returns the weights under which the right readings are the most likely."""
    usable = [(features, right) for features, right in cases if right.any()]
    scale = np.vstack([features for features, _ in usable]).std(axis=0) + 1e-9

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        total, slope = 0.0, np.zeros_like(weights)
        for features, right in usable:
            scaled = features / scale
            score = scaled @ weights
            odds = np.exp(score - score.max())
            share = odds / odds.sum()
            of_right = share * right / max((share * right).sum(), 1e-300)
            total -= np.log(max((share * right).sum(), 1e-300))
            slope += scaled.T @ (share - of_right)
        count = len(usable)
        return total / count + RIDGE / 2 * weights @ weights, slope / count + RIDGE * weights

    found = scipy.optimize.minimize(
        loss, np.zeros(len(FEATURES)), jac=True, method="L-BFGS-B", options={"maxiter": 1000}
    )
    return np.asarray(found.x / scale)


if __name__ == "__main__":
    main()
