from alchemy.spotify.v1 import catalogue_pb2 as _catalogue_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.api import resource_pb2 as _resource_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class SearchTracksRequest(_message.Message):
    __slots__ = ("query", "page_size", "page_token")
    QUERY_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    query: str
    page_size: int
    page_token: str
    def __init__(self, query: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class SearchTracksResponse(_message.Message):
    __slots__ = ("tracks", "next_page_token", "total_size")
    TRACKS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SIZE_FIELD_NUMBER: _ClassVar[int]
    tracks: _containers.RepeatedCompositeFieldContainer[_catalogue_pb2.Track]
    next_page_token: str
    total_size: int
    def __init__(self, tracks: _Optional[_Iterable[_Union[_catalogue_pb2.Track, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., total_size: _Optional[int] = ...) -> None: ...

class ResolveLinkRequest(_message.Message):
    __slots__ = ("link",)
    LINK_FIELD_NUMBER: _ClassVar[int]
    link: str
    def __init__(self, link: _Optional[str] = ...) -> None: ...

class ResolveLinkResponse(_message.Message):
    __slots__ = ("track", "album", "playlist", "artist")
    TRACK_FIELD_NUMBER: _ClassVar[int]
    ALBUM_FIELD_NUMBER: _ClassVar[int]
    PLAYLIST_FIELD_NUMBER: _ClassVar[int]
    ARTIST_FIELD_NUMBER: _ClassVar[int]
    track: _catalogue_pb2.Track
    album: _catalogue_pb2.Album
    playlist: _catalogue_pb2.Playlist
    artist: _catalogue_pb2.Artist
    def __init__(self, track: _Optional[_Union[_catalogue_pb2.Track, _Mapping]] = ..., album: _Optional[_Union[_catalogue_pb2.Album, _Mapping]] = ..., playlist: _Optional[_Union[_catalogue_pb2.Playlist, _Mapping]] = ..., artist: _Optional[_Union[_catalogue_pb2.Artist, _Mapping]] = ...) -> None: ...

class GetTrackRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class GetTrackResponse(_message.Message):
    __slots__ = ("track",)
    TRACK_FIELD_NUMBER: _ClassVar[int]
    track: _catalogue_pb2.Track
    def __init__(self, track: _Optional[_Union[_catalogue_pb2.Track, _Mapping]] = ...) -> None: ...

class GetAlbumRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class GetAlbumResponse(_message.Message):
    __slots__ = ("album", "tracks")
    ALBUM_FIELD_NUMBER: _ClassVar[int]
    TRACKS_FIELD_NUMBER: _ClassVar[int]
    album: _catalogue_pb2.Album
    tracks: _containers.RepeatedCompositeFieldContainer[_catalogue_pb2.Track]
    def __init__(self, album: _Optional[_Union[_catalogue_pb2.Album, _Mapping]] = ..., tracks: _Optional[_Iterable[_Union[_catalogue_pb2.Track, _Mapping]]] = ...) -> None: ...

class GetArtistRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class GetArtistResponse(_message.Message):
    __slots__ = ("artist",)
    ARTIST_FIELD_NUMBER: _ClassVar[int]
    artist: _catalogue_pb2.Artist
    def __init__(self, artist: _Optional[_Union[_catalogue_pb2.Artist, _Mapping]] = ...) -> None: ...

class GetPlaylistRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class GetPlaylistResponse(_message.Message):
    __slots__ = ("playlist", "items", "complete")
    PLAYLIST_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    COMPLETE_FIELD_NUMBER: _ClassVar[int]
    playlist: _catalogue_pb2.Playlist
    items: _containers.RepeatedCompositeFieldContainer[_catalogue_pb2.PlaylistItem]
    complete: bool
    def __init__(self, playlist: _Optional[_Union[_catalogue_pb2.Playlist, _Mapping]] = ..., items: _Optional[_Iterable[_Union[_catalogue_pb2.PlaylistItem, _Mapping]]] = ..., complete: _Optional[bool] = ...) -> None: ...

class BeginAuthorizationRequest(_message.Message):
    __slots__ = ("redirect_uri",)
    REDIRECT_URI_FIELD_NUMBER: _ClassVar[int]
    redirect_uri: str
    def __init__(self, redirect_uri: _Optional[str] = ...) -> None: ...

class BeginAuthorizationResponse(_message.Message):
    __slots__ = ("authorization_uri", "state")
    AUTHORIZATION_URI_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    authorization_uri: str
    state: str
    def __init__(self, authorization_uri: _Optional[str] = ..., state: _Optional[str] = ...) -> None: ...

class CompleteAuthorizationRequest(_message.Message):
    __slots__ = ("state", "code")
    STATE_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    state: str
    code: str
    def __init__(self, state: _Optional[str] = ..., code: _Optional[str] = ...) -> None: ...

class CompleteAuthorizationResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetAuthorizationRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetAuthorizationResponse(_message.Message):
    __slots__ = ("connected",)
    CONNECTED_FIELD_NUMBER: _ClassVar[int]
    connected: bool
    def __init__(self, connected: _Optional[bool] = ...) -> None: ...

class RevokeAuthorizationRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class RevokeAuthorizationResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
