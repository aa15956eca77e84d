"""Settings of the studio's file server."""

from dataclasses import dataclass
from pathlib import Path

from services.mesh.settings import one_of, port_number, setting


def built_page(text: str) -> Path:
    """Parses the directory of a built page."""
    path = Path(text)
    if not (path / "index.html").is_file():
        raise ValueError("holds no index.html; `make studio` builds the page")
    return path


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the server reads. It needs neither Redis nor data, so it does not read what services do."""

    host: str = setting("HOST", "Address to listen on.", default="127.0.0.1")
    port: int = setting("PORT", "Port of the HTTP server.", default="3008", parse=port_number)
    page: Path = setting("STUDIO_DIR", "Directory of the built page.", default="web/dist", parse=built_page)
    log_level: str = setting(
        "LOG_LEVEL", "Least severe level to log.", default="info", parse=one_of("debug", "info", "warning", "error")
    )
    log_format: str = setting("LOG_FORMAT", "json or console.", default="json", parse=one_of("json", "console"))
