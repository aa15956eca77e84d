"""What this machine lends to the stages that build, since it may reach packages only so; it is in no image."""

import os
from pathlib import Path


def lent_files() -> list[Path]:
    """What pip and npm read on this machine: their settings, its certificates, local folders of wheels."""
    named = [os.environ.get("PIP_CERT", ""), *os.environ.get("PIP_FIND_LINKS", "").split()]
    candidates = [Path("/etc/xdg/pip"), Path("/etc/pip.conf"), *(Path(name) for name in named if name.startswith("/"))]
    return [path for path in dict.fromkeys(candidates) if path.exists()]


def lent_settings() -> dict[str, str]:
    """The variables that say where packages are and whom to trust."""
    trust = {"SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS"}
    return {name: value for name, value in os.environ.items() if name in trust or name.startswith("PIP_")}


def debian_mirror() -> list[str]:
    """The mirror that this machine's apt uses; empty = debootstrap's own."""
    for source in sorted(Path("/etc/apt/sources.list.d").glob("debian*.sources")):
        for line in source.read_text(encoding="utf-8").splitlines():
            if line.startswith("URIs:"):
                return [line.split()[1]]
    return []
