"""Errors of downloads."""

from grpc import StatusCode

from services.mesh.errors.base import MeshError

_PROGRAMS = {"page": "yt-dlp"}


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
            f"The link cannot be fetched: {detail}. Give the address of an audio file, of a page that plays"
            " one, or of a track of Spotify.",
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
            f"Fetching failed ({detail}). Retry; if it stays so, update {_PROGRAMS.get(provider, provider)} on the server.",
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


class NoMatch(MeshError):
    """The song was looked for and not found."""

    code = StatusCode.NOT_FOUND
    reason = "NO_MATCH"

    def __init__(self, link: str, title: str, artist: str) -> None:
        super().__init__(
            f"Nothing was found that sounds like {title!r} by {artist}. Give the address of a page that plays it.",
            metadata={"link": link, "title": title, "artist": artist},
        )
