from alchemy.processing.v1 import device_pb2 as _device_pb2
from alchemy.processing.v1 import installation_pb2 as _installation_pb2
from alchemy.processing.v1 import mix_pb2 as _mix_pb2
from alchemy.processing.v1 import separation_pb2 as _separation_pb2
from alchemy.type.v1 import audio_pb2 as _audio_pb2
from google.api import annotations_pb2 as _annotations_pb2
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

class ExportFormat(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EXPORT_FORMAT_UNSPECIFIED: _ClassVar[ExportFormat]
    EXPORT_FORMAT_ZIP: _ClassVar[ExportFormat]
    EXPORT_FORMAT_STEM_MP4: _ClassVar[ExportFormat]
EXPORT_FORMAT_UNSPECIFIED: ExportFormat
EXPORT_FORMAT_ZIP: ExportFormat
EXPORT_FORMAT_STEM_MP4: ExportFormat

class ListModelsRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListModelsResponse(_message.Message):
    __slots__ = ("models", "next_page_token")
    MODELS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    models: _containers.RepeatedCompositeFieldContainer[_separation_pb2.Model]
    next_page_token: str
    def __init__(self, models: _Optional[_Iterable[_Union[_separation_pb2.Model, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListDevicesRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListDevicesResponse(_message.Message):
    __slots__ = ("devices", "waiting_count")
    DEVICES_FIELD_NUMBER: _ClassVar[int]
    WAITING_COUNT_FIELD_NUMBER: _ClassVar[int]
    devices: _containers.RepeatedCompositeFieldContainer[_device_pb2.Device]
    waiting_count: int
    def __init__(self, devices: _Optional[_Iterable[_Union[_device_pb2.Device, _Mapping]]] = ..., waiting_count: _Optional[int] = ...) -> None: ...

class GetModelRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class GetModelResponse(_message.Message):
    __slots__ = ("model",)
    MODEL_FIELD_NUMBER: _ClassVar[int]
    model: _separation_pb2.Model
    def __init__(self, model: _Optional[_Union[_separation_pb2.Model, _Mapping]] = ...) -> None: ...

class CreateSeparationRequest(_message.Message):
    __slots__ = ("parent", "separation", "request_id")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    SEPARATION_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    parent: str
    separation: _separation_pb2.Separation
    request_id: str
    def __init__(self, parent: _Optional[str] = ..., separation: _Optional[_Union[_separation_pb2.Separation, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class CreateSeparationResponse(_message.Message):
    __slots__ = ("separation",)
    SEPARATION_FIELD_NUMBER: _ClassVar[int]
    separation: _separation_pb2.Separation
    def __init__(self, separation: _Optional[_Union[_separation_pb2.Separation, _Mapping]] = ...) -> None: ...

class GetSeparationRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class GetSeparationResponse(_message.Message):
    __slots__ = ("separation",)
    SEPARATION_FIELD_NUMBER: _ClassVar[int]
    separation: _separation_pb2.Separation
    def __init__(self, separation: _Optional[_Union[_separation_pb2.Separation, _Mapping]] = ...) -> None: ...

class ListSeparationsRequest(_message.Message):
    __slots__ = ("parent", "page_size", "page_token")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    parent: str
    page_size: int
    page_token: str
    def __init__(self, parent: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListSeparationsResponse(_message.Message):
    __slots__ = ("separations", "next_page_token")
    SEPARATIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    separations: _containers.RepeatedCompositeFieldContainer[_separation_pb2.Separation]
    next_page_token: str
    def __init__(self, separations: _Optional[_Iterable[_Union[_separation_pb2.Separation, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class WatchSeparationRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class WatchSeparationResponse(_message.Message):
    __slots__ = ("separation",)
    SEPARATION_FIELD_NUMBER: _ClassVar[int]
    separation: _separation_pb2.Separation
    def __init__(self, separation: _Optional[_Union[_separation_pb2.Separation, _Mapping]] = ...) -> None: ...

class StreamStemRequest(_message.Message):
    __slots__ = ("name", "stem", "encoding")
    NAME_FIELD_NUMBER: _ClassVar[int]
    STEM_FIELD_NUMBER: _ClassVar[int]
    ENCODING_FIELD_NUMBER: _ClassVar[int]
    name: str
    stem: str
    encoding: _audio_pb2.AudioEncoding
    def __init__(self, name: _Optional[str] = ..., stem: _Optional[str] = ..., encoding: _Optional[_Union[_audio_pb2.AudioEncoding, str]] = ...) -> None: ...

class StreamStemResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: _httpbody_pb2.HttpBody
    def __init__(self, data: _Optional[_Union[_httpbody_pb2.HttpBody, _Mapping]] = ...) -> None: ...

class ExportSeparationRequest(_message.Message):
    __slots__ = ("name", "format")
    NAME_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    name: str
    format: ExportFormat
    def __init__(self, name: _Optional[str] = ..., format: _Optional[_Union[ExportFormat, str]] = ...) -> None: ...

class ExportSeparationResponse(_message.Message):
    __slots__ = ("data", "filename")
    DATA_FIELD_NUMBER: _ClassVar[int]
    FILENAME_FIELD_NUMBER: _ClassVar[int]
    data: _httpbody_pb2.HttpBody
    filename: str
    def __init__(self, data: _Optional[_Union[_httpbody_pb2.HttpBody, _Mapping]] = ..., filename: _Optional[str] = ...) -> None: ...

class CancelSeparationRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class CancelSeparationResponse(_message.Message):
    __slots__ = ("separation",)
    SEPARATION_FIELD_NUMBER: _ClassVar[int]
    separation: _separation_pb2.Separation
    def __init__(self, separation: _Optional[_Union[_separation_pb2.Separation, _Mapping]] = ...) -> None: ...

class RetrySeparationRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class RetrySeparationResponse(_message.Message):
    __slots__ = ("separation",)
    SEPARATION_FIELD_NUMBER: _ClassVar[int]
    separation: _separation_pb2.Separation
    def __init__(self, separation: _Optional[_Union[_separation_pb2.Separation, _Mapping]] = ...) -> None: ...

class InstallModelRequest(_message.Message):
    __slots__ = ("name", "request_id")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    name: str
    request_id: str
    def __init__(self, name: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class InstallModelResponse(_message.Message):
    __slots__ = ("installation",)
    INSTALLATION_FIELD_NUMBER: _ClassVar[int]
    installation: _installation_pb2.Installation
    def __init__(self, installation: _Optional[_Union[_installation_pb2.Installation, _Mapping]] = ...) -> None: ...

class RemoveModelRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class RemoveModelResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetInstallationRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class GetInstallationResponse(_message.Message):
    __slots__ = ("installation",)
    INSTALLATION_FIELD_NUMBER: _ClassVar[int]
    installation: _installation_pb2.Installation
    def __init__(self, installation: _Optional[_Union[_installation_pb2.Installation, _Mapping]] = ...) -> None: ...

class ListInstallationsRequest(_message.Message):
    __slots__ = ("parent", "page_size", "page_token")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    parent: str
    page_size: int
    page_token: str
    def __init__(self, parent: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListInstallationsResponse(_message.Message):
    __slots__ = ("installations", "next_page_token")
    INSTALLATIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    installations: _containers.RepeatedCompositeFieldContainer[_installation_pb2.Installation]
    next_page_token: str
    def __init__(self, installations: _Optional[_Iterable[_Union[_installation_pb2.Installation, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class WatchInstallationRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class WatchInstallationResponse(_message.Message):
    __slots__ = ("installation",)
    INSTALLATION_FIELD_NUMBER: _ClassVar[int]
    installation: _installation_pb2.Installation
    def __init__(self, installation: _Optional[_Union[_installation_pb2.Installation, _Mapping]] = ...) -> None: ...

class CancelInstallationRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class CancelInstallationResponse(_message.Message):
    __slots__ = ("installation",)
    INSTALLATION_FIELD_NUMBER: _ClassVar[int]
    installation: _installation_pb2.Installation
    def __init__(self, installation: _Optional[_Union[_installation_pb2.Installation, _Mapping]] = ...) -> None: ...
