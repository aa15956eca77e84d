from alchemy.type.v1 import audio_pb2 as _audio_pb2
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

class GainReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    GAIN_REASON_UNSPECIFIED: _ClassVar[GainReason]
    GAIN_REASON_LOUDNESS: _ClassVar[GainReason]
    GAIN_REASON_CEILING: _ClassVar[GainReason]
    GAIN_REASON_FULL_SCALE: _ClassVar[GainReason]
GAIN_REASON_UNSPECIFIED: GainReason
GAIN_REASON_LOUDNESS: GainReason
GAIN_REASON_CEILING: GainReason
GAIN_REASON_FULL_SCALE: GainReason

class StemLevel(_message.Message):
    __slots__ = ("stem", "gain_db", "pan")
    STEM_FIELD_NUMBER: _ClassVar[int]
    GAIN_DB_FIELD_NUMBER: _ClassVar[int]
    PAN_FIELD_NUMBER: _ClassVar[int]
    stem: str
    gain_db: float
    pan: float
    def __init__(self, stem: _Optional[str] = ..., gain_db: _Optional[float] = ..., pan: _Optional[float] = ...) -> None: ...

class LoudnessTarget(_message.Message):
    __slots__ = ("target_lufs", "ceiling_dbtp")
    TARGET_LUFS_FIELD_NUMBER: _ClassVar[int]
    CEILING_DBTP_FIELD_NUMBER: _ClassVar[int]
    target_lufs: float
    ceiling_dbtp: float
    def __init__(self, target_lufs: _Optional[float] = ..., ceiling_dbtp: _Optional[float] = ...) -> None: ...

class ExportMixRequest(_message.Message):
    __slots__ = ("name", "stems", "start", "end", "fade_in", "fade_out", "encoding", "sample_rate_hz", "loudness")
    NAME_FIELD_NUMBER: _ClassVar[int]
    STEMS_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    FADE_IN_FIELD_NUMBER: _ClassVar[int]
    FADE_OUT_FIELD_NUMBER: _ClassVar[int]
    ENCODING_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_RATE_HZ_FIELD_NUMBER: _ClassVar[int]
    LOUDNESS_FIELD_NUMBER: _ClassVar[int]
    name: str
    stems: _containers.RepeatedCompositeFieldContainer[StemLevel]
    start: float
    end: float
    fade_in: float
    fade_out: float
    encoding: _audio_pb2.AudioEncoding
    sample_rate_hz: int
    loudness: LoudnessTarget
    def __init__(self, name: _Optional[str] = ..., stems: _Optional[_Iterable[_Union[StemLevel, _Mapping]]] = ..., start: _Optional[float] = ..., end: _Optional[float] = ..., fade_in: _Optional[float] = ..., fade_out: _Optional[float] = ..., encoding: _Optional[_Union[_audio_pb2.AudioEncoding, str]] = ..., sample_rate_hz: _Optional[int] = ..., loudness: _Optional[_Union[LoudnessTarget, _Mapping]] = ...) -> None: ...

class MixReport(_message.Message):
    __slots__ = ("gain_db", "gain_reason", "integrated_lufs", "true_peak_dbtp", "sample_count", "sample_rate_hz")
    GAIN_DB_FIELD_NUMBER: _ClassVar[int]
    GAIN_REASON_FIELD_NUMBER: _ClassVar[int]
    INTEGRATED_LUFS_FIELD_NUMBER: _ClassVar[int]
    TRUE_PEAK_DBTP_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_COUNT_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_RATE_HZ_FIELD_NUMBER: _ClassVar[int]
    gain_db: float
    gain_reason: GainReason
    integrated_lufs: float
    true_peak_dbtp: float
    sample_count: int
    sample_rate_hz: int
    def __init__(self, gain_db: _Optional[float] = ..., gain_reason: _Optional[_Union[GainReason, str]] = ..., integrated_lufs: _Optional[float] = ..., true_peak_dbtp: _Optional[float] = ..., sample_count: _Optional[int] = ..., sample_rate_hz: _Optional[int] = ...) -> None: ...

class ExportMixResponse(_message.Message):
    __slots__ = ("data", "filename", "fraction", "total_bytes", "report")
    DATA_FIELD_NUMBER: _ClassVar[int]
    FILENAME_FIELD_NUMBER: _ClassVar[int]
    FRACTION_FIELD_NUMBER: _ClassVar[int]
    TOTAL_BYTES_FIELD_NUMBER: _ClassVar[int]
    REPORT_FIELD_NUMBER: _ClassVar[int]
    data: _httpbody_pb2.HttpBody
    filename: str
    fraction: float
    total_bytes: int
    report: MixReport
    def __init__(self, data: _Optional[_Union[_httpbody_pb2.HttpBody, _Mapping]] = ..., filename: _Optional[str] = ..., fraction: _Optional[float] = ..., total_bytes: _Optional[int] = ..., report: _Optional[_Union[MixReport, _Mapping]] = ...) -> None: ...
