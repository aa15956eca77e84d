"""Every error a client can see, one class for each ErrorReason of the contract.

    MeshError
    ├── any service      InvalidRequest, PageTokenInvalid, RequestIdReused, Unauthenticated, ServerDraining,
    │                    DependencyUnavailable, StorageFull, Internal
    ├── tracks, files    TrackNotFound, ArtifactNotFound, BlobMissing, AudioEmpty, AudioUndecodable, AudioTruncated,
    │                    AudioNotFinite, AudioTooLong, AudioLayoutUnsupported, UploadTooLarge
    ├── separation       ModelNotFound, ModelNotInstalled, StemUnknown, SeparationNotFound, JobStateConflict, QueueFull,
    │                    WorkerLost, OutOfMemory, WeightsCorrupt, DeviceUnavailable
    ├── downloads        DownloadNotFound, LinkUnsupported, AddressForbidden, ProviderDisabled, ProviderNotReady,
    │                    ProviderBlocked, ProviderFailed, AgeRestricted, TooLong, TooLarge, SourceNotFound,
    │                    SourceUnavailable, SourceNotAudio
    ├── models           ModelInUse, InstallationNotFound, WeightsUnreachable, WeightsRefused, WeightsMissing
    ├── exports          StemsUnsuitable
    ├── spotify          LinkInvalid, SpotifyNotConfigured, SpotifyCredentialsRejected, SpotifyRateLimited,
    │                    SpotifyNotFound, SpotifyForbidden, SpotifyAuthorizationFailed
    └── events           CursorInvalid

Handlers raise them; `services.mesh.calls` alone turns them into a gRPC status. Messages say what is wrong and what to do;
everything variable in a message also stands in the metadata.
"""

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
    """An error with a gRPC code and a reason from the contract."""

    code: StatusCode
    reason: str

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


def _packed(message: error_details_pb2.ErrorInfo) -> any_pb2.Any:
    packed = any_pb2.Any()
    packed.Pack(message)
    return packed


# Any service


class Internal(MeshError):
    """A defect. The client learns a constant sentence and the request id; the log holds the rest."""

    code = StatusCode.INTERNAL
    reason = "INTERNAL"

    def __init__(self, request_id: str) -> None:
        super().__init__(
            f"The server failed. Its log has the details under request id {request_id}.",
            metadata={"request_id": request_id},
        )


class InvalidRequest(MeshError):
    """Fields of the request are malformed; all of them are listed."""

    code = StatusCode.INVALID_ARGUMENT
    reason = "INVALID_REQUEST"

    def __init__(self, violations: Sequence[Violation]) -> None:
        faults = "; ".join(f"{v.field}: {v.description}" for v in violations)
        super().__init__(f"The request is not valid. {faults}.", violations=violations)


class PageTokenInvalid(MeshError):
    """The page token does not belong to this query."""

    code = StatusCode.INVALID_ARGUMENT
    reason = "PAGE_TOKEN_INVALID"

    def __init__(self) -> None:
        super().__init__("The page_token does not belong to this query. Start again without one.")


class RequestIdReused(MeshError):
    """The request_id was used for something else."""

    code = StatusCode.ALREADY_EXISTS
    reason = "REQUEST_ID_REUSED"

    def __init__(self, request_id: str) -> None:
        super().__init__(
            f"The request_id {request_id!r} was used for a different request. Use a fresh one.",
            metadata={"request_id": request_id},
        )


class Unauthenticated(MeshError):
    """No identity came with the call."""

    code = StatusCode.UNAUTHENTICATED
    reason = "UNAUTHENTICATED"

    def __init__(self) -> None:
        super().__init__("The call carries no identity. Call through the gateway, which adds it.")


class ServerDraining(MeshError):
    """The server is shutting down."""

    code = StatusCode.UNAVAILABLE
    reason = "SERVER_DRAINING"

    def __init__(self) -> None:
        super().__init__("The server is restarting. Call again in a second.", retry_after=1.0)


