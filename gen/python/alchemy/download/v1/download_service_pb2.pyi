from alchemy.download.v1 import download_pb2 as _download_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.api import resource_pb2 as _resource_pb2
from google.rpc import status_pb2 as _status_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CreateDownloadRequest(_message.Message):
    __slots__ = ("download", "request_id")
    DOWNLOAD_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    download: _download_pb2.Download
    request_id: str
    def __init__(self, download: _Optional[_Union[_download_pb2.Download, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class CreateDownloadResponse(_message.Message):
    __slots__ = ("download",)
    DOWNLOAD_FIELD_NUMBER: _ClassVar[int]
    download: _download_pb2.Download
    def __init__(self, download: _Optional[_Union[_download_pb2.Download, _Mapping]] = ...) -> None: ...

class BatchCreateDownloadsRequest(_message.Message):
    __slots__ = ("requests",)
    REQUESTS_FIELD_NUMBER: _ClassVar[int]
    requests: _containers.RepeatedCompositeFieldContainer[CreateDownloadRequest]
    def __init__(self, requests: _Optional[_Iterable[_Union[CreateDownloadRequest, _Mapping]]] = ...) -> None: ...

class BatchCreateDownloadsResponse(_message.Message):
    __slots__ = ("results",)
    class Result(_message.Message):
        __slots__ = ("download", "error")
        DOWNLOAD_FIELD_NUMBER: _ClassVar[int]
        ERROR_FIELD_NUMBER: _ClassVar[int]
        download: _download_pb2.Download
        error: _status_pb2.Status
        def __init__(self, download: _Optional[_Union[_download_pb2.Download, _Mapping]] = ..., error: _Optional[_Union[_status_pb2.Status, _Mapping]] = ...) -> None: ...
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[BatchCreateDownloadsResponse.Result]
    def __init__(self, results: _Optional[_Iterable[_Union[BatchCreateDownloadsResponse.Result, _Mapping]]] = ...) -> None: ...

class GetDownloadRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class GetDownloadResponse(_message.Message):
    __slots__ = ("download",)
    DOWNLOAD_FIELD_NUMBER: _ClassVar[int]
    download: _download_pb2.Download
    def __init__(self, download: _Optional[_Union[_download_pb2.Download, _Mapping]] = ...) -> None: ...

class ListDownloadsRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListDownloadsResponse(_message.Message):
    __slots__ = ("downloads", "next_page_token")
    DOWNLOADS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    downloads: _containers.RepeatedCompositeFieldContainer[_download_pb2.Download]
    next_page_token: str
    def __init__(self, downloads: _Optional[_Iterable[_Union[_download_pb2.Download, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class WatchDownloadRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class WatchDownloadResponse(_message.Message):
    __slots__ = ("download",)
    DOWNLOAD_FIELD_NUMBER: _ClassVar[int]
    download: _download_pb2.Download
    def __init__(self, download: _Optional[_Union[_download_pb2.Download, _Mapping]] = ...) -> None: ...

class CancelDownloadRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class CancelDownloadResponse(_message.Message):
    __slots__ = ("download",)
    DOWNLOAD_FIELD_NUMBER: _ClassVar[int]
    download: _download_pb2.Download
    def __init__(self, download: _Optional[_Union[_download_pb2.Download, _Mapping]] = ...) -> None: ...

class RetryDownloadRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class RetryDownloadResponse(_message.Message):
    __slots__ = ("download",)
    DOWNLOAD_FIELD_NUMBER: _ClassVar[int]
    download: _download_pb2.Download
    def __init__(self, download: _Optional[_Union[_download_pb2.Download, _Mapping]] = ...) -> None: ...

class DeleteDownloadRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class DeleteDownloadResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListProvidersRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListProvidersResponse(_message.Message):
    __slots__ = ("providers",)
    PROVIDERS_FIELD_NUMBER: _ClassVar[int]
    providers: _containers.RepeatedCompositeFieldContainer[_download_pb2.Provider]
    def __init__(self, providers: _Optional[_Iterable[_Union[_download_pb2.Provider, _Mapping]]] = ...) -> None: ...
