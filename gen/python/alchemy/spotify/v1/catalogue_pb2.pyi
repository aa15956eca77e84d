import datetime

from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.api import resource_pb2 as _resource_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Image(_message.Message):
    __slots__ = ("uri", "width", "height")
    URI_FIELD_NUMBER: _ClassVar[int]
    WIDTH_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_FIELD_NUMBER: _ClassVar[int]
    uri: str
    width: int
    height: int
    def __init__(self, uri: _Optional[str] = ..., width: _Optional[int] = ..., height: _Optional[int] = ...) -> None: ...

class Track(_message.Message):
    __slots__ = ("name", "title", "artists", "album", "duration", "track_number", "disc_number", "explicit", "isrc", "preview_uri", "page_uri")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    ARTISTS_FIELD_NUMBER: _ClassVar[int]
    ALBUM_FIELD_NUMBER: _ClassVar[int]
    DURATION_FIELD_NUMBER: _ClassVar[int]
    TRACK_NUMBER_FIELD_NUMBER: _ClassVar[int]
    DISC_NUMBER_FIELD_NUMBER: _ClassVar[int]
    EXPLICIT_FIELD_NUMBER: _ClassVar[int]
    ISRC_FIELD_NUMBER: _ClassVar[int]
    PREVIEW_URI_FIELD_NUMBER: _ClassVar[int]
    PAGE_URI_FIELD_NUMBER: _ClassVar[int]
    name: str
    title: str
    artists: _containers.RepeatedCompositeFieldContainer[ArtistCredit]
    album: Album
    duration: _duration_pb2.Duration
    track_number: int
    disc_number: int
    explicit: bool
    isrc: str
    preview_uri: str
    page_uri: str
    def __init__(self, name: _Optional[str] = ..., title: _Optional[str] = ..., artists: _Optional[_Iterable[_Union[ArtistCredit, _Mapping]]] = ..., album: _Optional[_Union[Album, _Mapping]] = ..., duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., track_number: _Optional[int] = ..., disc_number: _Optional[int] = ..., explicit: _Optional[bool] = ..., isrc: _Optional[str] = ..., preview_uri: _Optional[str] = ..., page_uri: _Optional[str] = ...) -> None: ...

class ArtistCredit(_message.Message):
    __slots__ = ("name", "title")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    name: str
    title: str
    def __init__(self, name: _Optional[str] = ..., title: _Optional[str] = ...) -> None: ...

class Album(_message.Message):
    __slots__ = ("name", "title", "artists", "release_date", "track_count", "artwork", "page_uri")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    ARTISTS_FIELD_NUMBER: _ClassVar[int]
    RELEASE_DATE_FIELD_NUMBER: _ClassVar[int]
    TRACK_COUNT_FIELD_NUMBER: _ClassVar[int]
    ARTWORK_FIELD_NUMBER: _ClassVar[int]
    PAGE_URI_FIELD_NUMBER: _ClassVar[int]
    name: str
    title: str
    artists: _containers.RepeatedCompositeFieldContainer[ArtistCredit]
    release_date: str
    track_count: int
    artwork: _containers.RepeatedCompositeFieldContainer[Image]
    page_uri: str
    def __init__(self, name: _Optional[str] = ..., title: _Optional[str] = ..., artists: _Optional[_Iterable[_Union[ArtistCredit, _Mapping]]] = ..., release_date: _Optional[str] = ..., track_count: _Optional[int] = ..., artwork: _Optional[_Iterable[_Union[Image, _Mapping]]] = ..., page_uri: _Optional[str] = ...) -> None: ...

class Artist(_message.Message):
    __slots__ = ("name", "title", "genres", "artwork", "page_uri")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    GENRES_FIELD_NUMBER: _ClassVar[int]
    ARTWORK_FIELD_NUMBER: _ClassVar[int]
    PAGE_URI_FIELD_NUMBER: _ClassVar[int]
    name: str
    title: str
    genres: _containers.RepeatedScalarFieldContainer[str]
    artwork: _containers.RepeatedCompositeFieldContainer[Image]
    page_uri: str
    def __init__(self, name: _Optional[str] = ..., title: _Optional[str] = ..., genres: _Optional[_Iterable[str]] = ..., artwork: _Optional[_Iterable[_Union[Image, _Mapping]]] = ..., page_uri: _Optional[str] = ...) -> None: ...

class Playlist(_message.Message):
    __slots__ = ("name", "title", "description", "owner_title", "item_count", "artwork", "page_uri", "snapshot")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    OWNER_TITLE_FIELD_NUMBER: _ClassVar[int]
    ITEM_COUNT_FIELD_NUMBER: _ClassVar[int]
    ARTWORK_FIELD_NUMBER: _ClassVar[int]
    PAGE_URI_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    name: str
    title: str
    description: str
    owner_title: str
    item_count: int
    artwork: _containers.RepeatedCompositeFieldContainer[Image]
    page_uri: str
    snapshot: str
    def __init__(self, name: _Optional[str] = ..., title: _Optional[str] = ..., description: _Optional[str] = ..., owner_title: _Optional[str] = ..., item_count: _Optional[int] = ..., artwork: _Optional[_Iterable[_Union[Image, _Mapping]]] = ..., page_uri: _Optional[str] = ..., snapshot: _Optional[str] = ...) -> None: ...

class PlaylistItem(_message.Message):
    __slots__ = ("position", "kind", "track", "title", "add_time")
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        KIND_UNSPECIFIED: _ClassVar[PlaylistItem.Kind]
        KIND_TRACK: _ClassVar[PlaylistItem.Kind]
        KIND_EPISODE: _ClassVar[PlaylistItem.Kind]
        KIND_LOCAL_FILE: _ClassVar[PlaylistItem.Kind]
        KIND_UNAVAILABLE: _ClassVar[PlaylistItem.Kind]
    KIND_UNSPECIFIED: PlaylistItem.Kind
    KIND_TRACK: PlaylistItem.Kind
    KIND_EPISODE: PlaylistItem.Kind
    KIND_LOCAL_FILE: PlaylistItem.Kind
    KIND_UNAVAILABLE: PlaylistItem.Kind
    POSITION_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    TRACK_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    ADD_TIME_FIELD_NUMBER: _ClassVar[int]
    position: int
    kind: PlaylistItem.Kind
    track: Track
    title: str
    add_time: _timestamp_pb2.Timestamp
    def __init__(self, position: _Optional[int] = ..., kind: _Optional[_Union[PlaylistItem.Kind, str]] = ..., track: _Optional[_Union[Track, _Mapping]] = ..., title: _Optional[str] = ..., add_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