class DependencyUnavailable(MeshError):
    """Another part of the mesh does not answer."""

    code = StatusCode.UNAVAILABLE
    reason = "DEPENDENCY_UNAVAILABLE"

    def __init__(self, dependency: str, *, retry_after: float = 2.0) -> None:
        super().__init__(
            f"{dependency} does not answer. Try again in a moment; `sfa doctor` on the server says more.",
            metadata={"dependency": dependency},
            retry_after=retry_after,
        )


class StorageFull(MeshError):
    """The disk is full."""

    code = StatusCode.RESOURCE_EXHAUSTED
    reason = "STORAGE_FULL"

    def __init__(self) -> None:
        super().__init__("The server's disk is full. Free space there, then try again.")


# Tracks and files


class TrackNotFound(MeshError):
    """No such track, or not the caller's."""

    code = StatusCode.NOT_FOUND
    reason = "TRACK_NOT_FOUND"

    def __init__(self, name: str) -> None:
        super().__init__(f"Track {name} does not exist.", metadata={"name": name})


class ArtifactNotFound(MeshError):
    """No such artifact, or not the caller's."""

    code = StatusCode.NOT_FOUND
    reason = "ARTIFACT_NOT_FOUND"

    def __init__(self, name: str) -> None:
        super().__init__(f"Artifact {name} does not exist.", metadata={"name": name})


class BlobMissing(MeshError):
    """A record's bytes are gone."""

    code = StatusCode.DATA_LOSS
    reason = "BLOB_MISSING"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"The bytes of {name} are missing from the server's store. Upload or separate again.",
            metadata={"name": name},
        )


class AudioEmpty(MeshError):
    """A file of zero bytes, or with no samples at all."""

    code = StatusCode.INVALID_ARGUMENT
    reason = "AUDIO_EMPTY"

    def __init__(self) -> None:
        super().__init__("The file is empty. Send a file that holds audio.")


class AudioUndecodable(MeshError):
    """No decoder reads the file."""

    code = StatusCode.INVALID_ARGUMENT
    reason = "AUDIO_UNDECODABLE"

    def __init__(self, detail: str) -> None:
        super().__init__(
            f"The file cannot be read as audio ({detail}). Send wav, aiff, flac, mp3, ogg, opus, m4a, or mp4, webm, mkv"
            " with sound.",
            metadata={"detail": detail},
        )


class AudioTruncated(MeshError):
    """The file ends too early."""

    code = StatusCode.INVALID_ARGUMENT
    reason = "AUDIO_TRUNCATED"

    def __init__(self, *, claimed_seconds: float, decoded_seconds: float) -> None:
        super().__init__(
            f"The file is cut short: it says it lasts {claimed_seconds:.1f} s, but ends after {decoded_seconds:.1f} s. Send the"
            " complete file.",
            metadata={"claimed_seconds": f"{claimed_seconds:.3f}", "decoded_seconds": f"{decoded_seconds:.3f}"},
        )


class AudioNotFinite(MeshError):
    """NaN or infinity among the samples."""

    code = StatusCode.INVALID_ARGUMENT
    reason = "AUDIO_NOT_FINITE"

    def __init__(self, *, first_bad_second: float) -> None:
        super().__init__(
            f"The file holds samples that are not numbers (NaN or infinite), first at {first_bad_second:.3f} s. Export it again.",
            metadata={"first_bad_second": f"{first_bad_second:.3f}"},
        )


class UploadTooLarge(MeshError):
    """More bytes than the server accepts."""

    code = StatusCode.INVALID_ARGUMENT
    reason = "UPLOAD_TOO_LARGE"

    def __init__(self, *, limit_bytes: int) -> None:
        super().__init__(
            f"The file is larger than this server accepts ({limit_bytes} bytes).", metadata={"limit_bytes": limit_bytes}
        )


