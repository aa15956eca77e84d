"""Translates what grpclib raises into `sfa.errors`: the only place that knows both."""

import asyncio
import ssl
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar

import betterproto2
from grpclib.const import Status
from grpclib.encoding.base import StatusDetailsCodecBase
from grpclib.exceptions import GRPCError, ProtocolError, StreamTerminatedError

from alchemy_sdk.alchemy.processing.v1 import Installation, Separation
from alchemy_sdk.google import rpc
from sfa import errors
from sfa.errors import MeshError, Violation
from sfa.target import Target

M = TypeVar("M", bound=betterproto2.Message)

_BY_STATUS: Final[dict[Status, type[MeshError]]] = {
    Status.CANCELLED: errors.Unavailable,  # our own cancellations never arrive here: the server gave up on the call
    Status.UNKNOWN: errors.Internal,
    Status.INVALID_ARGUMENT: errors.InvalidArgument,
    Status.DEADLINE_EXCEEDED: errors.DeadlineExceeded,
    Status.NOT_FOUND: errors.NotFound,
    Status.ALREADY_EXISTS: errors.AlreadyExists,
    Status.PERMISSION_DENIED: errors.PermissionDenied,
    Status.RESOURCE_EXHAUSTED: errors.ResourceExhausted,
    Status.FAILED_PRECONDITION: errors.FailedPrecondition,
    Status.ABORTED: errors.FailedPrecondition,
    Status.OUT_OF_RANGE: errors.OutOfRange,
    Status.UNIMPLEMENTED: errors.Internal,
    Status.INTERNAL: errors.Internal,
    Status.UNAVAILABLE: errors.Unavailable,
    Status.DATA_LOSS: errors.DataLoss,
    Status.UNAUTHENTICATED: errors.Unauthenticated,
}


# Their names say all there is to say, and are reasons of the contract too or better than none.
_TELLING: Final = {Status.UNIMPLEMENTED, Status.UNAUTHENTICATED}


class StatusCodec(StatusDetailsCodecBase):
    """Reads the `grpc-status-details-bin` trailer with the SDK's own messages; grpclib's needs google.protobuf."""

    def encode(self, status: Status, message: str | None, details: Any) -> bytes:  # noqa: ANN401 -- grpclib's signature
        """Servers encode; this is a client."""
        raise NotImplementedError

    def decode(self, status: Status, message: str | None, data: bytes) -> rpc.Status | None:  # noqa: ARG002
        """The google.rpc.Status, or None where a proxy has sent something else."""
        try:
            return rpc.Status.parse(data)
        except (ValueError, EOFError):
            return None


@contextmanager
def translated(target: Target) -> Iterator[None]:
    """Raises the MeshError that says what a failed call, or a failed step of a stream, means to the caller."""
    task = asyncio.current_task()
    cancellations = task.cancelling() if task else 0
    try:
        yield
    except GRPCError as error:
        raise _from_status(error) from error
    except TimeoutError as error:
        raise errors.DeadlineExceeded(f"{target} did not answer in time.", reason="DEADLINE_EXCEEDED") from error
    except ssl.SSLCertVerificationError as error:
        message = f"The certificate of {target} is not trusted here: {error.verify_message}."
        raise errors.Untrusted(message, reason="UNTRUSTED") from error
    except ssl.SSLError as error:
        raise errors.Unavailable(f"No trusted connection to {target}: {error}.", reason="UNREACHABLE") from error
    except OSError as error:
        raise errors.Unavailable(f"Nothing answers at {target}: {error}.", reason="UNREACHABLE") from error
    except (StreamTerminatedError, ProtocolError) as error:
        raise errors.Unavailable(f"The connection to {target} was cut: {error}.", reason="STREAM_CUT") from error
    finally:
        # grpclib wakes a waiting call by cancelling its task and then swallows the CancelledError, which leaves the
        # task marked as cancelled: asyncio.timeout and asyncio.Runner would draw wrong conclusions later.
        if task and isinstance(sys.exception(), MeshError) and task.cancelling() > cancellations:
            task.uncancel()


def failure(separation: Separation) -> errors.SeparationFailed:
    """The exception for a separation that ended without a result."""
    status = separation.error or rpc.Status()
    info = _detail(status, rpc.ErrorInfo) or rpc.ErrorInfo()
    return errors.SeparationFailed(
        status.message or f"{separation.name} failed.",
        separation=separation,
        reason=info.reason,
        metadata=info.metadata,
    )


def reason_of(installation: Installation) -> tuple[str, str]:
    """Reason and message of an installation that failed."""
    status = installation.error or rpc.Status()
    info = _detail(status, rpc.ErrorInfo) or rpc.ErrorInfo()
    return info.reason, status.message


def reason_of_status(status: rpc.Status | None) -> tuple[str, str]:
    """Reason and message of the error that a failed job keeps."""
    status = status or rpc.Status()
    info = _detail(status, rpc.ErrorInfo) or rpc.ErrorInfo()
    return info.reason, status.message


def _from_status(error: GRPCError) -> MeshError:
    status = error.details if isinstance(error.details, rpc.Status) else rpc.Status()
    info = _detail(status, rpc.ErrorInfo) or rpc.ErrorInfo()
    bad = _detail(status, rpc.BadRequest) or rpc.BadRequest()
    retry = _detail(status, rpc.RetryInfo)
    return _BY_STATUS.get(error.status, errors.Internal)(
        error.message or f"The call ended with {error.status.name} and no message.",
        reason=info.reason or (error.status.name if error.status in _TELLING else ""),
        metadata=info.metadata,
        violations=[Violation(field=v.field, description=v.description) for v in bad.field_violations],
        retry_after=retry.retry_delay.total_seconds() if retry and retry.retry_delay is not None else None,
    )


def _detail(status: rpc.Status, kind: type[M]) -> M | None:
    wanted = f"/google.rpc.{kind.__name__}"
    return next((kind.parse(any_.value) for any_ in status.details if any_.type_url.endswith(wanted)), None)
