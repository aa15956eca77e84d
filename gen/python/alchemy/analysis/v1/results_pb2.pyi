import datetime

from alchemy.type.v1 import music_pb2 as _music_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Feature(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FEATURE_UNSPECIFIED: _ClassVar[Feature]
    FEATURE_RHYTHM: _ClassVar[Feature]
    FEATURE_KEY: _ClassVar[Feature]
    FEATURE_CHORDS: _ClassVar[Feature]
    FEATURE_FORM: _ClassVar[Feature]
    FEATURE_LOUDNESS: _ClassVar[Feature]
    FEATURE_TIMBRE: _ClassVar[Feature]
    FEATURE_MELODY: _ClassVar[Feature]
    FEATURE_SPECTROGRAM: _ClassVar[Feature]

class CurveKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CURVE_KIND_UNSPECIFIED: _ClassVar[CurveKind]
    CURVE_KIND_TEMPO: _ClassVar[CurveKind]
    CURVE_KIND_MOMENTARY_LUFS: _ClassVar[CurveKind]
    CURVE_KIND_SHORT_TERM_LUFS: _ClassVar[CurveKind]
    CURVE_KIND_ENERGY: _ClassVar[CurveKind]
    CURVE_KIND_CENTROID: _ClassVar[CurveKind]
    CURVE_KIND_ROLLOFF: _ClassVar[CurveKind]
    CURVE_KIND_FLATNESS: _ClassVar[CurveKind]
    CURVE_KIND_CONTRAST: _ClassVar[CurveKind]
    CURVE_KIND_MFCC: _ClassVar[CurveKind]
    CURVE_KIND_CHROMA: _ClassVar[CurveKind]
    CURVE_KIND_F0: _ClassVar[CurveKind]
FEATURE_UNSPECIFIED: Feature
FEATURE_RHYTHM: Feature
FEATURE_KEY: Feature
FEATURE_CHORDS: Feature
FEATURE_FORM: Feature
FEATURE_LOUDNESS: Feature
FEATURE_TIMBRE: Feature
FEATURE_MELODY: Feature
FEATURE_SPECTROGRAM: Feature
CURVE_KIND_UNSPECIFIED: CurveKind
CURVE_KIND_TEMPO: CurveKind
CURVE_KIND_MOMENTARY_LUFS: CurveKind
CURVE_KIND_SHORT_TERM_LUFS: CurveKind
CURVE_KIND_ENERGY: CurveKind
CURVE_KIND_CENTROID: CurveKind
CURVE_KIND_ROLLOFF: CurveKind
CURVE_KIND_FLATNESS: CurveKind
CURVE_KIND_CONTRAST: CurveKind
CURVE_KIND_MFCC: CurveKind
CURVE_KIND_CHROMA: CurveKind
CURVE_KIND_F0: CurveKind

class Shortfall(_message.Message):
    __slots__ = ("feature", "reason", "message")
    FEATURE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    feature: Feature
    reason: str
    message: str
    def __init__(self, feature: _Optional[_Union[Feature, str]] = ..., reason: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...

class Tempo(_message.Message):
    __slots__ = ("bpm", "confidence")
    BPM_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    bpm: float
    confidence: float
    def __init__(self, bpm: _Optional[float] = ..., confidence: _Optional[float] = ...) -> None: ...

class Beat(_message.Message):
    __slots__ = ("time", "position")
    TIME_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    time: float
    position: int
    def __init__(self, time: _Optional[float] = ..., position: _Optional[int] = ...) -> None: ...

class Metre(_message.Message):
    __slots__ = ("beats_per_bar", "beat_unit", "confidence")
    BEATS_PER_BAR_FIELD_NUMBER: _ClassVar[int]
    BEAT_UNIT_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    beats_per_bar: int
    beat_unit: int
    confidence: float
    def __init__(self, beats_per_bar: _Optional[int] = ..., beat_unit: _Optional[int] = ..., confidence: _Optional[float] = ...) -> None: ...

class Rhythm(_message.Message):
    __slots__ = ("source", "tempo", "alternatives", "beats", "confidence", "metre", "onsets")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    TEMPO_FIELD_NUMBER: _ClassVar[int]
    ALTERNATIVES_FIELD_NUMBER: _ClassVar[int]
    BEATS_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    METRE_FIELD_NUMBER: _ClassVar[int]
    ONSETS_FIELD_NUMBER: _ClassVar[int]
    source: _containers.RepeatedScalarFieldContainer[str]
    tempo: Tempo
    alternatives: _containers.RepeatedCompositeFieldContainer[Tempo]
    beats: _containers.RepeatedCompositeFieldContainer[Beat]
    confidence: float
    metre: Metre
    onsets: _containers.RepeatedScalarFieldContainer[float]
    def __init__(self, source: _Optional[_Iterable[str]] = ..., tempo: _Optional[_Union[Tempo, _Mapping]] = ..., alternatives: _Optional[_Iterable[_Union[Tempo, _Mapping]]] = ..., beats: _Optional[_Iterable[_Union[Beat, _Mapping]]] = ..., confidence: _Optional[float] = ..., metre: _Optional[_Union[Metre, _Mapping]] = ..., onsets: _Optional[_Iterable[float]] = ...) -> None: ...

class KeyEstimate(_message.Message):
    __slots__ = ("key", "confidence")
    KEY_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    key: _music_pb2.Key
    confidence: float
    def __init__(self, key: _Optional[_Union[_music_pb2.Key, _Mapping]] = ..., confidence: _Optional[float] = ...) -> None: ...

class KeySpan(_message.Message):
    __slots__ = ("start", "end", "estimate")
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    ESTIMATE_FIELD_NUMBER: _ClassVar[int]
    start: float
    end: float
    estimate: KeyEstimate
    def __init__(self, start: _Optional[float] = ..., end: _Optional[float] = ..., estimate: _Optional[_Union[KeyEstimate, _Mapping]] = ...) -> None: ...

class Tonality(_message.Message):
    __slots__ = ("source", "estimate", "runner_up", "tuning_cents", "spans")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    ESTIMATE_FIELD_NUMBER: _ClassVar[int]
    RUNNER_UP_FIELD_NUMBER: _ClassVar[int]
    TUNING_CENTS_FIELD_NUMBER: _ClassVar[int]
    SPANS_FIELD_NUMBER: _ClassVar[int]
    source: _containers.RepeatedScalarFieldContainer[str]
    estimate: KeyEstimate
    runner_up: KeyEstimate
    tuning_cents: float
    spans: _containers.RepeatedCompositeFieldContainer[KeySpan]
    def __init__(self, source: _Optional[_Iterable[str]] = ..., estimate: _Optional[_Union[KeyEstimate, _Mapping]] = ..., runner_up: _Optional[_Union[KeyEstimate, _Mapping]] = ..., tuning_cents: _Optional[float] = ..., spans: _Optional[_Iterable[_Union[KeySpan, _Mapping]]] = ...) -> None: ...

class Chord(_message.Message):
    __slots__ = ("start", "end", "label", "simple", "confidence")
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    SIMPLE_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    start: float
    end: float
    label: str
    simple: str
    confidence: float
    def __init__(self, start: _Optional[float] = ..., end: _Optional[float] = ..., label: _Optional[str] = ..., simple: _Optional[str] = ..., confidence: _Optional[float] = ...) -> None: ...

class Chords(_message.Message):
    __slots__ = ("source", "method", "chords")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    CHORDS_FIELD_NUMBER: _ClassVar[int]
    source: _containers.RepeatedScalarFieldContainer[str]
    method: str
    chords: _containers.RepeatedCompositeFieldContainer[Chord]
    def __init__(self, source: _Optional[_Iterable[str]] = ..., method: _Optional[str] = ..., chords: _Optional[_Iterable[_Union[Chord, _Mapping]]] = ...) -> None: ...

class Section(_message.Message):
    __slots__ = ("start", "end", "group", "label", "confidence")
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    GROUP_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    start: float
    end: float
    group: str
    label: str
    confidence: float
    def __init__(self, start: _Optional[float] = ..., end: _Optional[float] = ..., group: _Optional[str] = ..., label: _Optional[str] = ..., confidence: _Optional[float] = ...) -> None: ...

class Cue(_message.Message):
    __slots__ = ("time", "kind", "confidence")
    TIME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    time: float
    kind: str
    confidence: float
    def __init__(self, time: _Optional[float] = ..., kind: _Optional[str] = ..., confidence: _Optional[float] = ...) -> None: ...

class Loop(_message.Message):
    __slots__ = ("start", "end", "bars", "score")
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    BARS_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    start: float
    end: float
    bars: int
    score: float
    def __init__(self, start: _Optional[float] = ..., end: _Optional[float] = ..., bars: _Optional[int] = ..., score: _Optional[float] = ...) -> None: ...

class Form(_message.Message):
    __slots__ = ("source", "sections", "cues", "loops")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    SECTIONS_FIELD_NUMBER: _ClassVar[int]
    CUES_FIELD_NUMBER: _ClassVar[int]
    LOOPS_FIELD_NUMBER: _ClassVar[int]
    source: _containers.RepeatedScalarFieldContainer[str]
    sections: _containers.RepeatedCompositeFieldContainer[Section]
    cues: _containers.RepeatedCompositeFieldContainer[Cue]
    loops: _containers.RepeatedCompositeFieldContainer[Loop]
    def __init__(self, source: _Optional[_Iterable[str]] = ..., sections: _Optional[_Iterable[_Union[Section, _Mapping]]] = ..., cues: _Optional[_Iterable[_Union[Cue, _Mapping]]] = ..., loops: _Optional[_Iterable[_Union[Loop, _Mapping]]] = ...) -> None: ...

class Loudness(_message.Message):
    __slots__ = ("integrated_lufs", "range_lu", "true_peak_dbtp", "replay_gain_db", "replay_gain_peak", "momentary_max_lufs", "short_term_max_lufs")
    INTEGRATED_LUFS_FIELD_NUMBER: _ClassVar[int]
    RANGE_LU_FIELD_NUMBER: _ClassVar[int]
    TRUE_PEAK_DBTP_FIELD_NUMBER: _ClassVar[int]
    REPLAY_GAIN_DB_FIELD_NUMBER: _ClassVar[int]
    REPLAY_GAIN_PEAK_FIELD_NUMBER: _ClassVar[int]
    MOMENTARY_MAX_LUFS_FIELD_NUMBER: _ClassVar[int]
    SHORT_TERM_MAX_LUFS_FIELD_NUMBER: _ClassVar[int]
    integrated_lufs: float
    range_lu: float
    true_peak_dbtp: float
    replay_gain_db: float
    replay_gain_peak: float
    momentary_max_lufs: float
    short_term_max_lufs: float
    def __init__(self, integrated_lufs: _Optional[float] = ..., range_lu: _Optional[float] = ..., true_peak_dbtp: _Optional[float] = ..., replay_gain_db: _Optional[float] = ..., replay_gain_peak: _Optional[float] = ..., momentary_max_lufs: _Optional[float] = ..., short_term_max_lufs: _Optional[float] = ...) -> None: ...

class Timbre(_message.Message):
    __slots__ = ("energy_db", "centroid_hz", "rolloff_hz", "flatness")
    ENERGY_DB_FIELD_NUMBER: _ClassVar[int]
    CENTROID_HZ_FIELD_NUMBER: _ClassVar[int]
    ROLLOFF_HZ_FIELD_NUMBER: _ClassVar[int]
    FLATNESS_FIELD_NUMBER: _ClassVar[int]
    energy_db: float
    centroid_hz: float
    rolloff_hz: float
    flatness: float
    def __init__(self, energy_db: _Optional[float] = ..., centroid_hz: _Optional[float] = ..., rolloff_hz: _Optional[float] = ..., flatness: _Optional[float] = ...) -> None: ...

class Melody(_message.Message):
    __slots__ = ("source", "confidence", "low_hz", "median_hz", "high_hz")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    LOW_HZ_FIELD_NUMBER: _ClassVar[int]
    MEDIAN_HZ_FIELD_NUMBER: _ClassVar[int]
    HIGH_HZ_FIELD_NUMBER: _ClassVar[int]
    source: _containers.RepeatedScalarFieldContainer[str]
    confidence: float
    low_hz: float
    median_hz: float
    high_hz: float
    def __init__(self, source: _Optional[_Iterable[str]] = ..., confidence: _Optional[float] = ..., low_hz: _Optional[float] = ..., median_hz: _Optional[float] = ..., high_hz: _Optional[float] = ...) -> None: ...

class Curve(_message.Message):
    __slots__ = ("kind", "start", "step", "dimensions", "values")
    KIND_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    DIMENSIONS_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    kind: CurveKind
    start: float
    step: float
    dimensions: int
    values: _containers.RepeatedScalarFieldContainer[float]
    def __init__(self, kind: _Optional[_Union[CurveKind, str]] = ..., start: _Optional[float] = ..., step: _Optional[float] = ..., dimensions: _Optional[int] = ..., values: _Optional[_Iterable[float]] = ...) -> None: ...

class Spectrogram(_message.Message):
    __slots__ = ("start", "step", "band_hz", "levels")
    START_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    BAND_HZ_FIELD_NUMBER: _ClassVar[int]
    LEVELS_FIELD_NUMBER: _ClassVar[int]
    start: float
    step: float
    band_hz: _containers.RepeatedScalarFieldContainer[float]
    levels: bytes
    def __init__(self, start: _Optional[float] = ..., step: _Optional[float] = ..., band_hz: _Optional[_Iterable[float]] = ..., levels: _Optional[bytes] = ...) -> None: ...

class Corrections(_message.Message):
    __slots__ = ("bpm", "beat_at", "downbeat_at", "beats_per_bar", "key")
    BPM_FIELD_NUMBER: _ClassVar[int]
    BEAT_AT_FIELD_NUMBER: _ClassVar[int]
    DOWNBEAT_AT_FIELD_NUMBER: _ClassVar[int]
    BEATS_PER_BAR_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    bpm: float
    beat_at: float
    downbeat_at: float
    beats_per_bar: int
    key: _music_pb2.Key
    def __init__(self, bpm: _Optional[float] = ..., beat_at: _Optional[float] = ..., downbeat_at: _Optional[float] = ..., beats_per_bar: _Optional[int] = ..., key: _Optional[_Union[_music_pb2.Key, _Mapping]] = ...) -> None: ...

class Provenance(_message.Message):
    __slots__ = ("feature", "version", "analysis")
    FEATURE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    ANALYSIS_FIELD_NUMBER: _ClassVar[int]
    feature: Feature
    version: str
    analysis: str
    def __init__(self, feature: _Optional[_Union[Feature, str]] = ..., version: _Optional[str] = ..., analysis: _Optional[str] = ...) -> None: ...

class Results(_message.Message):
    __slots__ = ("name", "duration", "provenance", "shortfalls", "rhythm", "tonality", "chords", "form", "loudness", "timbre", "melody", "curves", "corrections", "measured_rhythm", "measured_tonality", "revision", "measure_time")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DURATION_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    SHORTFALLS_FIELD_NUMBER: _ClassVar[int]
    RHYTHM_FIELD_NUMBER: _ClassVar[int]
    TONALITY_FIELD_NUMBER: _ClassVar[int]
    CHORDS_FIELD_NUMBER: _ClassVar[int]
    FORM_FIELD_NUMBER: _ClassVar[int]
    LOUDNESS_FIELD_NUMBER: _ClassVar[int]
    TIMBRE_FIELD_NUMBER: _ClassVar[int]
    MELODY_FIELD_NUMBER: _ClassVar[int]
    CURVES_FIELD_NUMBER: _ClassVar[int]
    CORRECTIONS_FIELD_NUMBER: _ClassVar[int]
    MEASURED_RHYTHM_FIELD_NUMBER: _ClassVar[int]
    MEASURED_TONALITY_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    MEASURE_TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    duration: float
    provenance: _containers.RepeatedCompositeFieldContainer[Provenance]
    shortfalls: _containers.RepeatedCompositeFieldContainer[Shortfall]
    rhythm: Rhythm
    tonality: Tonality
    chords: Chords
    form: Form
    loudness: Loudness
    timbre: Timbre
    melody: Melody
    curves: _containers.RepeatedScalarFieldContainer[CurveKind]
    corrections: Corrections
    measured_rhythm: Rhythm
    measured_tonality: Tonality
    revision: int
    measure_time: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., duration: _Optional[float] = ..., provenance: _Optional[_Iterable[_Union[Provenance, _Mapping]]] = ..., shortfalls: _Optional[_Iterable[_Union[Shortfall, _Mapping]]] = ..., rhythm: _Optional[_Union[Rhythm, _Mapping]] = ..., tonality: _Optional[_Union[Tonality, _Mapping]] = ..., chords: _Optional[_Union[Chords, _Mapping]] = ..., form: _Optional[_Union[Form, _Mapping]] = ..., loudness: _Optional[_Union[Loudness, _Mapping]] = ..., timbre: _Optional[_Union[Timbre, _Mapping]] = ..., melody: _Optional[_Union[Melody, _Mapping]] = ..., curves: _Optional[_Iterable[_Union[CurveKind, str]]] = ..., corrections: _Optional[_Union[Corrections, _Mapping]] = ..., measured_rhythm: _Optional[_Union[Rhythm, _Mapping]] = ..., measured_tonality: _Optional[_Union[Tonality, _Mapping]] = ..., revision: _Optional[int] = ..., measure_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ResultsFile(_message.Message):
    __slots__ = ("results", "curves", "spectrogram")
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    CURVES_FIELD_NUMBER: _ClassVar[int]
    SPECTROGRAM_FIELD_NUMBER: _ClassVar[int]
    results: Results
    curves: _containers.RepeatedCompositeFieldContainer[Curve]
    spectrogram: Spectrogram
    def __init__(self, results: _Optional[_Union[Results, _Mapping]] = ..., curves: _Optional[_Iterable[_Union[Curve, _Mapping]]] = ..., spectrogram: _Optional[_Union[Spectrogram, _Mapping]] = ...) -> None: ...