class AudioTooLong(MeshError):
    """More seconds than the server accepts."""

    code = StatusCode.INVALID_ARGUMENT
    reason = "AUDIO_TOO_LONG"

    def __init__(self, *, limit_seconds: float) -> None:
        super().__init__(
            f"The audio is longer than this server accepts ({limit_seconds:g} s). Split it.",
            metadata={"limit_seconds": f"{limit_seconds:g}"},
        )


class AudioLayoutUnsupported(MeshError):
    """Channel count or sample rate out of bounds."""

    code = StatusCode.INVALID_ARGUMENT
    reason = "AUDIO_LAYOUT_UNSUPPORTED"

    def __init__(self, *, channel_count: int, sample_rate_hz: int) -> None:
        super().__init__(
            f"Audio of {channel_count} channels at {sample_rate_hz} Hz is not supported: convert it to stereo at 44100 or"
            " 48000 Hz.",
            metadata={"channel_count": channel_count, "sample_rate_hz": sample_rate_hz},
        )


# Separation


class ModelNotFound(MeshError):
    """No such model in the catalogue."""

    code = StatusCode.NOT_FOUND
    reason = "MODEL_NOT_FOUND"

    def __init__(self, model: str, known: Sequence[str]) -> None:
        super().__init__(
            f"There is no model {model!r}. Known are: {', '.join(known)}.",
            metadata={"model": model, "known": ",".join(known)},
        )


class ModelNotInstalled(MeshError):
    """The weights are not here."""

    code = StatusCode.FAILED_PRECONDITION
    reason = "MODEL_NOT_INSTALLED"

    def __init__(self, model: str, command: str) -> None:
        super().__init__(
            f"The weights of model {model!r} are not on this server. Install them there with: {command}",
            metadata={"model": model, "command": command},
        )


class StemUnknown(MeshError):
    """The model has no such stem."""

    code = StatusCode.INVALID_ARGUMENT
    reason = "STEM_UNKNOWN"

    def __init__(self, stem: str, model: str, known: Sequence[str]) -> None:
        super().__init__(
            f"Model {model!r} has no stem {stem!r}. It separates: {', '.join(known)}.",
            metadata={"stem": stem, "model": model, "known": ",".join(known)},
        )


class SeparationNotFound(MeshError):
    """No such separation, or not the caller's."""

    code = StatusCode.NOT_FOUND
    reason = "SEPARATION_NOT_FOUND"

    def __init__(self, name: str) -> None:
        super().__init__(f"Separation {name} does not exist.", metadata={"name": name})


class JobStateConflict(MeshError):
    """The job's state forbids it."""

    code = StatusCode.FAILED_PRECONDITION
    reason = "JOB_STATE_CONFLICT"

    def __init__(
        self, name: str, state: str, consequence: str = "only a failed or cancelled job can be retried."
    ) -> None:
        super().__init__(
            f"{name} is {state}; {consequence}",
            metadata={"name": name, "state": state},
        )


class QueueFull(MeshError):
    """Too many jobs wait."""

    code = StatusCode.RESOURCE_EXHAUSTED
    reason = "QUEUE_FULL"

    def __init__(self, *, limit: int, retry_after: float) -> None:
        super().__init__(
            f"{limit} jobs wait already. Try again later.", metadata={"limit": limit}, retry_after=retry_after
        )


class WorkerLost(MeshError):
    """Every attempt ended with the death of its worker."""

    code = StatusCode.ABORTED
    reason = "WORKER_LOST"

    def __init__(self, *, attempts: int) -> None:
        super().__init__(
            f"The worker died in each of {attempts} attempts, most often because memory ran out. Free memory or choose a"
            " smaller model, then retry.",
            metadata={"attempts": attempts},
        )


