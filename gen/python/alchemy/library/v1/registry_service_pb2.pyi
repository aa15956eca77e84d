from alchemy.analysis.v1 import results_pb2 as _results_pb2
from alchemy.chain.v1 import chain_pb2 as _chain_pb2
from alchemy.library.v1 import track_pb2 as _track_pb2
from alchemy.type.v1 import audio_pb2 as _audio_pb2
from alchemy.type.v1 import music_pb2 as _music_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ResolveTrackRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class ResolveTrackResponse(_message.Message):
    __slots__ = ("track", "artwork_sha256", "artwork_media_type")
    TRACK_FIELD_NUMBER: _ClassVar[int]
    ARTWORK_SHA256_FIELD_NUMBER: _ClassVar[int]
    ARTWORK_MEDIA_TYPE_FIELD_NUMBER: _ClassVar[int]
    track: _track_pb2.Track
    artwork_sha256: str
    artwork_media_type: str
    def __init__(self, track: _Optional[_Union[_track_pb2.Track, _Mapping]] = ..., artwork_sha256: _Optional[str] = ..., artwork_media_type: _Optional[str] = ...) -> None: ...

class StemFile(_message.Message):
    __slots__ = ("stem", "sha256", "size_bytes", "filename", "media_type", "audio", "waveform_sha256", "waveform_bytes")
    STEM_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    FILENAME_FIELD_NUMBER: _ClassVar[int]
    MEDIA_TYPE_FIELD_NUMBER: _ClassVar[int]
    AUDIO_FIELD_NUMBER: _ClassVar[int]
    WAVEFORM_SHA256_FIELD_NUMBER: _ClassVar[int]
    WAVEFORM_BYTES_FIELD_NUMBER: _ClassVar[int]
    stem: str
    sha256: str
    size_bytes: int
    filename: str
    media_type: str
    audio: _audio_pb2.AudioProperties
    waveform_sha256: str
    waveform_bytes: int
    def __init__(self, stem: _Optional[str] = ..., sha256: _Optional[str] = ..., size_bytes: _Optional[int] = ..., filename: _Optional[str] = ..., media_type: _Optional[str] = ..., audio: _Optional[_Union[_audio_pb2.AudioProperties, _Mapping]] = ..., waveform_sha256: _Optional[str] = ..., waveform_bytes: _Optional[int] = ...) -> None: ...

class RegisterStemsRequest(_message.Message):
    __slots__ = ("separation", "model", "stems")
    SEPARATION_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    STEMS_FIELD_NUMBER: _ClassVar[int]
    separation: str
    model: str
    stems: _containers.RepeatedCompositeFieldContainer[StemFile]
    def __init__(self, separation: _Optional[str] = ..., model: _Optional[str] = ..., stems: _Optional[_Iterable[_Union[StemFile, _Mapping]]] = ...) -> None: ...

class RegisterStemsResponse(_message.Message):
    __slots__ = ("artifacts",)
    ARTIFACTS_FIELD_NUMBER: _ClassVar[int]
    artifacts: _containers.RepeatedCompositeFieldContainer[_track_pb2.Artifact]
    def __init__(self, artifacts: _Optional[_Iterable[_Union[_track_pb2.Artifact, _Mapping]]] = ...) -> None: ...

class Tags(_message.Message):
    __slots__ = ("title", "artist", "album", "album_artist", "release_date", "track_number", "isrc", "artwork", "artwork_media_type")
    TITLE_FIELD_NUMBER: _ClassVar[int]
    ARTIST_FIELD_NUMBER: _ClassVar[int]
    ALBUM_FIELD_NUMBER: _ClassVar[int]
    ALBUM_ARTIST_FIELD_NUMBER: _ClassVar[int]
    RELEASE_DATE_FIELD_NUMBER: _ClassVar[int]
    TRACK_NUMBER_FIELD_NUMBER: _ClassVar[int]
    ISRC_FIELD_NUMBER: _ClassVar[int]
    ARTWORK_FIELD_NUMBER: _ClassVar[int]
    ARTWORK_MEDIA_TYPE_FIELD_NUMBER: _ClassVar[int]
    title: str
    artist: str
    album: str
    album_artist: str
    release_date: str
    track_number: int
    isrc: str
    artwork: bytes
    artwork_media_type: str
    def __init__(self, title: _Optional[str] = ..., artist: _Optional[str] = ..., album: _Optional[str] = ..., album_artist: _Optional[str] = ..., release_date: _Optional[str] = ..., track_number: _Optional[int] = ..., isrc: _Optional[str] = ..., artwork: _Optional[bytes] = ..., artwork_media_type: _Optional[str] = ...) -> None: ...

