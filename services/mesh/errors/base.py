"""What an error is: a gRPC code, a reason of the contract, and the details that travel with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from google.protobuf import any_pb2, duration_pb2
from google.rpc import error_details_pb2, status_pb2
from grpc import StatusCode

DOMAIN = "sound-forge-alchemy"


@dataclass(frozen=True)
class Violation:
    """One malformed field of a request."""

    field: str
    description: str


@dataclass(frozen=True)
class ErrorRecord:
    """An error as data: what a failed job keeps."""

    code: int
    reason: str
    message: str
    metadata: Mapping[str, str] = field(default_factory=dict)

    def to_status(self) -> status_pb2.Status:
        """Builds the google.rpc.Status with its ErrorInfo."""
        info = error_details_pb2.ErrorInfo(reason=self.reason, domain=DOMAIN, metadata=self.metadata)
        return status_pb2.Status(code=self.code, message=self.message, details=[_packed(info)])


class MeshError(Exception):
    """An error with a gRPC code and a reason from the contract.

    A subclass that states its reason is the one class for it; see `class_of`.
    """

    code: StatusCode
    reason: str

    def __init_subclass__(cls) -> None:
        """Enters the class under its reason. One without, whose instances know theirs, is not entered."""
        reason = cls.__dict__.get("reason")
        if reason is not None and _BY_REASON.setdefault(reason, cls) is not cls:
            raise TypeError(f"{cls.__name__} and {_BY_REASON[reason].__name__} have the same reason {reason}")

    def __init__(
        self,
        message: str,
        *,
        metadata: Mapping[str, object] | None = None,
        violations: Sequence[Violation] = (),
        retry_after: float | None = None,
    ) -> None:
        """Makes an error.

        Args:
            message: a sentence or two for people: what is wrong, and what to do next.
            metadata: the variable parts of the message, for programs.
            violations: malformed fields, sent as google.rpc.BadRequest.
            retry_after: seconds after which a retry makes sense, sent as google.rpc.RetryInfo.
        """
        super().__init__(message)
        self.message = message
        self.metadata = {key: str(value) for key, value in (metadata or {}).items()}
        self.violations = tuple(violations)
        self.retry_after = retry_after

    def to_record(self) -> ErrorRecord:
        """Returns the error as data."""
        return ErrorRecord(self.code.value[0], self.reason, self.message, self.metadata)

    def to_status(self) -> status_pb2.Status:
        """Builds the google.rpc.Status with all its details."""
        status = self.to_record().to_status()
        if self.violations:
            fields = [
                error_details_pb2.BadRequest.FieldViolation(field=v.field, description=v.description)
                for v in self.violations
            ]
            status.details.append(_packed(error_details_pb2.BadRequest(field_violations=fields)))
        if self.retry_after is not None:
            delay = duration_pb2.Duration()
            delay.FromNanoseconds(int(self.retry_after * 1e9))
            status.details.append(_packed(error_details_pb2.RetryInfo(retry_delay=delay)))
        if self.code is StatusCode.NOT_FOUND and "name" in self.metadata:
            resource = error_details_pb2.ResourceInfo(resource_name=self.metadata["name"])
            status.details.append(_packed(resource))
        return status


_BY_REASON: dict[str, type[MeshError]] = {}


def class_of(reason: str) -> type[MeshError] | None:
    """Returns the class of a reason; None for a reason that no class states."""
    return _BY_REASON.get(reason)


def _packed(message: error_details_pb2.ErrorInfo) -> any_pb2.Any:
    packed = any_pb2.Any()
    packed.Pack(message)
    return packed