class OutOfMemory(MeshError):
    """The separation does not fit into memory."""

    code = StatusCode.RESOURCE_EXHAUSTED
    reason = "OUT_OF_MEMORY"

    def __init__(self, detail: str) -> None:
        super().__init__(
            f"There is not enough memory for this separation ({detail}). Free memory or choose a smaller model, then retry.",
            metadata={"detail": detail},
        )


class WeightsCorrupt(MeshError):
    """Installed weights differ from their pinned hash."""

    code = StatusCode.DATA_LOSS
    reason = "WEIGHTS_CORRUPT"

    def __init__(self, model: str) -> None:
        super().__init__(
            f"The installed weights of {model!r} are damaged. Install them again: sfa models install {model}",
            metadata={"model": model},
        )


class DeviceUnavailable(MeshError):
    """The device asked for is not there."""

    code = StatusCode.FAILED_PRECONDITION
    reason = "DEVICE_UNAVAILABLE"

    def __init__(self, device: str) -> None:
        super().__init__(
            f"The server is set to compute on {device!r}, which it does not have. Set DEVICE=auto or cpu, or run `sfa doctor`"
            " there.",
            metadata={"device": device},
        )


# Downloads


class DownloadNotFound(MeshError):
    """No such download, or not the caller's."""

    code = StatusCode.NOT_FOUND
    reason = "DOWNLOAD_NOT_FOUND"

    def __init__(self, name: str) -> None:
        super().__init__(f"Download {name} does not exist.", metadata={"name": name})


class LinkUnsupported(MeshError):
    """Nothing here fetches such a link."""

    code = StatusCode.INVALID_ARGUMENT
    reason = "LINK_UNSUPPORTED"

    def __init__(self, link: str, detail: str) -> None:
        super().__init__(
            f"The link cannot be fetched: {detail}. Give the address of an audio file, or of a page that plays one.",
            metadata={"link": link},
        )


class AddressForbidden(MeshError):
    """The link leads to an address that is not public."""

    code = StatusCode.INVALID_ARGUMENT
    reason = "ADDRESS_FORBIDDEN"

    def __init__(self, host: str) -> None:
        super().__init__(
            f"{host} is not an address on the public internet; this server fetches from no other.",
            metadata={"host": host},
        )


class ProviderDisabled(MeshError):
    """The operator has switched the provider off."""

    code = StatusCode.FAILED_PRECONDITION
    reason = "PROVIDER_DISABLED"

    def __init__(self, provider: str) -> None:
        super().__init__(
            f"Links of this kind are switched off on this server (provider {provider!r}; its setting is DOWNLOAD_PROVIDERS).",
            metadata={"provider": provider},
        )


class ProviderNotReady(MeshError):
    """The provider lacks something on this server."""

    code = StatusCode.FAILED_PRECONDITION
    reason = "PROVIDER_NOT_READY"

    def __init__(self, provider: str, detail: str) -> None:
        super().__init__(
            f"The server cannot fetch links of this kind yet: {detail}",
            metadata={"provider": provider, "detail": detail},
        )


class ProviderBlocked(MeshError):
    """The site refuses this server."""

    code = StatusCode.UNAVAILABLE
    reason = "PROVIDER_BLOCKED"

    def __init__(self, provider: str, detail: str) -> None:
        super().__init__(
            f"The site refuses this server ({detail}). Wait and retry; its operator can set cookies or a proxy.",
            metadata={"provider": provider, "detail": detail},
        )


class ProviderFailed(MeshError):
    """The provider failed in a way that is not known."""

    code = StatusCode.UNAVAILABLE
    reason = "PROVIDER_FAILED"

    def __init__(self, provider: str, detail: str) -> None:
        super().__init__(
            f"Fetching failed ({detail}). Retry; if it stays so, update yt-dlp on the server.",
            metadata={"provider": provider, "detail": detail},
        )


