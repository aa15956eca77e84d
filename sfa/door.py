"""`python -m sfa.door --out FILE`: the gateway's configuration for a mesh in containers, from the environment.

It runs where the gateway starts, in front of Envoy, so that one image serves every deployment. Besides AUTH and its companions
(sfa/sign_in.py) it reads:

PUBLIC_URL         how clients address this mesh: https://music.example.org. Other than this machine only with AUTH=jwt.
GATEWAY_PORT       the port of the API. Default: 3000.
STUDIO_PORT        one more port with the same on it, for the studio. Default: 8001; 0 = none.
TLS_CERT_FILE      a PEM file with the certificate and its chain; with TLS_KEY_FILE, connections are encrypted. Renewed ones
                   are taken up when they are moved (`mv`) to the places of the old.
TLS_KEY_FILE       a PEM file with the private key.
TLS_REDIRECT_PORT  a port whose plain HTTP sends browsers to https. Default: none.
MESH_KEY_FILE      the secret that gateway and services share. Default: /run/secrets/mesh_key.
MAX_UPLOAD_BYTES   the largest file, in bytes, as the library has it. Default: 2 GiB.
HOST               where it listens: of a container, on all its addresses. Default: 0.0.0.0.
ADMIN_HOST         where the admin page listens: statistics for Prometheus. Default: 127.0.0.1.
ADMIN_PORT         and at which port. Default: 9901.
OTEL_EXPORTER_OTLP_ENDPOINT  where spans go, such as http://jaeger:4317. Default: nowhere.
LIBRARY_TARGET     where a service is, host:port; likewise for every other, MEDIA_TARGET and STUDIO_TARGET. Default: the
                   service's name in compose/ and its port.
"""

import argparse
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from sfa.gateway import (
    GIB,
    LOOPBACK_NAMES,
    LOOPBACK_ORIGINS,
    Address,
    DoorUnguarded,
    GatewayConfig,
    Tls,
    descriptor_file,
    render,
)
from sfa.sign_in import DoorClosed, sign_in_settings

# By service: its name in compose/, and its port.
_UPSTREAMS: Final = {
    "analysis": "analysis:3004",
    "download": "download:3002",
    "library": "library:3005",
    "media": "library:3015",
    "processing": "processing:3003",
    "realtime": "realtime:3006",
    "spotify": "spotify:3001",
    "studio": "studio:3008",
}
_UNITS: Final = {"": 1, "KIB": 1024, "MIB": 1024**2, "GIB": GIB}


class SettingInvalid(DoorClosed):
    """A variable holds what it cannot; the message says what it should hold."""


def contained(environ: Mapping[str, str], run_dir: Path, *, descriptors: str | None = None) -> GatewayConfig:
    """The gateway of a mesh in containers.

    Args:
        environ: the settings above.
        run_dir: where files beside the configuration are written: keys, for AUTH_HS256_FILE, and where the certificate is.
        descriptors: path of alchemy.binpb, as Envoy sees it; None = the one that comes with the product.

    Raises:
        DoorClosed: the settings are incomplete, contradict each other, or would let in everybody.
        OSError: a secret cannot be read.
    """
    sign_in = sign_in_settings(run_dir, environ)
    public = environ.get("PUBLIC_URL", "").rstrip("/")
    name = urlsplit(public).hostname or "localhost"
    if sign_in is None and name not in {*LOOPBACK_NAMES, "::1"}:
        raise DoorUnguarded(name)
    studio = _port(environ, "STUDIO_PORT", 8001)
    host = environ.get("HOST") or "0.0.0.0"  # noqa: S104 - inside the container
    return GatewayConfig(
        descriptors=descriptors or str(descriptor_file()),
        mesh_key_file=environ.get("MESH_KEY_FILE") or "/run/secrets/mesh_key",
        contained=True,
        upstreams={
            service: _address(f"{service.upper()}_TARGET", environ.get(f"{service.upper()}_TARGET") or usual)
            for service, usual in _UPSTREAMS.items()
        },
        listen=Address(host, _port(environ, "GATEWAY_PORT", 3000)),
        studio=Address(host, studio) if studio else None,
        admin=Address(environ.get("ADMIN_HOST") or "127.0.0.1", _port(environ, "ADMIN_PORT", 9901)),
        # Where everybody proves who they are, a page that reaches this mesh by another name gains nothing.
        hosts=("*",) if sign_in else LOOPBACK_NAMES,
        origins=f"{LOOPBACK_ORIGINS}|{re.escape(public)}" if public else LOOPBACK_ORIGINS,
        sign_in=sign_in,
        tls=_tls(environ, public, host, run_dir),
        traces=_traces(environ),
        max_upload_bytes=_bytes(environ.get("MAX_UPLOAD_BYTES") or "2GiB"),
    )


