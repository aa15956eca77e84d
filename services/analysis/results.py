"""What is measured of a track: the vocabulary of this service. Frozen data, no audio, no generated code.

Times are seconds from the first sample of the track. A feature that cannot be told from the audio is absent, and a
`Shortfall` says why: a number is never made up. Confidences lie in 0..1 and are comparable within one field: among many songs,
wrong answers carry the lower ones.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from services.analysis.spectrogram import Spectrogram


class Feature(StrEnum):
    """What can be asked for, and is reported as one step of progress."""

    RHYTHM = "rhythm"
    KEY = "key"
    CHORDS = "chords"
    FORM = "form"
    LOUDNESS = "loudness"
    TIMBRE = "timbre"
    MELODY = "melody"
    SPECTROGRAM = "spectrogram"


class Mode(StrEnum):
    """Major or minor."""

    MAJOR = "major"
    MINOR = "minor"


@dataclass(frozen=True, kw_only=True)
class Shortfall:
    """Why a feature is absent.

    Attributes:
        reason: a stable word: "silent", "too_short", "no_pulse", "no_pitch", "no_voice".
        message: one sentence for people.
    """

    feature: Feature
    reason: str
    message: str


@dataclass(frozen=True, kw_only=True)
class Curve:
    """Values at equal steps.

    Attributes:
        start: time of the first value.
        step: seconds between values.
        values: float32, shape (n,) or (n, d). NaN where there is no value.
    """

    start: float
    step: float
    values: NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Tempo:
    """Beats per minute, of the beat a listener taps."""

    bpm: float
    confidence: float


@dataclass(frozen=True, kw_only=True)
class Beat:
    """One beat. `position` counts from 1, the downbeat, to the metre's beats per bar; 0 where the metre is unknown."""

    time: float
    position: int


@dataclass(frozen=True, kw_only=True)
class Metre:
    """The time signature: 3/4, 4/4, 6/8; where a network finds the beats, whatever it counts."""

    beats_per_bar: int
    beat_unit: int
    confidence: float


@dataclass(frozen=True, kw_only=True)
class Rhythm:
    """Pulse.

    Attributes:
        source: the stems it was measured on, empty for the mix.
        tempo: the median tempo over the beats.
        alternatives: other tempi that a listener might tap, best first; half and double among them.
        metre: None where bars cannot be told.
        confidence: of the beat times.
        tempo_curve: bpm, smoothed over some bars.
        onsets: times of note onsets.
    """

    source: tuple[str, ...]
    tempo: Tempo
    alternatives: tuple[Tempo, ...]
    beats: tuple[Beat, ...]
    confidence: float
    metre: Metre | None
    tempo_curve: Curve
    onsets: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class KeyEstimate:
    """A key. `tonic` is a pitch class, 0 = C ... 11 = B."""

    tonic: int
    mode: Mode
    confidence: float


@dataclass(frozen=True, kw_only=True)
class KeySpan:
    """Where a key holds."""

    start: float
    end: float
    key: KeyEstimate


@dataclass(frozen=True, kw_only=True)
class Tonality:
    """Key and tuning.

    Attributes:
        source: the stems it was measured on, empty for the mix.
        key: of the track as a whole.
        runner_up: the next best.
        tuning_cents: offset from A4 = 440 Hz equal temperament, -50..50.
        spans: the keys through time, one span if it never changes; together they cover the track.
    """

    source: tuple[str, ...]
    key: KeyEstimate
    runner_up: KeyEstimate
    tuning_cents: float
    spans: tuple[KeySpan, ...]


@dataclass(frozen=True, kw_only=True)
class Chord:
    """A chord and where it sounds.

    Attributes:
        label: in Harte's syntax ("A:min7", "G:maj/3", "N" for none; Harte et al., ISMIR 2005).
        simple: the nearest major or minor triad, in the same syntax, for people who strum.
    """

    start: float
    end: float
    label: str
    simple: str
    confidence: float