class AgeRestricted(MeshError):
    """Only for signed-in adults."""

    code = StatusCode.PERMISSION_DENIED
    reason = "AGE_RESTRICTED"

    def __init__(self, link: str) -> None:
        super().__init__(
            f"{link} is shown only to signed-in adults. The server's operator can set cookies of such an account.",
            metadata={"link": link},
        )


class TooLong(MeshError):
    """The song is longer than the server fetches."""

    code = StatusCode.INVALID_ARGUMENT
    reason = "TOO_LONG"

    def __init__(self, limit_seconds: float) -> None:
        super().__init__(
            f"It is longer than this server fetches ({limit_seconds:g} s).",
            metadata={"limit_seconds": f"{limit_seconds:g}"},
        )


class TooLarge(MeshError):
    """The file is larger than the server fetches."""

    code = StatusCode.INVALID_ARGUMENT
    reason = "TOO_LARGE"

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(
            f"The file is larger than this server fetches ({limit_bytes} bytes).", metadata={"limit_bytes": limit_bytes}
        )


class SourceNotFound(MeshError):
    """There is nothing at the link."""

    code = StatusCode.NOT_FOUND
    reason = "SOURCE_NOT_FOUND"

    def __init__(self, link: str, detail: str) -> None:
        super().__init__(f"There is nothing to fetch at {link} ({detail}).", metadata={"link": link, "detail": detail})


class SourceUnavailable(MeshError):
    """The server of the link does not deliver."""

    code = StatusCode.UNAVAILABLE
    reason = "SOURCE_UNAVAILABLE"

    def __init__(self, host: str, detail: str) -> None:
        super().__init__(f"{host} does not deliver ({detail}). Retry later.", metadata={"host": host, "detail": detail})


class SourceNotAudio(MeshError):
    """The link leads to something that is not audio."""

    code = StatusCode.INVALID_ARGUMENT
    reason = "SOURCE_NOT_AUDIO"

    def __init__(self, link: str, detail: str) -> None:
        super().__init__(f"What is at {link} is not audio ({detail}).", metadata={"link": link, "detail": detail})


# Models


class ModelInUse(MeshError):
    """Jobs that have not ended need the model."""

    code = StatusCode.FAILED_PRECONDITION
    reason = "MODEL_IN_USE"

    def __init__(self, model: str, job: str) -> None:
        super().__init__(
            f"Model {model!r} is in use by {job}. Wait for its end or cancel it, then remove the model.",
            metadata={"model": model, "job": job},
        )


class InstallationNotFound(MeshError):
    """No such installation, or not the caller's."""

    code = StatusCode.NOT_FOUND
    reason = "INSTALLATION_NOT_FOUND"

    def __init__(self, name: str) -> None:
        super().__init__(f"Installation {name} does not exist.", metadata={"name": name})


class WeightsUnreachable(MeshError):
    """The place that publishes the weights does not answer."""

    code = StatusCode.UNAVAILABLE
    reason = "WEIGHTS_UNREACHABLE"

    def __init__(self, model: str, message: str) -> None:
        super().__init__(message, metadata={"model": model})


class WeightsRefused(MeshError):
    """The weights that arrived are not what their source lists."""

    code = StatusCode.DATA_LOSS
    reason = "WEIGHTS_REFUSED"

    def __init__(self, model: str, message: str) -> None:
        super().__init__(message, metadata={"model": model})


class WeightsMissing(MeshError):
    """The weights are not where they should come from."""

    code = StatusCode.FAILED_PRECONDITION
    reason = "WEIGHTS_MISSING"

    def __init__(self, model: str, message: str) -> None:
        super().__init__(message, metadata={"model": model})


class StemsUnsuitable(MeshError):
    """The stems of a separation do not fit the format that is asked for."""

    code = StatusCode.FAILED_PRECONDITION
    reason = "STEMS_UNSUITABLE"

    def __init__(self, name: str, why: str) -> None:
        super().__init__(
            f"{name} cannot be exported in this format: {why}. Separate again without choosing stems, or take a zip.",
            metadata={"name": name, "why": why},
        )


