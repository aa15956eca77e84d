"""What can go wrong when talking to a mesh.

MeshError
├── InvalidArgument       the request itself is wrong: change it (violations say which fields)
├── NotFound              no such track, artifact, model or separation
├── AlreadyExists         the request_id was used for something else
├── FailedPrecondition    something else must happen first: install a model, wait for a job
├── ResourceExhausted     queue or disk is full: try again later (retry_after says when, if known)
├── OutOfRange            a position that does not exist, such as a cursor of another server
├── PermissionDenied      the token does not allow this
│   └── Unauthenticated   there is no token, or none that is good: sign in
├── Unavailable           the mesh cannot be reached, or is shutting down: try again
├── Untrusted             whoever answers shows a certificate that this machine does not trust
├── DeadlineExceeded      no answer in time
├── DataLoss              bytes are gone, or did not arrive as they were sent
├── Internal              a defect of the server
├── DownloadFailed        a link could not be fetched
├── AnalysisFailed        an analysis ended without results
└── SeparationFailed      the job ended without a result
    └── SeparationCancelled   because somebody cancelled it
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alchemy_sdk.alchemy.processing.v1 import Separation


@dataclass(frozen=True, kw_only=True)
class Violation:
    """One malformed field of a request."""

    field: str
    """Path of the field, for example `separation.wanted_stems[0]`."""
    description: str
    """What is wrong with it, in a sentence."""


class MeshError(Exception):
    """The root of every error that this package raises about a mesh.

    Attributes:
        message: One or more sentences for people. May change; compare `reason` instead.
        reason: A value of alchemy.errors.v1.ErrorReason without its prefix, such as "TRACK_NOT_FOUND". Errors found on
            this side of the network are "UNREACHABLE", "UNTRUSTED", "STREAM_CUT", "DEADLINE_EXCEEDED", "CONTENT_MISMATCH", "SIGNED_OUT" and
            "ISSUER_UNREACHABLE"; an answer that carries no reason, as a proxy between may give, has "".
        metadata: The variable parts of the message, with the keys that ErrorReason documents.
        violations: The malformed fields, for INVALID_REQUEST.
        retry_after: Seconds to wait before the call may succeed, where the server knows.
    """

    def __init__(
        self,
        message: str,
        *,
        reason: str = "",
        metadata: Mapping[str, str] | None = None,
        violations: Sequence[Violation] = (),
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.reason = reason
        self.metadata: Mapping[str, str] = MappingProxyType(dict(metadata or {}))
        self.violations = tuple(violations)
        self.retry_after = retry_after


class InvalidArgument(MeshError):
    """The request, or the audio in it, is not acceptable. Repeating it unchanged will fail again."""


class NotFound(MeshError):
    """The named resource does not exist, or belongs to somebody else."""


class AlreadyExists(MeshError):
    """The request_id was used for a different request within the last day."""


class FailedPrecondition(MeshError):
    """The call is right but comes too early, such as for a model that is not installed yet."""


class ResourceExhausted(MeshError):
    """A queue, a disk or a quota is full."""


class OutOfRange(MeshError):
    """A position outside what the server holds."""


class PermissionDenied(MeshError):
    """The call carries no identity, or one without the right to do this."""


class Unauthenticated(PermissionDenied):
    """The call carries no token, or none that the mesh accepts: `sfa login`, or another token."""


class Unavailable(MeshError):
    """The mesh, or a part of it, cannot be reached at the moment."""


class Untrusted(MeshError):
    """Whoever answers at the mesh's address cannot show a certificate for it that this machine trusts."""


class DeadlineExceeded(MeshError):
    """The answer did not come in time. The call may still have taken effect."""


class DataLoss(MeshError):
    """Bytes are gone from the server, or what arrived is not what its SHA-256 promised."""


class Internal(MeshError):
    """A defect of the server, or an answer that is not one of a mesh at all."""


class DownloadFailed(MeshError):
    """A link was refused, or its download ended without a track. `reason` says why."""


class AnalysisFailed(MeshError):
    """An analysis ended without results, or was cancelled. `reason` says why."""


class SeparationFailed(MeshError):
    """A separation ended in state FAILED. `reason` says why; `separation` is its last snapshot."""

    def __init__(
        self,
        message: str,
        *,
        separation: "Separation",
        reason: str = "",
        metadata: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message, reason=reason, metadata=metadata)
        self.separation = separation


class SeparationCancelled(SeparationFailed):
    """A separation ended in state CANCELLED."""
