"""Reading the rich error of a failed call."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import grpc
import grpc.aio
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status


@dataclass
class Failure:
    """What a client learns of a failed call."""

    code: grpc.StatusCode | None = None
    reason: str = ""
    metadata: dict[str, str] = field(default_factory=dict)
    fields: list[str] = field(default_factory=list)
    retry_seconds: float | None = None


@contextmanager
def failing(reason: str) -> Iterator[Failure]:
    """Expects the call in the block to fail with a reason of the contract."""
    failure = Failure()
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        yield failure
    status = rpc_status.from_call(caught.value)
    assert status is not None, f"{caught.value.code()} without details: {caught.value.details()}"
    info, bad, retry = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest(), error_details_pb2.RetryInfo()
    for detail in status.details:
        if detail.Unpack(info):
            failure.reason, failure.metadata = info.reason, dict(info.metadata)
        elif detail.Unpack(bad):
            failure.fields = [violation.field for violation in bad.field_violations]
        elif detail.Unpack(retry):
            failure.retry_seconds = retry.retry_delay.ToTimedelta().total_seconds()
    failure.code = caught.value.code()
    assert failure.reason == reason