# Spotify

_SPOTIFY_HELP = "https://developer.spotify.com/dashboard"
_SPOTIFY_VARIABLES = "SPOTIFY_CLIENT_ID,SPOTIFY_CLIENT_SECRET"
_SHOWN_LINK_CHARACTERS = 200


class LinkInvalid(MeshError):
    """Not a link that leads to music."""

    code = StatusCode.INVALID_ARGUMENT
    reason = "LINK_INVALID"

    def __init__(self, link: str, detail: str) -> None:
        super().__init__(
            f"This is not a Spotify link to a track, album, playlist or artist: {detail}. Copy it from Spotify with Share,"
            " Copy link.",
            metadata={"link": link[:_SHOWN_LINK_CHARACTERS], "detail": detail},
        )


class SpotifyNotConfigured(MeshError):
    """The mesh has no application to ask Spotify with."""

    code = StatusCode.FAILED_PRECONDITION
    reason = "SPOTIFY_NOT_CONFIGURED"

    def __init__(self) -> None:
        super().__init__(
            f"This mesh has no Spotify credentials. Make an application at {_SPOTIFY_HELP}, then start the mesh with"
            " SPOTIFY_CLIENT_ID and SPOTIFY_CLIENT_SECRET set.",
            metadata={"variables": _SPOTIFY_VARIABLES, "help": _SPOTIFY_HELP},
        )


class SpotifyCredentialsRejected(MeshError):
    """Spotify does not know the application."""

    code = StatusCode.FAILED_PRECONDITION
    reason = "SPOTIFY_CREDENTIALS_REJECTED"

    def __init__(self) -> None:
        super().__init__(
            "Spotify does not accept this mesh's SPOTIFY_CLIENT_ID and SPOTIFY_CLIENT_SECRET. Compare them with those at"
            f" {_SPOTIFY_HELP}.",
            metadata={"variables": _SPOTIFY_VARIABLES, "help": _SPOTIFY_HELP},
        )


class SpotifyRateLimited(MeshError):
    """Spotify wants a pause."""

    code = StatusCode.RESOURCE_EXHAUSTED
    reason = "SPOTIFY_RATE_LIMITED"

    def __init__(self, *, retry_after: float) -> None:
        super().__init__(
            f"Spotify asks this mesh to pause for {retry_after:.0f} s. What was asked before is still answered from the"
            " cache.",
            retry_after=retry_after,
        )


class SpotifyNotFound(MeshError):
    """Not in Spotify's catalogue."""

    code = StatusCode.NOT_FOUND
    reason = "SPOTIFY_NOT_FOUND"

    def __init__(self, name: str) -> None:
        super().__init__(f"Spotify has no {name}, or does not show it to this mesh.", metadata={"name": name})


class SpotifyForbidden(MeshError):
    """Spotify refuses to tell."""

    code = StatusCode.PERMISSION_DENIED
    reason = "SPOTIFY_FORBIDDEN"

    def __init__(self, name: str, detail: str) -> None:
        super().__init__(f"Spotify refuses {name} to this mesh: {detail}", metadata={"name": name, "detail": detail})


class SpotifyAuthorizationFailed(MeshError):
    """A user's account is not, or no longer, connected."""

    code = StatusCode.FAILED_PRECONDITION
    reason = "SPOTIFY_AUTHORIZATION_FAILED"

    def __init__(self, detail: str) -> None:
        super().__init__(
            f"The Spotify account is not connected: {detail}. Begin the authorization again.",
            metadata={"detail": detail},
        )


# Events


class CursorInvalid(MeshError):
    """Not a cursor of this stream."""

    code = StatusCode.OUT_OF_RANGE
    reason = "CURSOR_INVALID"

    def __init__(self) -> None:
        super().__init__("The cursor is not one of this stream. Subscribe without a cursor, and list again.")
