import datetime

from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.api import resource_pb2 as _resource_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Device(_message.Message):
    __slots__ = ("device", "hardware", "precision", "state", "separation", "start_time")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Device.State]
        STATE_STARTING: _ClassVar[Device.State]
        STATE_IDLE: _ClassVar[Device.State]
        STATE_BUSY: _ClassVar[Device.State]
        STATE_UNAVAILABLE: _ClassVar[Device.State]
    STATE_UNSPECIFIED: Device.State
    STATE_STARTING: Device.State
    STATE_IDLE: Device.State
    STATE_BUSY: Device.State
    STATE_UNAVAILABLE: Device.State
    DEVICE_FIELD_NUMBER: _ClassVar[int]
    HARDWARE_FIELD_NUMBER: _ClassVar[int]
    PRECISION_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    SEPARATION_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    device: str
    hardware: str
    precision: str
    state: Device.State
    separation: str
    start_time: _timestamp_pb2.Timestamp
    def __init__(self, device: _Optional[str] = ..., hardware: _Optional[str] = ..., precision: _Optional[str] = ..., state: _Optional[_Union[Device.State, str]] = ..., separation: _Optional[str] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
