import datetime

from alchemy.chain.v1 import chain_pb2 as _chain_pb2
from alchemy.type.v1 import audio_pb2 as _audio_pb2
from alchemy.type.v1 import music_pb2 as _music_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.api import resource_pb2 as _resource_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Track(_message.Message):
    __slots__ = ("name", "title", "artist", "album", "album_artist", "genre", "release_date", "track_number", "isrc", "audio", "filename", "size_bytes", "sha256", "original_artifact", "artwork_artifact", "create_time", "update_time", "revision", "source", "steps", "music")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    ARTIST_FIELD_NUMBER: _ClassVar[int]
    ALBUM_FIELD_NUMBER: _ClassVar[int]
    ALBUM_ARTIST_FIELD_NUMBER: _ClassVar[int]
    GENRE_FIELD_NUMBER: _ClassVar[int]
    RELEASE_DATE_FIELD_NUMBER: _ClassVar[int]
    TRACK_NUMBER_FIELD_NUMBER: _ClassVar[int]
    ISRC_FIELD_NUMBER: _ClassVar[int]
    AUDIO_FIELD_NUMBER: _ClassVar[int]
    FILENAME_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    ORIGINAL_ARTIFACT_FIELD_NUMBER: _ClassVar[int]
    ARTWORK_ARTIFACT_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    MUSIC_FIELD_NUMBER: _ClassVar[int]
    name: str
    title: str
    artist: str
    album: str
    album_artist: str
    genre: str
    release_date: str
    track_number: int
    isrc: str
    audio: _audio_pb2.AudioProperties
    filename: str
    size_bytes: int
    sha256: str
    original_artifact: str
    artwork_artifact: str
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    revision: int
    source: Source
    steps: _containers.RepeatedCompositeFieldContainer[_chain_pb2.Step]
    music: _music_pb2.MusicSummary
    def __init__(self, name: _Optional[str] = ..., title: _Optional[str] = ..., artist: _Optional[str] = ..., album: _Optional[str] = ..., album_artist: _Optional[str] = ..., genre: _Optional[str] = ..., release_date: _Optional[str] = ..., track_number: _Optional[int] = ..., isrc: _Optional[str] = ..., audio: _Optional[_Union[_audio_pb2.AudioProperties, _Mapping]] = ..., filename: _Optional[str] = ..., size_bytes: _Optional[int] = ..., sha256: _Optional[str] = ..., original_artifact: _Optional[str] = ..., artwork_artifact: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., revision: _Optional[int] = ..., source: _Optional[_Union[Source, _Mapping]] = ..., steps: _Optional[_Iterable[_Union[_chain_pb2.Step, _Mapping]]] = ..., music: _Optional[_Union[_music_pb2.MusicSummary, _Mapping]] = ...) -> None: ...

class Source(_message.Message):
    __slots__ = ("uri", "provider", "license_note", "download")
    URI_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_FIELD_NUMBER: _ClassVar[int]
    LICENSE_NOTE_FIELD_NUMBER: _ClassVar[int]
    DOWNLOAD_FIELD_NUMBER: _ClassVar[int]
    uri: str
    provider: str
    license_note: str
    download: str
    def __init__(self, uri: _Optional[str] = ..., provider: _Optional[str] = ..., license_note: _Optional[str] = ..., download: _Optional[str] = ...) -> None: ...

class Artifact(_message.Message):
    __slots__ = ("name", "kind", "filename", "media_type", "size_bytes", "sha256", "audio", "stem", "separation", "model", "create_time", "media_uri", "media_expire_time", "waveform_uri", "analysis")
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        KIND_UNSPECIFIED: _ClassVar[Artifact.Kind]
        KIND_ORIGINAL: _ClassVar[Artifact.Kind]
        KIND_ARTWORK: _ClassVar[Artifact.Kind]
        KIND_STEM: _ClassVar[Artifact.Kind]
        KIND_ANALYSIS: _ClassVar[Artifact.Kind]
    KIND_UNSPECIFIED: Artifact.Kind
    KIND_ORIGINAL: Artifact.Kind
    KIND_ARTWORK: Artifact.Kind
    KIND_STEM: Artifact.Kind
    KIND_ANALYSIS: Artifact.Kind
    NAME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    FILENAME_FIELD_NUMBER: _ClassVar[int]
    MEDIA_TYPE_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    AUDIO_FIELD_NUMBER: _ClassVar[int]
    STEM_FIELD_NUMBER: _ClassVar[int]
    SEPARATION_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    MEDIA_URI_FIELD_NUMBER: _ClassVar[int]
    MEDIA_EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    WAVEFORM_URI_FIELD_NUMBER: _ClassVar[int]
    ANALYSIS_FIELD_NUMBER: _ClassVar[int]
    name: str
    kind: Artifact.Kind
    filename: str
    media_type: str
    size_bytes: int
    sha256: str
    audio: _audio_pb2.AudioProperties
    stem: str
    separation: str
    model: str
    create_time: _timestamp_pb2.Timestamp
    media_uri: str
    media_expire_time: _timestamp_pb2.Timestamp
    waveform_uri: str
    analysis: str
    def __init__(self, name: _Optional[str] = ..., kind: _Optional[_Union[Artifact.Kind, str]] = ..., filename: _Optional[str] = ..., media_type: _Optional[str] = ..., size_bytes: _Optional[int] = ..., sha256: _Optional[str] = ..., audio: _Optional[_Union[_audio_pb2.AudioProperties, _Mapping]] = ..., stem: _Optional[str] = ..., separation: _Optional[str] = ..., model: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., media_uri: _Optional[str] = ..., media_expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., waveform_uri: _Optional[str] = ..., analysis: _Optional[str] = ...) -> None: ...
