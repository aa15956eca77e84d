"""Errors of what Spotify is asked."""

from grpc import StatusCode

from services.mesh.errors.base import MeshError

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
