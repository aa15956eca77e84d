import datetime

from alchemy.analysis.v1 import analysis_pb2 as _analysis_pb2
from alchemy.download.v1 import download_pb2 as _download_pb2
from alchemy.library.v1 import track_pb2 as _track_pb2
from alchemy.processing.v1 import installation_pb2 as _installation_pb2
from alchemy.processing.v1 import separation_pb2 as _separation_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class SubscribeRequest(_message.Message):
    __slots__ = ("cursor",)
    CURSOR_FIELD_NUMBER: _ClassVar[int]
    cursor: str
    def __init__(self, cursor: _Optional[str] = ...) -> None: ...

class SubscribeResponse(_message.Message):
    __slots__ = ("event",)
    EVENT_FIELD_NUMBER: _ClassVar[int]
    event: Event
    def __init__(self, event: _Optional[_Union[Event, _Mapping]] = ...) -> None: ...

class Event(_message.Message):
    __slots__ = ("cursor", "time", "track_changed", "track_deleted", "separation_changed", "separation_deleted", "reset", "heartbeat", "download_changed", "download_deleted", "installation_changed", "installation_deleted", "analysis_changed", "analysis_deleted")
    class Reset(_message.Message):
        __slots__ = ()
        def __init__(self) -> None: ...
    class Heartbeat(_message.Message):
        __slots__ = ()
        def __init__(self) -> None: ...
    CURSOR_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    TRACK_CHANGED_FIELD_NUMBER: _ClassVar[int]
    TRACK_DELETED_FIELD_NUMBER: _ClassVar[int]
    SEPARATION_CHANGED_FIELD_NUMBER: _ClassVar[int]
    SEPARATION_DELETED_FIELD_NUMBER: _ClassVar[int]
    RESET_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    DOWNLOAD_CHANGED_FIELD_NUMBER: _ClassVar[int]
    DOWNLOAD_DELETED_FIELD_NUMBER: _ClassVar[int]
    INSTALLATION_CHANGED_FIELD_NUMBER: _ClassVar[int]
    INSTALLATION_DELETED_FIELD_NUMBER: _ClassVar[int]
    ANALYSIS_CHANGED_FIELD_NUMBER: _ClassVar[int]
    ANALYSIS_DELETED_FIELD_NUMBER: _ClassVar[int]
    cursor: str
    time: _timestamp_pb2.Timestamp
    track_changed: _track_pb2.Track
    track_deleted: str
    separation_changed: _separation_pb2.Separation
    separation_deleted: str
    reset: Event.Reset
    heartbeat: Event.Heartbeat
    download_changed: _download_pb2.Download
    download_deleted: str
    installation_changed: _installation_pb2.Installation
    installation_deleted: str
    analysis_changed: _analysis_pb2.Analysis
    analysis_deleted: str
    def __init__(self, cursor: _Optional[str] = ..., time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., track_changed: _Optional[_Union[_track_pb2.Track, _Mapping]] = ..., track_deleted: _Optional[str] = ..., separation_changed: _Optional[_Union[_separation_pb2.Separation, _Mapping]] = ..., separation_deleted: _Optional[str] = ..., reset: _Optional[_Union[Event.Reset, _Mapping]] = ..., heartbeat: _Optional[_Union[Event.Heartbeat, _Mapping]] = ..., download_changed: _Optional[_Union[_download_pb2.Download, _Mapping]] = ..., download_deleted: _Optional[str] = ..., installation_changed: _Optional[_Union[_installation_pb2.Installation, _Mapping]] = ..., installation_deleted: _Optional[str] = ..., analysis_changed: _Optional[_Union[_analysis_pb2.Analysis, _Mapping]] = ..., analysis_deleted: _Optional[str] = ...) -> None: ...
