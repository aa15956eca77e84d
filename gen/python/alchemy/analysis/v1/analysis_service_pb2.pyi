from alchemy.analysis.v1 import analysis_pb2 as _analysis_pb2
from alchemy.analysis.v1 import results_pb2 as _results_pb2
from alchemy.type.v1 import music_pb2 as _music_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.api import httpbody_pb2 as _httpbody_pb2
from google.api import resource_pb2 as _resource_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ExportFormat(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EXPORT_FORMAT_UNSPECIFIED: _ClassVar[ExportFormat]
    EXPORT_FORMAT_JSON: _ClassVar[ExportFormat]
    EXPORT_FORMAT_BEATS_CSV: _ClassVar[ExportFormat]
    EXPORT_FORMAT_CHORDS_CSV: _ClassVar[ExportFormat]
    EXPORT_FORMAT_SECTIONS_CSV: _ClassVar[ExportFormat]
    EXPORT_FORMAT_AUDACITY_LABELS: _ClassVar[ExportFormat]
    EXPORT_FORMAT_MIDI: _ClassVar[ExportFormat]
    EXPORT_FORMAT_CLICK_WAV: _ClassVar[ExportFormat]
    EXPORT_FORMAT_PLOT_PNG: _ClassVar[ExportFormat]

class Correction(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CORRECTION_UNSPECIFIED: _ClassVar[Correction]
    CORRECTION_BPM: _ClassVar[Correction]
    CORRECTION_BEATS: _ClassVar[Correction]
    CORRECTION_DOWNBEAT: _ClassVar[Correction]
    CORRECTION_METRE: _ClassVar[Correction]
    CORRECTION_KEY: _ClassVar[Correction]
EXPORT_FORMAT_UNSPECIFIED: ExportFormat
EXPORT_FORMAT_JSON: ExportFormat
EXPORT_FORMAT_BEATS_CSV: ExportFormat
EXPORT_FORMAT_CHORDS_CSV: ExportFormat
EXPORT_FORMAT_SECTIONS_CSV: ExportFormat
EXPORT_FORMAT_AUDACITY_LABELS: ExportFormat
EXPORT_FORMAT_MIDI: ExportFormat
EXPORT_FORMAT_CLICK_WAV: ExportFormat
EXPORT_FORMAT_PLOT_PNG: ExportFormat
CORRECTION_UNSPECIFIED: Correction
CORRECTION_BPM: Correction
CORRECTION_BEATS: Correction
CORRECTION_DOWNBEAT: Correction
CORRECTION_METRE: Correction
CORRECTION_KEY: Correction

class CreateAnalysisRequest(_message.Message):
    __slots__ = ("parent", "analysis", "request_id")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    ANALYSIS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    parent: str
    analysis: _analysis_pb2.Analysis
    request_id: str
    def __init__(self, parent: _Optional[str] = ..., analysis: _Optional[_Union[_analysis_pb2.Analysis, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class CreateAnalysisResponse(_message.Message):
    __slots__ = ("analysis",)
    ANALYSIS_FIELD_NUMBER: _ClassVar[int]
    analysis: _analysis_pb2.Analysis
    def __init__(self, analysis: _Optional[_Union[_analysis_pb2.Analysis, _Mapping]] = ...) -> None: ...

class GetAnalysisRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class GetAnalysisResponse(_message.Message):
    __slots__ = ("analysis",)
    ANALYSIS_FIELD_NUMBER: _ClassVar[int]
    analysis: _analysis_pb2.Analysis
    def __init__(self, analysis: _Optional[_Union[_analysis_pb2.Analysis, _Mapping]] = ...) -> None: ...

class ListAnalysesRequest(_message.Message):
    __slots__ = ("parent", "page_size", "page_token")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    parent: str
    page_size: int
    page_token: str
    def __init__(self, parent: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListAnalysesResponse(_message.Message):
    __slots__ = ("analyses", "next_page_token")
    ANALYSES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    analyses: _containers.RepeatedCompositeFieldContainer[_analysis_pb2.Analysis]
    next_page_token: str
    def __init__(self, analyses: _Optional[_Iterable[_Union[_analysis_pb2.Analysis, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class WatchAnalysisRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class WatchAnalysisResponse(_message.Message):
    __slots__ = ("analysis",)
    ANALYSIS_FIELD_NUMBER: _ClassVar[int]
    analysis: _analysis_pb2.Analysis
    def __init__(self, analysis: _Optional[_Union[_analysis_pb2.Analysis, _Mapping]] = ...) -> None: ...

class CancelAnalysisRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class CancelAnalysisResponse(_message.Message):
    __slots__ = ("analysis",)
    ANALYSIS_FIELD_NUMBER: _ClassVar[int]
    analysis: _analysis_pb2.Analysis
    def __init__(self, analysis: _Optional[_Union[_analysis_pb2.Analysis, _Mapping]] = ...) -> None: ...

class RetryAnalysisRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class RetryAnalysisResponse(_message.Message):
    __slots__ = ("analysis",)
    ANALYSIS_FIELD_NUMBER: _ClassVar[int]
    analysis: _analysis_pb2.Analysis
    def __init__(self, analysis: _Optional[_Union[_analysis_pb2.Analysis, _Mapping]] = ...) -> None: ...

class GetResultsRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class GetResultsResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _results_pb2.Results
    def __init__(self, results: _Optional[_Union[_results_pb2.Results, _Mapping]] = ...) -> None: ...

class GetCurvesRequest(_message.Message):
    __slots__ = ("name", "kinds", "max_steps")
    NAME_FIELD_NUMBER: _ClassVar[int]
    KINDS_FIELD_NUMBER: _ClassVar[int]
    MAX_STEPS_FIELD_NUMBER: _ClassVar[int]
    name: str
    kinds: _containers.RepeatedScalarFieldContainer[_results_pb2.CurveKind]
    max_steps: int
    def __init__(self, name: _Optional[str] = ..., kinds: _Optional[_Iterable[_Union[_results_pb2.CurveKind, str]]] = ..., max_steps: _Optional[int] = ...) -> None: ...

class GetCurvesResponse(_message.Message):
    __slots__ = ("curves",)
    CURVES_FIELD_NUMBER: _ClassVar[int]
    curves: _containers.RepeatedCompositeFieldContainer[_results_pb2.Curve]
    def __init__(self, curves: _Optional[_Iterable[_Union[_results_pb2.Curve, _Mapping]]] = ...) -> None: ...

class GetSpectrogramRequest(_message.Message):
    __slots__ = ("name", "start", "end", "max_steps")
    NAME_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    MAX_STEPS_FIELD_NUMBER: _ClassVar[int]
    name: str
    start: float
    end: float
    max_steps: int
    def __init__(self, name: _Optional[str] = ..., start: _Optional[float] = ..., end: _Optional[float] = ..., max_steps: _Optional[int] = ...) -> None: ...

class GetSpectrogramResponse(_message.Message):
    __slots__ = ("spectrogram",)
    SPECTROGRAM_FIELD_NUMBER: _ClassVar[int]
    spectrogram: _results_pb2.Spectrogram
    def __init__(self, spectrogram: _Optional[_Union[_results_pb2.Spectrogram, _Mapping]] = ...) -> None: ...

class ExportAnalysisRequest(_message.Message):
    __slots__ = ("name", "format")
    NAME_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    name: str
    format: ExportFormat
    def __init__(self, name: _Optional[str] = ..., format: _Optional[_Union[ExportFormat, str]] = ...) -> None: ...

class ExportAnalysisResponse(_message.Message):
    __slots__ = ("data", "filename")
    DATA_FIELD_NUMBER: _ClassVar[int]
    FILENAME_FIELD_NUMBER: _ClassVar[int]
    data: _httpbody_pb2.HttpBody
    filename: str
    def __init__(self, data: _Optional[_Union[_httpbody_pb2.HttpBody, _Mapping]] = ..., filename: _Optional[str] = ...) -> None: ...

class AdjustAnalysisRequest(_message.Message):
    __slots__ = ("parent", "reset", "bpm", "tempo_factor", "shift_seconds", "beats_per_bar", "downbeat_at", "key")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    RESET_FIELD_NUMBER: _ClassVar[int]
    BPM_FIELD_NUMBER: _ClassVar[int]
    TEMPO_FACTOR_FIELD_NUMBER: _ClassVar[int]
    SHIFT_SECONDS_FIELD_NUMBER: _ClassVar[int]
    BEATS_PER_BAR_FIELD_NUMBER: _ClassVar[int]
    DOWNBEAT_AT_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    parent: str
    reset: _containers.RepeatedScalarFieldContainer[Correction]
    bpm: float
    tempo_factor: float
    shift_seconds: float
    beats_per_bar: int
    downbeat_at: float
    key: _music_pb2.Key
    def __init__(self, parent: _Optional[str] = ..., reset: _Optional[_Iterable[_Union[Correction, str]]] = ..., bpm: _Optional[float] = ..., tempo_factor: _Optional[float] = ..., shift_seconds: _Optional[float] = ..., beats_per_bar: _Optional[int] = ..., downbeat_at: _Optional[float] = ..., key: _Optional[_Union[_music_pb2.Key, _Mapping]] = ...) -> None: ...

class AdjustAnalysisResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _results_pb2.Results
    def __init__(self, results: _Optional[_Union[_results_pb2.Results, _Mapping]] = ...) -> None: ...
