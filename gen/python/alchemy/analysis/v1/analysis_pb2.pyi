import datetime

from alchemy.analysis.v1 import results_pb2 as _results_pb2
from alchemy.type.v1 import job_pb2 as _job_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.api import resource_pb2 as _resource_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.rpc import status_pb2 as _status_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Analysis(_message.Message):
    __slots__ = ("name", "artifact", "features", "mix_only", "state", "progress", "steps", "error", "stems", "results_artifact", "shortfalls", "cancel_requested", "create_time", "start_time", "end_time", "revision")
    class Step(_message.Message):
        __slots__ = ("feature", "fraction", "reused")
        FEATURE_FIELD_NUMBER: _ClassVar[int]
        FRACTION_FIELD_NUMBER: _ClassVar[int]
        REUSED_FIELD_NUMBER: _ClassVar[int]
        feature: _results_pb2.Feature
        fraction: float
        reused: bool
        def __init__(self, feature: _Optional[_Union[_results_pb2.Feature, str]] = ..., fraction: _Optional[float] = ..., reused: _Optional[bool] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    ARTIFACT_FIELD_NUMBER: _ClassVar[int]
    FEATURES_FIELD_NUMBER: _ClassVar[int]
    MIX_ONLY_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    STEMS_FIELD_NUMBER: _ClassVar[int]
    RESULTS_ARTIFACT_FIELD_NUMBER: _ClassVar[int]
    SHORTFALLS_FIELD_NUMBER: _ClassVar[int]
    CANCEL_REQUESTED_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    name: str
    artifact: str
    features: _containers.RepeatedScalarFieldContainer[_results_pb2.Feature]
    mix_only: bool
    state: _job_pb2.JobState
    progress: _job_pb2.Progress
    steps: _containers.RepeatedCompositeFieldContainer[Analysis.Step]
    error: _status_pb2.Status
    stems: _containers.RepeatedScalarFieldContainer[str]
    results_artifact: str
    shortfalls: _containers.RepeatedCompositeFieldContainer[_results_pb2.Shortfall]
    cancel_requested: bool
    create_time: _timestamp_pb2.Timestamp
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    revision: int
    def __init__(self, name: _Optional[str] = ..., artifact: _Optional[str] = ..., features: _Optional[_Iterable[_Union[_results_pb2.Feature, str]]] = ..., mix_only: _Optional[bool] = ..., state: _Optional[_Union[_job_pb2.JobState, str]] = ..., progress: _Optional[_Union[_job_pb2.Progress, _Mapping]] = ..., steps: _Optional[_Iterable[_Union[Analysis.Step, _Mapping]]] = ..., error: _Optional[_Union[_status_pb2.Status, _Mapping]] = ..., stems: _Optional[_Iterable[str]] = ..., results_artifact: _Optional[str] = ..., shortfalls: _Optional[_Iterable[_Union[_results_pb2.Shortfall, _Mapping]]] = ..., cancel_requested: _Optional[bool] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., revision: _Optional[int] = ...) -> None: ...
