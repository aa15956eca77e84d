import datetime

from alchemy.chain.v1 import chain_pb2 as _chain_pb2
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

class Download(_message.Message):
    __slots__ = ("name", "link", "song", "allow_duplicate", "then", "state", "progress", "transfer", "provider", "error", "track", "reused", "cancel_requested", "create_time", "start_time", "end_time", "revision", "match")
    class Transfer(_message.Message):
        __slots__ = ("received_bytes", "total_bytes", "bytes_per_second")
        RECEIVED_BYTES_FIELD_NUMBER: _ClassVar[int]
        TOTAL_BYTES_FIELD_NUMBER: _ClassVar[int]
        BYTES_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
        received_bytes: int
        total_bytes: int
        bytes_per_second: float
        def __init__(self, received_bytes: _Optional[int] = ..., total_bytes: _Optional[int] = ..., bytes_per_second: _Optional[float] = ...) -> None: ...
    class Song(_message.Message):
        __slots__ = ("title", "artist", "album", "album_artist", "release_date", "track_number", "isrc", "duration", "artwork_uri", "artists")
        TITLE_FIELD_NUMBER: _ClassVar[int]
        ARTIST_FIELD_NUMBER: _ClassVar[int]
        ALBUM_FIELD_NUMBER: _ClassVar[int]
        ALBUM_ARTIST_FIELD_NUMBER: _ClassVar[int]
        RELEASE_DATE_FIELD_NUMBER: _ClassVar[int]
        TRACK_NUMBER_FIELD_NUMBER: _ClassVar[int]
        ISRC_FIELD_NUMBER: _ClassVar[int]
        DURATION_FIELD_NUMBER: _ClassVar[int]
        ARTWORK_URI_FIELD_NUMBER: _ClassVar[int]
        ARTISTS_FIELD_NUMBER: _ClassVar[int]
        title: str
        artist: str
        album: str
        album_artist: str
        release_date: str
        track_number: int
        isrc: str
        duration: _duration_pb2.Duration
        artwork_uri: str
        artists: _containers.RepeatedScalarFieldContainer[str]
        def __init__(self, title: _Optional[str] = ..., artist: _Optional[str] = ..., album: _Optional[str] = ..., album_artist: _Optional[str] = ..., release_date: _Optional[str] = ..., track_number: _Optional[int] = ..., isrc: _Optional[str] = ..., duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., artwork_uri: _Optional[str] = ..., artists: _Optional[_Iterable[str]] = ...) -> None: ...
    class Match(_message.Message):
        __slots__ = ("uri", "title", "author", "duration", "duration_difference_seconds", "title_similarity", "score")
        URI_FIELD_NUMBER: _ClassVar[int]
        TITLE_FIELD_NUMBER: _ClassVar[int]
        AUTHOR_FIELD_NUMBER: _ClassVar[int]
        DURATION_FIELD_NUMBER: _ClassVar[int]
        DURATION_DIFFERENCE_SECONDS_FIELD_NUMBER: _ClassVar[int]
        TITLE_SIMILARITY_FIELD_NUMBER: _ClassVar[int]
        SCORE_FIELD_NUMBER: _ClassVar[int]
        uri: str
        title: str
        author: str
        duration: _duration_pb2.Duration
        duration_difference_seconds: float
        title_similarity: float
        score: float
        def __init__(self, uri: _Optional[str] = ..., title: _Optional[str] = ..., author: _Optional[str] = ..., duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., duration_difference_seconds: _Optional[float] = ..., title_similarity: _Optional[float] = ..., score: _Optional[float] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    LINK_FIELD_NUMBER: _ClassVar[int]
    SONG_FIELD_NUMBER: _ClassVar[int]
    ALLOW_DUPLICATE_FIELD_NUMBER: _ClassVar[int]
    THEN_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    TRANSFER_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    TRACK_FIELD_NUMBER: _ClassVar[int]
    REUSED_FIELD_NUMBER: _ClassVar[int]
    CANCEL_REQUESTED_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    MATCH_FIELD_NUMBER: _ClassVar[int]
    name: str
    link: str
    song: Download.Song
    allow_duplicate: bool
    then: _chain_pb2.Then
    state: _job_pb2.JobState
    progress: _job_pb2.Progress
    transfer: Download.Transfer
    provider: str
    error: _status_pb2.Status
    track: str
    reused: bool
    cancel_requested: bool
    create_time: _timestamp_pb2.Timestamp
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    revision: int
    match: Download.Match
    def __init__(self, name: _Optional[str] = ..., link: _Optional[str] = ..., song: _Optional[_Union[Download.Song, _Mapping]] = ..., allow_duplicate: _Optional[bool] = ..., then: _Optional[_Union[_chain_pb2.Then, _Mapping]] = ..., state: _Optional[_Union[_job_pb2.JobState, str]] = ..., progress: _Optional[_Union[_job_pb2.Progress, _Mapping]] = ..., transfer: _Optional[_Union[Download.Transfer, _Mapping]] = ..., provider: _Optional[str] = ..., error: _Optional[_Union[_status_pb2.Status, _Mapping]] = ..., track: _Optional[str] = ..., reused: _Optional[bool] = ..., cancel_requested: _Optional[bool] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., revision: _Optional[int] = ..., match: _Optional[_Union[Download.Match, _Mapping]] = ...) -> None: ...

class Provider(_message.Message):
    __slots__ = ("id", "description", "enabled", "available", "unavailable_reason", "version", "last_failure", "last_success_time")
    class Failure(_message.Message):
        __slots__ = ("reason", "message", "time")
        REASON_FIELD_NUMBER: _ClassVar[int]
        MESSAGE_FIELD_NUMBER: _ClassVar[int]
        TIME_FIELD_NUMBER: _ClassVar[int]
        reason: str
        message: str
        time: _timestamp_pb2.Timestamp
        def __init__(self, reason: _Optional[str] = ..., message: _Optional[str] = ..., time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
    ID_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    ENABLED_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_FIELD_NUMBER: _ClassVar[int]
    UNAVAILABLE_REASON_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    LAST_FAILURE_FIELD_NUMBER: _ClassVar[int]
    LAST_SUCCESS_TIME_FIELD_NUMBER: _ClassVar[int]
    id: str
    description: str
    enabled: bool
    available: bool
    unavailable_reason: str
    version: str
    last_failure: Provider.Failure
    last_success_time: _timestamp_pb2.Timestamp
    def __init__(self, id: _Optional[str] = ..., description: _Optional[str] = ..., enabled: _Optional[bool] = ..., available: _Optional[bool] = ..., unavailable_reason: _Optional[str] = ..., version: _Optional[str] = ..., last_failure: _Optional[_Union[Provider.Failure, _Mapping]] = ..., last_success_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
