"""Prints our scores beside those of librosa's usual calls, on songs of benchmarks.corpus.

python -m benchmarks.corpus songs --songs 48 --seed 7
python -m benchmarks.analysis songs [--out FILE.json]
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import librosa
import numpy as np

from benchmarks.analysis import form, harmony, loudness, rhythm
from benchmarks.corpus import song_sources
from services.analysis.measure import measure
from services.analysis.results import Feature

PARTS = (rhythm, harmony, form)
FEATURES = frozenset({Feature.RHYTHM, Feature.KEY, Feature.CHORDS, Feature.FORM})
COLUMNS = ("librosa", "mix", "stems")
WITH_CONFIDENCE = {"tempo_tapped": "tempo_confidence", "key": "key_confidence"}

Scores = dict[str, float]


def main() -> None:
    """Scores every song and prints the means."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("songs", type=Path, nargs="+", help="folders of benchmarks.corpus")
    parser.add_argument("--out", type=Path, help="where the score of every song is kept")
    chosen = parser.parse_args()
    folders = sorted(truth.parent for songs in chosen.songs for truth in songs.glob("*/truth.json"))
    rows = {folder.name: score(folder) for folder in folders}
    if chosen.out:
        chosen.out.write_text(json.dumps(rows, indent=1))
    print(f"{len(rows)} songs")
    print(f"{'':18s}" + "".join(f"{column:>9s}" for column in COLUMNS))
    for name in next(iter(rows.values()))["mix"]:
        if not name.endswith("_confidence"):
            means = (_mean([row[column].get(name) for row in rows.values()]) for column in COLUMNS)
            print(f"{name:18s}" + "".join(f"{mean:9.3f}" for mean in means))
    for name, confidence in WITH_CONFIDENCE.items():
        for column in ("mix", "stems"):
            told = [row[column] for row in rows.values()]
            right, sure = (np.array([scores[key] for scores in told]) for key in (name, confidence))
            wrong = int((right == 0).sum())
            print(f"{name} confidence, {column}: AUC {_auc(right > 0, sure):.2f}, {wrong} of {len(told)} are wrong")
    for name in next(iter(rows.values()))["loudness"]:
        print(f"loudness, {name}: {max(abs(row['loudness'][name]) for row in rows.values()):.2f} away at most")


def score(folder: Path) -> dict[str, Scores]:
    """Returns the scores of a song by who measured it, and how far its loudness is from what others measure."""
    truth: dict[str, Any] = json.loads((folder / "truth.json").read_text())
    samples, rate = librosa.load(folder / "mix.wav", sr=22050)
    scores: dict[str, Scores] = {"librosa": {}, "mix": {}, "stems": {}}
    for part in PARTS:
        scores["librosa"] |= part.stock(truth, samples, int(rate))
    for column in ("mix", "stems"):
        told = measure(song_sources(folder, stems=column == "stems"), FEATURES, lambda *_: None)
        for part in PARTS:
            scores[column] |= part.ours(truth, told)
    told_levels, _ = loudness.measured(folder / "mix.wav")
    away = loudness.differences(folder / "mix.wav", told_levels)
    return {**scores, "loudness": dict(zip(loudness.COLUMNS, away, strict=True))}


def _mean(values: Sequence[float | None]) -> float:
    return float(np.mean([value for value in values if value is not None]))


def _auc(right: np.ndarray, sure: np.ndarray) -> float:
    """Returns how often a right answer is surer than a wrong one; NaN where none is wrong."""
    if right.all() or not right.any():
        return float("nan")
    above = sure[right][:, None] > sure[~right]
    same = sure[right][:, None] == sure[~right]
    return float((above + same / 2).mean())


if __name__ == "__main__":
    main()
