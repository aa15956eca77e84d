"""Settings of the library service."""

from dataclasses import dataclass
from pathlib import Path

from services.mesh.settings import ServiceSettings, byte_count, port_number, positive_seconds, setting


@dataclass(frozen=True, kw_only=True)
class Settings(ServiceSettings):
    """What the library reads."""

    port: int = setting("PORT", "Port of the gRPC server.", default="3005", parse=port_number)
    http_port: int = setting(
        "HTTP_PORT", "Port for media, /openapi.json and /docs; 0 = any free one.", default="3015", parse=port_number
    )
    public_url: str = setting(
        "PUBLIC_URL",
        "Address of the mesh as its users reach it; media addresses begin so.",
        default="http://127.0.0.1:3000",
    )
    processing_target: str = setting(
        "PROCESSING_TARGET",
        "host:port of the processing service, which separates what is to be separated after an upload.",
        default="127.0.0.1:3003",
    )
    analysis_target: str = setting(
        "ANALYSIS_TARGET",
        "host:port of the analysis service, which analyses what is to be analysed after an upload.",
        default="127.0.0.1:3004",
    )
    media_key_file: Path = setting(
        "MEDIA_KEY_FILE",
        "File with the key that signs media addresses, made if absent; DATA_DIR/media.key if unset.",
        default=lambda values: values["data_dir"] / "media.key",
        parse=Path,
    )
    media_ttl_seconds: float = setting(
        "MEDIA_TTL_SECONDS", "How long a media address works, in seconds.", default="21600", parse=positive_seconds
    )
    max_upload_bytes: int = setting("MAX_UPLOAD_BYTES", "Largest upload.", default="2GiB", parse=byte_count)
    max_audio_seconds: float = setting(
        "MAX_AUDIO_SECONDS", "Longest audio, in seconds.", default="14400", parse=positive_seconds
    )
    database_url: str = setting(
        "DATABASE_URL",
        "Database, as SQLAlchemy writes it, with an async driver; SQLite in DATA_DIR if unset.",
        default=lambda values: f"sqlite+aiosqlite:///{(values['data_dir'] / 'library.db').absolute()}",
    )
    ffmpeg: str = setting("FFMPEG", "The ffmpeg to run; empty = the one in its wheel, else on PATH.", default="")
