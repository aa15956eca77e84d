"""Fits the weights and the confidence of services/analysis/measure/key.py to songs whose answers are known, and prints them.

    python -m benchmarks.corpus tim --songs 24 --seed 301 --seconds 20
    python -m benchmarks.corpus fluid --songs 24 --seed 302 --seconds 30 --soundfont FluidR3Mono_GM.sf3
    python -m benchmarks.corpus tim --songs 14 --seed 303 --seconds 40
    python -m benchmarks.corpus fluid --songs 16 --seed 304 --seconds 22 --soundfont FluidR3Mono_GM.sf3
    python -m benchmarks.corpus fluid --songs 6 --seed 305 --seconds 70 --soundfont FluidR3Mono_GM.sf3
    python -m benchmarks.styles styles --songs 22 --seed 306 --seconds 30
    python -m benchmarks.fit_key tim fluid styles

A conditional logit over the 24 keys, with a ridge towards weights that were set by hand; then a logistic regression of whether the key
that is told is right. Every song counts as a mix and by its stems, whole and in stretches, most of whose wrong keys the confidence
learns from.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.optimize

from benchmarks.corpus import PITCHES, song_sources
from services.analysis.measure.chord_model import Floats, lattice
from services.analysis.measure.chords import chord_path
from services.analysis.measure.form import FormMeasurement
from services.analysis.measure.frontend import Sources, listen
from services.analysis.measure.key import scores, witnesses
from services.analysis.measure.key_terms import MINORS, TERMS, key_terms
from services.analysis.measure.rhythm import RhythmMeasurement
from services.analysis.measure.salience import Harmony, HarmonyListener
from services.analysis.results import Form, Rhythm

BY_HAND = {"chords": 2.5, "profile": 3.5, "bass": 2.5, "cadences": 3.0, "openings": 0.8}
RIDGE = 0.1  # of the weights, in units of how much each term differs
CONFIDENCE_RIDGE = 0.001
WHOLE = (0.0, 1.0)
STRETCHES = ((0.0, 0.5), (0.5, 1.0), (0.25, 0.75), (0.0, 1 / 3), (1 / 3, 2 / 3), (2 / 3, 1.0), (0.1, 0.35), (0.6, 0.85))
WHOLE_COUNTS = 3.0  # as much as so many stretches
SHORTEST_SECONDS = 7.0


@dataclass(frozen=True, kw_only=True)
class Case:
    """A stretch of a song.

    Attributes:
        terms: what speaks for each key, shape (24, len(TERMS)).
        chords: of its beats.
        key: the true one.
        counts: how much it counts.
    """

    terms: Floats
    chords: np.ndarray
    key: int
    counts: float


def main() -> None:
    """Prints the weights of the terms, and those of the confidence."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("songs", type=Path, nargs="+", help="folders of benchmarks.corpus or benchmarks.styles")
    cases = [case for folder in parser.parse_args().songs for case in song_cases(folder)]
    weights = fit(cases)
    print({name: round(float(weight), 2) for name, weight in zip(TERMS, weights, strict=True)})
    print("confidence, with the weights of key.py:", fit_confidence(cases).round(2).tolist())


def song_cases(folder: Path) -> Iterator[Case]:
    """Yields every song as a mix and by its stems, whole and in stretches."""
    for one in sorted(path.parent for path in folder.glob("*/truth.json")):
        tonic, mode = json.loads((one / "truth.json").read_text())["key"].split(":")
        for stems in (False, True):
            heard = hear(song_sources(one, stems=stems))
            yield from stretches(*heard, PITCHES.index(tonic) + (MINORS if mode == "minor" else 0))


def hear(sources: Sources) -> tuple[Sequence[Harmony], Sequence[float], Sequence[float]]:
    """Returns what sounds, in the stems if there are any and in the mix, the beats, and where the parts begin, as a measurement hears them."""
    stems = [name for name in sources.openers if name != "mix"]
    rhythm = RhythmMeasurement(stems)
    form = FormMeasurement(stems, rhythm)
    signals = (("bass", "other"), ("mix",)) if stems else (("mix",),)
    listeners = [HarmonyListener(signal) for signal in signals]
    duration = listen(sources, [*rhythm.listeners, *form.listeners, *listeners], lambda _: None)
    heard = [listener.harmony() for listener in listeners]
    pulse = rhythm.result()
    if not isinstance(pulse, Rhythm):
        return heard, [], []
    told = form.result(pulse, duration)
    parts = [section.start for section in told.sections] if isinstance(told, Form) else []
    return heard, [beat.time for beat in pulse.beats], parts


def stretches(heard: Sequence[Harmony], beats: Sequence[float], parts: Sequence[float], key: int) -> Iterator[Case]:
    """Yields what speaks for the keys in a song and in stretches of it."""
    grids = [lattice(harmony, beats) for harmony in heard]
    paths = [chord_path(grid) for grid in grids]
    grid, path = grids[0], paths[0]
    sounding = np.flatnonzero(grid.sounding)
    middles = (grid.edges[:-1] + grid.edges[1:])[sounding] / 2 / grid.edges[-1]
    for start, end in (WHOLE, *STRETCHES):
        inside = sounding[(middles >= start) & (middles < end)]
        if grid.durations[inside].sum() >= SHORTEST_SECONDS:
            yield Case(
                terms=np.mean([key_terms(*one, inside, parts) for one in zip(grids, paths, strict=True)], axis=0),
                chords=path[inside],
                key=key,
                counts=WHOLE_COUNTS if (start, end) == WHOLE else 1.0,
            )


def fit(cases: Sequence[Case]) -> Floats:
    """Returns the weights under which the true keys are the most likely."""
    terms = np.array([case.terms - case.terms.mean(axis=0) for case in cases])
    right = terms[np.arange(len(cases)), [case.key for case in cases]]
    counts = np.array([case.counts for case in cases])
    counts /= counts.sum()
    scale = terms.std(axis=(0, 1))
    by_hand = np.array([BY_HAND[name] for name in TERMS])

    def loss(weights: Floats) -> tuple[float, Floats]:
        score = terms @ weights
        odds = np.exp(score - score.max(axis=1, keepdims=True))
        likely = odds / odds.sum(axis=1, keepdims=True)
        surprise = score.max(axis=1) + np.log(odds.sum(axis=1)) - right @ weights
        expected = (likely[:, :, None] * terms).sum(axis=1)
        moved = (weights - by_hand) * scale
        return float(counts @ surprise + RIDGE * moved @ moved), counts @ (expected - right) + 2 * RIDGE * moved * scale

    found = scipy.optimize.minimize(loss, by_hand, jac=True, bounds=[(0, None)] * len(TERMS), method="L-BFGS-B")
    return np.asarray(found.x)


def fit_confidence(cases: Sequence[Case]) -> Floats:
    """Returns the weights of `witnesses` under which the keys that are told are as often right as they are sure."""
    told = [(case, scores(case.terms)) for case in cases]
    heard = np.array([witnesses(score, case.chords)[score.argmax()] for case, score in told])
    sign = np.array([1.0 if score.argmax() == case.key else -1.0 for case, score in told])
    counts = np.array([case.counts for case in cases])
    counts /= counts.sum()

    def loss(slopes: Floats) -> float:
        return float(counts @ np.logaddexp(0, -sign * (heard @ slopes)) + CONFIDENCE_RIDGE * slopes @ slopes)

    return np.asarray(scipy.optimize.minimize(loss, np.zeros(heard.shape[1])).x)


if __name__ == "__main__":
    main()
