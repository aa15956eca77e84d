from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Mode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MODE_UNSPECIFIED: _ClassVar[Mode]
    MODE_MAJOR: _ClassVar[Mode]
    MODE_MINOR: _ClassVar[Mode]
MODE_UNSPECIFIED: Mode
MODE_MAJOR: Mode
MODE_MINOR: Mode

class Key(_message.Message):
    __slots__ = ("tonic", "mode", "name", "camelot", "open_key")
    TONIC_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    CAMELOT_FIELD_NUMBER: _ClassVar[int]
    OPEN_KEY_FIELD_NUMBER: _ClassVar[int]
    tonic: int
    mode: Mode
    name: str
    camelot: str
    open_key: str
    def __init__(self, tonic: _Optional[int] = ..., mode: _Optional[_Union[Mode, str]] = ..., name: _Optional[str] = ..., camelot: _Optional[str] = ..., open_key: _Optional[str] = ...) -> None: ...

class MusicSummary(_message.Message):
    __slots__ = ("bpm", "bpm_confidence", "beats_per_bar", "beat_unit", "key", "key_confidence", "integrated_lufs", "corrected", "revision")
    BPM_FIELD_NUMBER: _ClassVar[int]
    BPM_CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    BEATS_PER_BAR_FIELD_NUMBER: _ClassVar[int]
    BEAT_UNIT_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    KEY_CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    INTEGRATED_LUFS_FIELD_NUMBER: _ClassVar[int]
    CORRECTED_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    bpm: float
    bpm_confidence: float
    beats_per_bar: int
    beat_unit: int
    key: Key
    key_confidence: float
    integrated_lufs: float
    corrected: bool
    revision: int
    def __init__(self, bpm: _Optional[float] = ..., bpm_confidence: _Optional[float] = ..., beats_per_bar: _Optional[int] = ..., beat_unit: _Optional[int] = ..., key: _Optional[_Union[Key, _Mapping]] = ..., key_confidence: _Optional[float] = ..., integrated_lufs: _Optional[float] = ..., corrected: _Optional[bool] = ..., revision: _Optional[int] = ...) -> None: ...