def _tls(environ: Mapping[str, str], public: str, host: str, run_dir: Path) -> Tls | None:
    certificate, key = environ.get("TLS_CERT_FILE", ""), environ.get("TLS_KEY_FILE", "")
    redirect = _port(environ, "TLS_REDIRECT_PORT", 0)
    if not certificate and not key:
        if redirect:
            raise SettingInvalid("TLS_REDIRECT_PORT needs TLS_CERT_FILE and TLS_KEY_FILE: there is no https to go to.")
        return None
    for variable, file in (("TLS_CERT_FILE", certificate), ("TLS_KEY_FILE", key)):
        if not Path(file).is_file():
            raise SettingInvalid(f"{variable}={file}: must be a PEM file that this process can read.")
    secret = run_dir / "certificate.json"
    secret.write_text(Tls.discovered(Path(certificate), Path(key)), encoding="utf-8")
    return Tls(
        str(secret),
        redirect=Address(host, redirect) if redirect else None,
        public_port=urlsplit(public).port or 443,
    )


def _traces(environ: Mapping[str, str]) -> Address | None:
    endpoint = environ.get("OTEL_EXPORTER_OTLP_ENDPOINT", "")
    if not endpoint:
        return None
    parts = urlsplit(endpoint)
    if parts.scheme != "http" or not parts.hostname:
        raise SettingInvalid(
            f"OTEL_EXPORTER_OTLP_ENDPOINT={endpoint}: must be http://host:port; the gateway sends to no other."
        )
    return Address(parts.hostname, parts.port or 4317)


def _port(environ: Mapping[str, str], variable: str, usual: int) -> int:
    text = environ.get(variable) or str(usual)
    if not text.isdecimal() or int(text) > 65535:  # noqa: PLR2004 - the last port there is
        raise SettingInvalid(f"{variable}={text}: must be a port, 1 to 65535.")
    return int(text)


def _address(variable: str, text: str) -> Address:
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal():
        raise SettingInvalid(f"{variable}={text}: must be host:port.")
    return Address(host, int(port))


def _bytes(text: str) -> int:
    match = re.fullmatch(r"(\d+)\s*([KMG]iB)?", text, re.IGNORECASE)
    if not match:
        raise SettingInvalid(f"MAX_UPLOAD_BYTES={text}: must be a number of bytes, or such as 500MiB.")
    return int(match[1]) * _UNITS[(match[2] or "").upper()]


def main() -> int:
    """Writes the configuration; returns 1, after a line that says what to mend, where it cannot be."""
    parser = argparse.ArgumentParser(prog="python -m sfa.door", description="Writes the gateway's configuration.")
    parser.add_argument("--out", type=Path, required=True, help="The file to write; others lie beside it.")
    out: Path = parser.parse_args().out
    try:
        out.write_text(render(contained(os.environ, out.parent)), encoding="utf-8")
    except (DoorClosed, OSError) as error:
        sys.stderr.write(f"The gateway cannot start: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