@dataclass(frozen=True, kw_only=True)
class Chords:
    """The chords of a track, in order, without gaps; `source` as elsewhere."""

    source: tuple[str, ...]
    method: str
    chords: tuple[Chord, ...]


@dataclass(frozen=True, kw_only=True)
class Section:
    """A part of the form.

    Attributes:
        group: parts that repeat each other share a letter, "A" for the first.
        label: what it most likely is: "intro", "verse", "chorus", "bridge", "breakdown", "outro", "section" if it cannot be told.
    """

    start: float
    end: float
    group: str
    label: str
    confidence: float


@dataclass(frozen=True, kw_only=True)
class Cue:
    """A place to start from, on a downbeat: "intro", "drop", "breakdown", "outro"."""

    time: float
    kind: str
    confidence: float


@dataclass(frozen=True, kw_only=True)
class Loop:
    """A stretch of whole bars that repeats without a jolt. `score` in 0..1 ranks them."""

    start: float
    end: float
    bars: int
    score: float


@dataclass(frozen=True, kw_only=True)
class Form:
    """How the track is built."""

    source: tuple[str, ...]
    sections: tuple[Section, ...]
    cues: tuple[Cue, ...]
    loops: tuple[Loop, ...]


@dataclass(frozen=True, kw_only=True)
class Loudness:
    """Loudness by ITU-R BS.1770-4 and EBU Tech 3341/3342.

    Attributes:
        integrated_lufs: None where nothing passes the gate (silence).
        range_lu: None where it is not defined.
        true_peak_dbtp: of the louder channel; None for digital silence.
        momentary_lufs: 400 ms windows, each at the time of its end; NaN for silence.
        short_term_lufs: 3 s windows, likewise.
        momentary_max_lufs, short_term_max_lufs: the loudest windows, at steps of 10 ms; None for silence or a track that is shorter.
        replay_gain_db: ReplayGain 2.0, -18 LUFS less the integrated loudness; None with it.
        replay_gain_peak: largest sample peak, linear.
    """

    integrated_lufs: float | None
    range_lu: float | None
    true_peak_dbtp: float | None
    momentary_lufs: Curve
    short_term_lufs: Curve
    momentary_max_lufs: float | None
    short_term_max_lufs: float | None
    replay_gain_db: float | None
    replay_gain_peak: float


@dataclass(frozen=True, kw_only=True)
class Timbre:
    """Colour through time.

    Attributes:
        energy: RMS, dB relative to full scale.
        centroid: Hz. rolloff: Hz, 85 % of the energy lies below.
        flatness: 0 tone .. 1 noise. contrast: dB, shape (n, 7), by octave bands.
        mfcc: shape (n, 13). chroma: shape (n, 12), C first, largest value 1.
    """

    energy: Curve
    centroid: Curve
    rolloff: Curve
    flatness: Curve
    contrast: Curve
    mfcc: Curve
    chroma: Curve


@dataclass(frozen=True, kw_only=True)
class Melody:
    """The fundamental frequency of the leading voice.

    Attributes:
        source: the stems it was measured on.
        f0: Hz; NaN where nobody sings.
        confidence: share of voiced time that is certain.
    """

    source: tuple[str, ...]
    f0: Curve
    confidence: float


@dataclass(frozen=True, kw_only=True)
class Measurements:
    """All that was measured in one run.

    Attributes:
        duration: seconds of audio.
        shortfalls: the features that were asked for and could not be told.
        versions: of the algorithm behind each feature; results with another version are measured anew.
    """

    duration: float
    rhythm: Rhythm | None = None
    tonality: Tonality | None = None
    chords: Chords | None = None
    form: Form | None = None
    loudness: Loudness | None = None
    timbre: Timbre | None = None
    melody: Melody | None = None
    spectrogram: Spectrogram | None = None
    shortfalls: tuple[Shortfall, ...] = ()
    versions: Mapping[Feature, str] = field(default_factory=dict)
