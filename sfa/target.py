"""Which mesh to talk to."""

import os
from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import urlsplit

from sfa.local import state
from sfa.local.datadir import DataDir

DEFAULT: Final = "http://127.0.0.1:3000"
_DEFAULT_PORT: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, kw_only=True)
class Target:
    """The address of a gateway."""

    host: str
    port: int
    tls: bool
    """Whether the connection is encrypted: true for `https://` addresses."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads `http://host:port`, `https://host[:port]` or plain `host:port`.

        Raises:
            ValueError: If it is none of these.
        """
        url = urlsplit(text if "://" in text else f"http://{text}")
        if url.scheme not in _DEFAULT_PORT or not url.hostname or url.path not in {"", "/"} or url.query:
            raise ValueError(f"{text!r} is not the address of a mesh: write http://host:port or https://host.")
        try:
            port = url.port
        except ValueError:
            raise ValueError(f"{text!r} has no valid port: ports are numbers from 1 to 65535.") from None
        if port is None and "://" not in text:
            raise ValueError(f"{text!r} has no port: write {text}:3000, or https://{text}.")
        return cls(host=url.hostname, port=port or _DEFAULT_PORT[url.scheme], tls=url.scheme == "https")

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}"


def resolve(explicit: str | None = None) -> Target:
    """The given address, else SFA_TARGET, else the mesh that runs on this machine, else the default address.

    Raises:
        ValueError: If the address cannot be understood.
    """
    if named := explicit or os.environ.get("SFA_TARGET"):
        return Target.parse(named)
    running = state.read(DataDir.chosen().state_file)
    if running is not None and running.alive:
        return Target.parse(running.target)
    return Target.parse(DEFAULT)
