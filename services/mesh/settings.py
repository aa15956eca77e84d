"""Settings, read from the environment once, with every fault reported together.

A service declares a frozen dataclass whose fields are made by `setting`, and reads it with `read_settings`:

    @dataclass(frozen=True, kw_only=True)
    class Settings(ServiceSettings):
        max_upload_bytes: int = setting("MAX_UPLOAD_BYTES", "Largest upload, in bytes.", default="2GiB", parse=byte_count)

Nothing else in the product reads the environment.
"""

import dataclasses
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

_ENV = "env"
_REQUIRED = object()

T = TypeVar("T")

_BYTE_UNITS = {"": 1, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30, "TIB": 2**40}


class CannotStart(Exception):
    """A process lacks what it needs to run; the message says what to mend."""


class SettingsInvalid(CannotStart):
    """One or more environment variables are missing or malformed; the message lists them all."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("These settings are wrong:\n" + "\n".join(f"  {fault}" for fault in faults))
        self.faults = faults


@dataclass(frozen=True)
class _Source:
    env: str
    doc: str
    default: Any
    parse: Callable[[str], Any]


def setting(env: str, doc: str, *, default: object = _REQUIRED, parse: Callable[[str], Any] = str) -> Any:  # noqa: ANN401 (as dataclasses.field)
    """Declares a dataclass field that is read from the environment variable `env`.

    Args:
        env: name of the variable.
        doc: one sentence for people, with the unit.
        default: the text to parse where the variable is unset or empty, or a function from the fields read so far to the
            value. Without a default the variable is required.
        parse: turns the text into the value; raises ValueError with a sentence for people.
    """
    return dataclasses.field(metadata={_ENV: _Source(env, doc, default, parse)})


def read_settings(cls: type[T], environ: Mapping[str, str] | None = None) -> T:
    """Reads a settings class from the environment.

    Raises:
        SettingsInvalid: if any variable is missing or malformed; all faults are listed.
    """
    environ = os.environ if environ is None else environ
    values: dict[str, Any] = {}
    faults: list[str] = []
    for field in dataclasses.fields(cls):  # type: ignore[arg-type]  # callers pass dataclasses
        source: _Source = field.metadata[_ENV]
        text = environ.get(source.env) or (source.default if isinstance(source.default, str) else None)
        try:
            if text is not None:
                values[field.name] = source.parse(text)
            elif source.default is _REQUIRED:
                faults.append(f"{source.env} is not set. {source.doc}")
            elif not faults:
                # A derived default needs the fields before it; with faults among them there is nothing to derive from.
                values[field.name] = source.default(values) if callable(source.default) else source.default
        except ValueError as error:
            faults.append(f"{source.env}={text!r}: {error}. {source.doc}")
    if faults:
        raise SettingsInvalid(faults)
    return cls(**values)


def describe(cls: type) -> list[tuple[str, str, str | None]]:
    """Lists (variable, meaning, default text or None) of a settings class, for documentation and tests."""
    sources = [field.metadata[_ENV] for field in dataclasses.fields(cls)]
    return [(s.env, s.doc, s.default if isinstance(s.default, str) else None) for s in sources]


def byte_count(text: str) -> int:
    """Parses "2GiB", "512 MiB" or a plain number into bytes."""
    match = re.fullmatch(r"(\d+)\s*([KMGT]iB)?", text.strip(), re.IGNORECASE)
    if not match:
        raise ValueError('write a number of bytes, or one with a unit such as "512MiB" or "2GiB"')
    return int(match[1]) * _BYTE_UNITS[(match[2] or "").upper()]


def positive_seconds(text: str) -> float:
    """Parses a positive number of seconds."""
    value = float(text)
    if not value > 0:
        raise ValueError("must be a positive number of seconds")
    return value


def port_number(text: str) -> int:
    """Parses a TCP port; 0 stands for "any free one" or "off", as the setting says."""
    value = int(text)
    if not 0 <= value <= 65535:  # noqa: PLR2004 (the range of ports)
        raise ValueError("must be a port between 0 and 65535")
    return value


def one_of(*choices: str) -> Callable[[str], str]:
    """Makes a parser that accepts only `choices`."""

    def parse(text: str) -> str:
        if text not in choices:
            raise ValueError(f"must be one of {', '.join(choices)}")
        return text

    return parse


@dataclass(frozen=True, kw_only=True)
class ServiceSettings:
    """What every service reads."""

    host: str = setting("HOST", "Address to listen on.", default="127.0.0.1")
    port: int = setting("PORT", "Port of the gRPC server; 0 = any free one.", parse=port_number)
    metrics_port: int = setting("METRICS_PORT", "Port for Prometheus metrics; 0 = off.", default="0", parse=port_number)
    health_port: int = setting(
        "HEALTH_PORT",
        "Port at which a worker, which serves no calls, answers the health protocol; 0 = off.",
        default="0",
        parse=port_number,
    )
    redis_url: str = setting("REDIS_URL", "Redis or Valkey, redis://...", default="redis://127.0.0.1:6379/0")
    log_level: str = setting(
        "LOG_LEVEL", "Least severe level to log.", default="info", parse=one_of("debug", "info", "warning", "error")
    )
    log_format: str = setting("LOG_FORMAT", "json or console.", default="json", parse=one_of("json", "console"))
    data_dir: Path = setting("DATA_DIR", "Directory for blobs, database and models.", parse=Path)
    mesh_key_file: Path = setting(
        "MESH_KEY_FILE",
        "File with the secret by which the gateway and the services know each other; made if there is none. "
        "Default: DATA_DIR/mesh.key.",
        default=lambda values: values["data_dir"] / "mesh.key",
        parse=Path,
    )
    drain_seconds: float = setting(
        "DRAIN_SECONDS",
        "How long calls in flight may go on after SIGTERM, in seconds.",
        default="10",
        parse=positive_seconds,
    )
    traces_endpoint: str = setting(
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "Where spans go, http://host:4317 (OTLP over gRPC); empty = nowhere.",
        default="",
    )
