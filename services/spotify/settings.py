"""Settings of the spotify service."""

from dataclasses import dataclass
from pathlib import Path

from services.mesh.settings import ServiceSettings, port_number, positive_seconds, setting


@dataclass(frozen=True, kw_only=True)
class Settings(ServiceSettings):
    """What the service reads."""

    port: int = setting("PORT", "Port of the gRPC server.", default="3001", parse=port_number)
    client_id: str = setting(
        "SPOTIFY_CLIENT_ID",
        "Client id of your application at developer.spotify.com; empty = Spotify is off.",
        default="",
    )
    client_secret: str = setting(
        "SPOTIFY_CLIENT_SECRET", "Client secret of that application; empty = Spotify is off.", default=""
    )
    api_url: str = setting("SPOTIFY_API_URL", "Where the Web API is.", default="https://api.spotify.com/v1/")
    accounts_url: str = setting(
        "SPOTIFY_ACCOUNTS_URL", "Where Spotify gives out tokens.", default="https://accounts.spotify.com"
    )
    token_key_file: Path = setting(
        "SPOTIFY_TOKEN_KEY_FILE",
        "File with the key that encrypts users' tokens, made if absent; DATA_DIR/spotify.key if unset.",
        default=lambda values: values["data_dir"] / "spotify.key",
        parse=Path,
    )
    timeout_seconds: float = setting(
        "SPOTIFY_TIMEOUT_SECONDS",
        "How long one answer of Spotify may take, in seconds.",
        default="8",
        parse=positive_seconds,
    )
    cache_seconds: float = setting(
        "SPOTIFY_CACHE_SECONDS", "How long answers are kept, in seconds.", default="3600", parse=positive_seconds
    )
    negative_cache_seconds: float = setting(
        "SPOTIFY_NEGATIVE_CACHE_SECONDS",
        "How long it is remembered that Spotify has no such thing, in seconds.",
        default="300",
        parse=positive_seconds,
    )
