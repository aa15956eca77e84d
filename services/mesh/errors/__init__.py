"""Every error a client can see, one class for each ErrorReason of the contract.

    MeshError
    ├── any service      InvalidRequest, PageTokenInvalid, RequestIdReused, Unauthenticated, PermissionDenied,
    │                    ServerDraining, DependencyUnavailable, StorageFull, Internal
    ├── tracks, files    TrackNotFound, ArtifactNotFound, BlobMissing, AudioEmpty, AudioUndecodable, AudioTruncated,
    │                    AudioNotFinite, AudioTooLong, AudioLayoutUnsupported, UploadTooLarge
    ├── separation       ModelNotFound, ModelNotInstalled, StemUnknown, SeparationNotFound, JobStateConflict, QueueFull,
    │                    WorkerLost, OutOfMemory, WeightsCorrupt, DeviceUnavailable
    ├── downloads        DownloadNotFound, LinkUnsupported, AddressForbidden, ProviderDisabled, ProviderNotReady,
    │                    ProviderBlocked, ProviderFailed, AgeRestricted, TooLong, TooLarge, SourceNotFound,
    │                    SourceUnavailable, SourceNotAudio, NoMatch
    ├── models           ModelInUse, InstallationNotFound, WeightsUnreachable, WeightsRefused, WeightsMissing
    ├── analysis         AnalysisNotFound, ResultsMissing, MusicChanged
    ├── exports          StemsUnsuitable
    ├── spotify          LinkInvalid, SpotifyNotConfigured, SpotifyCredentialsRejected, SpotifyRateLimited,
    │                    SpotifyNotFound, SpotifyForbidden, SpotifyAuthorizationFailed
    └── events           CursorInvalid

Handlers raise them; `services.mesh.calls` alone turns them into a gRPC status. Messages say what is wrong and what to do;
everything variable in a message also stands in the metadata.
"""

from services.mesh.errors.analysis import (
    AnalysisNotFound,
    MusicChanged,
    ResultsMissing,
)
from services.mesh.errors.base import (
    DOMAIN,
    ErrorRecord,
    MeshError,
    Violation,
    class_of,
)
from services.mesh.errors.common import (
    DependencyUnavailable,
    Internal,
    InvalidRequest,
    PageTokenInvalid,
    PermissionDenied,
    RequestIdReused,
    ServerDraining,
    StorageFull,
    Unauthenticated,
)
from services.mesh.errors.download import (
    AddressForbidden,
    AgeRestricted,
    DownloadNotFound,
    LinkUnsupported,
    NoMatch,
    ProviderBlocked,
    ProviderDisabled,
    ProviderFailed,
    ProviderNotReady,
    SourceNotAudio,
    SourceNotFound,
    SourceUnavailable,
    TooLarge,
    TooLong,
)
from services.mesh.errors.library import (
    ArtifactNotFound,
    AudioEmpty,
    AudioLayoutUnsupported,
    AudioNotFinite,
    AudioTooLong,
    AudioTruncated,
    AudioUndecodable,
    BlobMissing,
    TrackNotFound,
    UploadTooLarge,
)
from services.mesh.errors.models import (
    InstallationNotFound,
    ModelInUse,
    StemsUnsuitable,
    WeightsMissing,
    WeightsRefused,
    WeightsUnreachable,
)
from services.mesh.errors.processing import (
    DeviceUnavailable,
    JobStateConflict,
    ModelNotFound,
    ModelNotInstalled,
    OutOfMemory,
    QueueFull,
    SeparationNotFound,
    StemUnknown,
    WeightsCorrupt,
    WorkerLost,
)
from services.mesh.errors.realtime import (
    CursorInvalid,
)
from services.mesh.errors.spotify import (
    LinkInvalid,
    SpotifyAuthorizationFailed,
    SpotifyCredentialsRejected,
    SpotifyForbidden,
    SpotifyNotConfigured,
    SpotifyNotFound,
    SpotifyRateLimited,
)

__all__ = [
    "DOMAIN",
    "AddressForbidden",
    "AgeRestricted",
    "AnalysisNotFound",
    "ArtifactNotFound",
    "AudioEmpty",
    "AudioLayoutUnsupported",
    "AudioNotFinite",
    "AudioTooLong",
    "AudioTruncated",
    "AudioUndecodable",
    "BlobMissing",
    "CursorInvalid",
    "DependencyUnavailable",
    "DeviceUnavailable",
    "DownloadNotFound",
    "ErrorRecord",
    "InstallationNotFound",
    "Internal",
    "InvalidRequest",
    "JobStateConflict",
    "LinkInvalid",
    "LinkUnsupported",
    "MeshError",
    "ModelInUse",
    "ModelNotFound",
    "ModelNotInstalled",
    "MusicChanged",
    "NoMatch",
    "OutOfMemory",
    "PageTokenInvalid",
    "PermissionDenied",
    "ProviderBlocked",
    "ProviderDisabled",
    "ProviderFailed",
    "ProviderNotReady",
    "QueueFull",
    "RequestIdReused",
    "ResultsMissing",
    "SeparationNotFound",
    "ServerDraining",
    "SourceNotAudio",
    "SourceNotFound",
    "SourceUnavailable",
    "SpotifyAuthorizationFailed",
    "SpotifyCredentialsRejected",
    "SpotifyForbidden",
    "SpotifyNotConfigured",
    "SpotifyNotFound",
    "SpotifyRateLimited",
    "StemUnknown",
    "StemsUnsuitable",
    "StorageFull",
    "TooLarge",
    "TooLong",
    "TrackNotFound",
    "Unauthenticated",
    "UploadTooLarge",
    "Violation",
    "WeightsCorrupt",
    "WeightsMissing",
    "WeightsRefused",
    "WeightsUnreachable",
    "WorkerLost",
    "class_of",
]