class ImportTrackRequest(_message.Message):
    __slots__ = ("filename", "source", "tags", "then", "data")
    FILENAME_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    THEN_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    filename: str
    source: _track_pb2.Source
    tags: Tags
    then: _chain_pb2.Then
    data: bytes
    def __init__(self, filename: _Optional[str] = ..., source: _Optional[_Union[_track_pb2.Source, _Mapping]] = ..., tags: _Optional[_Union[Tags, _Mapping]] = ..., then: _Optional[_Union[_chain_pb2.Then, _Mapping]] = ..., data: _Optional[bytes] = ...) -> None: ...

class ImportTrackResponse(_message.Message):
    __slots__ = ("track",)
    TRACK_FIELD_NUMBER: _ClassVar[int]
    track: _track_pb2.Track
    def __init__(self, track: _Optional[_Union[_track_pb2.Track, _Mapping]] = ...) -> None: ...

class FindImportedRequest(_message.Message):
    __slots__ = ("download", "uri", "then")
    DOWNLOAD_FIELD_NUMBER: _ClassVar[int]
    URI_FIELD_NUMBER: _ClassVar[int]
    THEN_FIELD_NUMBER: _ClassVar[int]
    download: str
    uri: str
    then: _chain_pb2.Then
    def __init__(self, download: _Optional[str] = ..., uri: _Optional[str] = ..., then: _Optional[_Union[_chain_pb2.Then, _Mapping]] = ...) -> None: ...

class FindImportedResponse(_message.Message):
    __slots__ = ("track",)
    TRACK_FIELD_NUMBER: _ClassVar[int]
    track: _track_pb2.Track
    def __init__(self, track: _Optional[_Union[_track_pb2.Track, _Mapping]] = ...) -> None: ...

class FeatureResult(_message.Message):
    __slots__ = ("feature", "analysis", "sha256")
    FEATURE_FIELD_NUMBER: _ClassVar[int]
    ANALYSIS_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    feature: _results_pb2.Feature
    analysis: str
    sha256: str
    def __init__(self, feature: _Optional[_Union[_results_pb2.Feature, str]] = ..., analysis: _Optional[str] = ..., sha256: _Optional[str] = ...) -> None: ...

class Music(_message.Message):
    __slots__ = ("features", "corrections", "revision")
    FEATURES_FIELD_NUMBER: _ClassVar[int]
    CORRECTIONS_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    features: _containers.RepeatedCompositeFieldContainer[FeatureResult]
    corrections: _results_pb2.Corrections
    revision: int
    def __init__(self, features: _Optional[_Iterable[_Union[FeatureResult, _Mapping]]] = ..., corrections: _Optional[_Union[_results_pb2.Corrections, _Mapping]] = ..., revision: _Optional[int] = ...) -> None: ...

class RegisterAnalysisRequest(_message.Message):
    __slots__ = ("analysis", "sha256", "size_bytes", "filename", "features", "measured")
    ANALYSIS_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    FILENAME_FIELD_NUMBER: _ClassVar[int]
    FEATURES_FIELD_NUMBER: _ClassVar[int]
    MEASURED_FIELD_NUMBER: _ClassVar[int]
    analysis: str
    sha256: str
    size_bytes: int
    filename: str
    features: _containers.RepeatedScalarFieldContainer[_results_pb2.Feature]
    measured: _music_pb2.MusicSummary
    def __init__(self, analysis: _Optional[str] = ..., sha256: _Optional[str] = ..., size_bytes: _Optional[int] = ..., filename: _Optional[str] = ..., features: _Optional[_Iterable[_Union[_results_pb2.Feature, str]]] = ..., measured: _Optional[_Union[_music_pb2.MusicSummary, _Mapping]] = ...) -> None: ...

class RegisterAnalysisResponse(_message.Message):
    __slots__ = ("artifact",)
    ARTIFACT_FIELD_NUMBER: _ClassVar[int]
    artifact: _track_pb2.Artifact
    def __init__(self, artifact: _Optional[_Union[_track_pb2.Artifact, _Mapping]] = ...) -> None: ...

class GetMusicRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class GetMusicResponse(_message.Message):
    __slots__ = ("music",)
    MUSIC_FIELD_NUMBER: _ClassVar[int]
    music: Music
    def __init__(self, music: _Optional[_Union[Music, _Mapping]] = ...) -> None: ...

class CorrectMusicRequest(_message.Message):
    __slots__ = ("name", "corrections", "revision")
    NAME_FIELD_NUMBER: _ClassVar[int]
    CORRECTIONS_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    name: str
    corrections: _results_pb2.Corrections
    revision: int
    def __init__(self, name: _Optional[str] = ..., corrections: _Optional[_Union[_results_pb2.Corrections, _Mapping]] = ..., revision: _Optional[int] = ...) -> None: ...

class CorrectMusicResponse(_message.Message):
    __slots__ = ("music",)
    MUSIC_FIELD_NUMBER: _ClassVar[int]
    music: Music
    def __init__(self, music: _Optional[_Union[Music, _Mapping]] = ...) -> None: ...
