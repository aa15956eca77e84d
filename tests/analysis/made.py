"""Results as a measurement could have made them, whose every value is known."""

from datetime import UTC, datetime

import numpy as np

from alchemy.analysis.v1.results_pb2 import ResultsFile
from services.analysis.codec import file_parts
from services.analysis.domain import Findings
from services.analysis.reading import Reading
from services.analysis.results import (
    Beat,
    Chord,
    Chords,
    Cue,
    Curve,
    Feature,
    Form,
    KeyEstimate,
    KeySpan,
    Loop,
    Loudness,
    Measurements,
    Melody,
    Metre,
    Mode,
    Rhythm,
    Section,
    Shortfall,
    Tempo,
    Timbre,
    Tonality,
)
from services.mesh.music import Corrections

DURATION = 20.0
FIRST_BEAT = 0.37
BPM = 100.0
A_MINOR = KeyEstimate(tonic=9, mode=Mode.MINOR, confidence=0.8)
C_MAJOR = KeyEstimate(tonic=0, mode=Mode.MAJOR, confidence=0.4)


def file_of(name: str, found: Findings) -> ResultsFile:
    """Reads back what is written for the library."""
    return ResultsFile.FromString(b"".join(file_parts(name, found)))


def rhythm(*, per_bar: int = 4, first_position: int = 3) -> Rhythm:
    """100 BPM; the first beat is the third of a bar."""
    times = np.arange(FIRST_BEAT, DURATION, 60 / BPM)
    return Rhythm(
        source=("drums",),
        tempo=Tempo(bpm=BPM, confidence=0.7),
        alternatives=(Tempo(bpm=200, confidence=0.2), Tempo(bpm=50, confidence=0.1)),
        beats=tuple(
            Beat(time=float(time), position=(index + first_position - 1) % per_bar + 1)
            for index, time in enumerate(times)
        ),
        confidence=0.9,
        metre=Metre(beats_per_bar=per_bar, beat_unit=4, confidence=0.6),
        tempo_curve=curve(np.full(5, BPM), step=4.0),
        onsets=tuple(map(float, times)),
    )


def curve(values: object, *, start: float = 0.0, step: float = 0.1) -> Curve:
    return Curve(start=start, step=step, values=np.asarray(values, np.float32))


def measurements() -> Measurements:
    """Everything but a voice."""
    rng = np.random.default_rng(5)
    starts = np.arange(0.0, DURATION, 2.5)
    labels = ("A:min", "F:maj", "C:maj/3", "G:7", "N", "E:sus4", "Bb:min7", "F#:hdim7")
    chords = tuple(
        Chord(
            start=float(start),
            end=float(start) + 2.5,
            label=label,
            simple=label.split("/")[0].split("7")[0],
            confidence=0.5,
        )
        for start, label in zip(starts, labels, strict=True)
    )
    loudness = Loudness(
        integrated_lufs=-12.3,
        range_lu=4.5,
        true_peak_dbtp=-0.4,
        momentary_lufs=curve([np.nan, *rng.uniform(-20, -8, 195)], start=0.4),
        short_term_lufs=curve(rng.uniform(-16, -10, 170), start=3.0),
        momentary_max_lufs=-8.1,
        short_term_max_lufs=-10.2,
        replay_gain_db=-5.7,
        replay_gain_peak=0.93,
    )
    timbre = Timbre(
        energy=curve(rng.uniform(-40, -10, 200)),
        centroid=curve(rng.uniform(500, 4000, 200)),
        rolloff=curve(rng.uniform(2000, 9000, 200)),
        flatness=curve(rng.uniform(0, 1, 200)),
        contrast=curve(rng.uniform(0, 40, (200, 7))),
        mfcc=curve(rng.normal(size=(200, 13))),
        chroma=curve(rng.uniform(0, 1, (200, 12))),
    )
    return Measurements(
        duration=DURATION,
        rhythm=rhythm(),
        tonality=Tonality(
            source=("bass", "other"),
            key=A_MINOR,
            runner_up=C_MAJOR,
            tuning_cents=-7.5,
            spans=(KeySpan(start=0, end=DURATION, key=A_MINOR),),
        ),
        chords=Chords(source=(), method="templates", chords=chords),
        form=Form(
            source=(),
            sections=(
                Section(start=0, end=8, group="A", label="intro", confidence=0.5),
                Section(start=8, end=DURATION, group="B", label="verse", confidence=0.25),
            ),
            cues=(Cue(time=8.17, kind="drop", confidence=0.5),),
            loops=(Loop(start=8.17, end=12.97, bars=2, score=0.9),),
        ),
        loudness=loudness,
        timbre=timbre,
        shortfalls=(Shortfall(feature=Feature.MELODY, reason="no_voice", message="Nobody sings."),),
        versions=dict.fromkeys(Feature, "1"),
    )


def sung() -> Melody:
    return Melody(source=("vocals",), f0=curve([np.nan, 220.0, 440.0, np.nan]), confidence=0.5)


def findings(found: Measurements | None = None, analysis: str = "tracks/t/analyses/a") -> Findings:
    found = found or measurements()
    when = datetime(2026, 11, 22, 12, tzinfo=UTC)
    return Findings(measurements=found, analyses=dict.fromkeys(found.versions, analysis), measured_at=when)


def reading(corrections: Corrections | None = None, found: Measurements | None = None) -> Reading:
    return Reading(
        name="tracks/t/analyses/current",
        title='Song: "Ä/B"',
        measured=findings(found),
        corrections=corrections or Corrections(),
        revision=1,
        audio="0" * 64,
    )
