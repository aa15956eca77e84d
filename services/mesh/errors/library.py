"""Errors of tracks and their files."""

from grpc import StatusCode

from services.mesh.errors.base import MeshError


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
