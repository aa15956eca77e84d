"""Settings of the studio's file server."""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from services.mesh.settings import one_of, port_number, setting


def built_page(text: str) -> Path:
    """Parses the directory of a built page."""
    path = Path(text)
    if not (path / "index.html").is_file():
        raise ValueError("holds no index.html; `make studio` builds the page")
    return path


def origin(text: str) -> str:
    """Parses an issuer; returns the origin of its address, for example "https://id.example.org"; "" for one that is no address."""
    parts = urlsplit(text)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    # A policy is a list of words: what could be more than one of them is not let into it.
    if parts.scheme not in {"http", "https"} or not host or not re.fullmatch(r"[a-z0-9.:\[\]-]+", host):
        return ""
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port else "")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the server reads. It needs neither Redis nor data, so it does not read what services do."""

    host: str = setting("HOST", "Address to listen on.", default="127.0.0.1")
    port: int = setting("PORT", "Port of the HTTP server.", default="3008", parse=port_number)
    page: Path = setting("STUDIO_DIR", "Directory of the built page.", default="web/dist", parse=built_page)
    issuer: str = setting("AUTH_ISSUER", "Who signs people in, as the gateway has it.", default="", parse=origin)
    log_level: str = setting(
        "LOG_LEVEL", "Least severe level to log.", default="info", parse=one_of("debug", "info", "warning", "error")
    )
    log_format: str = setting("LOG_FORMAT", "json or console.", default="json", parse=one_of("json", "console"))
