from alchemy.analysis.v1 import analysis_pb2 as _analysis_pb2
from alchemy.processing.v1 import separation_pb2 as _separation_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.rpc import status_pb2 as _status_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Then(_message.Message):
    __slots__ = ("separate", "analyze")
    SEPARATE_FIELD_NUMBER: _ClassVar[int]
    ANALYZE_FIELD_NUMBER: _ClassVar[int]
    separate: _separation_pb2.Separation
    analyze: _analysis_pb2.Analysis
    def __init__(self, separate: _Optional[_Union[_separation_pb2.Separation, _Mapping]] = ..., analyze: _Optional[_Union[_analysis_pb2.Analysis, _Mapping]] = ...) -> None: ...

class Step(_message.Message):
    __slots__ = ("action", "state", "job", "error")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Step.State]
        STATE_PENDING: _ClassVar[Step.State]
        STATE_STARTED: _ClassVar[Step.State]
        STATE_FAILED: _ClassVar[Step.State]
    STATE_UNSPECIFIED: Step.State
    STATE_PENDING: Step.State
    STATE_STARTED: Step.State
    STATE_FAILED: Step.State
    ACTION_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    JOB_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    action: str
    state: Step.State
    job: str
    error: _status_pb2.Status
    def __init__(self, action: _Optional[str] = ..., state: _Optional[_Union[Step.State, str]] = ..., job: _Optional[str] = ..., error: _Optional[_Union[_status_pb2.Status, _Mapping]] = ...) -> None: ...
