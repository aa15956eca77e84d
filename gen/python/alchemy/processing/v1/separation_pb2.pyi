import datetime

from alchemy.type.v1 import audio_pb2 as _audio_pb2
from alchemy.type.v1 import job_pb2 as _job_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.api import resource_pb2 as _resource_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.rpc import status_pb2 as _status_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Model(_message.Message):
    __slots__ = ("name", "display_name", "description", "stems", "license", "license_uri", "size_bytes", "network_count", "quality", "quality_source", "installed", "unavailable_reason", "install_command", "default", "max_segment_seconds", "local")
    class StemQuality(_message.Message):
        __slots__ = ("stem", "sdr_db")
        STEM_FIELD_NUMBER: _ClassVar[int]
        SDR_DB_FIELD_NUMBER: _ClassVar[int]
        stem: str
        sdr_db: float
        def __init__(self, stem: _Optional[str] = ..., sdr_db: _Optional[float] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    STEMS_FIELD_NUMBER: _ClassVar[int]
    LICENSE_FIELD_NUMBER: _ClassVar[int]
    LICENSE_URI_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    NETWORK_COUNT_FIELD_NUMBER: _ClassVar[int]
    QUALITY_FIELD_NUMBER: _ClassVar[int]
    QUALITY_SOURCE_FIELD_NUMBER: _ClassVar[int]
    INSTALLED_FIELD_NUMBER: _ClassVar[int]
    UNAVAILABLE_REASON_FIELD_NUMBER: _ClassVar[int]
    INSTALL_COMMAND_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_FIELD_NUMBER: _ClassVar[int]
    MAX_SEGMENT_SECONDS_FIELD_NUMBER: _ClassVar[int]
    LOCAL_FIELD_NUMBER: _ClassVar[int]
    name: str
    display_name: str
    description: str
    stems: _containers.RepeatedScalarFieldContainer[str]
    license: str
    license_uri: str
    size_bytes: int
    network_count: int
    quality: _containers.RepeatedCompositeFieldContainer[Model.StemQuality]
    quality_source: str
    installed: bool
    unavailable_reason: str
    install_command: str
    default: bool
    max_segment_seconds: float
    local: bool
    def __init__(self, name: _Optional[str] = ..., display_name: _Optional[str] = ..., description: _Optional[str] = ..., stems: _Optional[_Iterable[str]] = ..., license: _Optional[str] = ..., license_uri: _Optional[str] = ..., size_bytes: _Optional[int] = ..., network_count: _Optional[int] = ..., quality: _Optional[_Iterable[_Union[Model.StemQuality, _Mapping]]] = ..., quality_source: _Optional[str] = ..., installed: _Optional[bool] = ..., unavailable_reason: _Optional[str] = ..., install_command: _Optional[str] = ..., default: _Optional[bool] = ..., max_segment_seconds: _Optional[float] = ..., local: _Optional[bool] = ...) -> None: ...

class Separation(_message.Message):
    __slots__ = ("name", "model", "wanted_stems", "complement", "encoding", "state", "progress", "error", "stems", "device", "cancel_requested", "create_time", "start_time", "end_time", "revision", "reused", "gain", "sample_rate_hz", "overlap", "segment_seconds", "shifts", "seed", "preview", "concessions")
    class Stem(_message.Message):
        __slots__ = ("stem", "artifact", "size_bytes", "sha256")
        STEM_FIELD_NUMBER: _ClassVar[int]
        ARTIFACT_FIELD_NUMBER: _ClassVar[int]
        SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
        SHA256_FIELD_NUMBER: _ClassVar[int]
        stem: str
        artifact: str
        size_bytes: int
        sha256: str
        def __init__(self, stem: _Optional[str] = ..., artifact: _Optional[str] = ..., size_bytes: _Optional[int] = ..., sha256: _Optional[str] = ...) -> None: ...
    class Preview(_message.Message):
        __slots__ = ("start", "duration")
        START_FIELD_NUMBER: _ClassVar[int]
        DURATION_FIELD_NUMBER: _ClassVar[int]
        start: _duration_pb2.Duration
        duration: _duration_pb2.Duration
        def __init__(self, start: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    WANTED_STEMS_FIELD_NUMBER: _ClassVar[int]
    COMPLEMENT_FIELD_NUMBER: _ClassVar[int]
    ENCODING_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    STEMS_FIELD_NUMBER: _ClassVar[int]
    DEVICE_FIELD_NUMBER: _ClassVar[int]
    CANCEL_REQUESTED_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    REUSED_FIELD_NUMBER: _ClassVar[int]
    GAIN_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_RATE_HZ_FIELD_NUMBER: _ClassVar[int]
    OVERLAP_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_SECONDS_FIELD_NUMBER: _ClassVar[int]
    SHIFTS_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    PREVIEW_FIELD_NUMBER: _ClassVar[int]
    CONCESSIONS_FIELD_NUMBER: _ClassVar[int]
    name: str
    model: str
    wanted_stems: _containers.RepeatedScalarFieldContainer[str]
    complement: bool
    encoding: _audio_pb2.AudioEncoding
    state: _job_pb2.JobState
    progress: _job_pb2.Progress
    error: _status_pb2.Status
    stems: _containers.RepeatedCompositeFieldContainer[Separation.Stem]
    device: str
    cancel_requested: bool
    create_time: _timestamp_pb2.Timestamp
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    revision: int
    reused: bool
    gain: float
    sample_rate_hz: int
    overlap: float
    segment_seconds: float
    shifts: int
    seed: int
    preview: Separation.Preview
    concessions: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., model: _Optional[str] = ..., wanted_stems: _Optional[_Iterable[str]] = ..., complement: _Optional[bool] = ..., encoding: _Optional[_Union[_audio_pb2.AudioEncoding, str]] = ..., state: _Optional[_Union[_job_pb2.JobState, str]] = ..., progress: _Optional[_Union[_job_pb2.Progress, _Mapping]] = ..., error: _Optional[_Union[_status_pb2.Status, _Mapping]] = ..., stems: _Optional[_Iterable[_Union[Separation.Stem, _Mapping]]] = ..., device: _Optional[str] = ..., cancel_requested: _Optional[bool] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., revision: _Optional[int] = ..., reused: _Optional[bool] = ..., gain: _Optional[float] = ..., sample_rate_hz: _Optional[int] = ..., overlap: _Optional[float] = ..., segment_seconds: _Optional[float] = ..., shifts: _Optional[int] = ..., seed: _Optional[int] = ..., preview: _Optional[_Union[Separation.Preview, _Mapping]] = ..., concessions: _Optional[_Iterable[str]] = ...) -> None: ...
