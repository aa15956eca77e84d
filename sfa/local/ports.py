"""Which TCP ports the processes of a local mesh listen on."""

import errno
import socket
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

LOOPBACK: Final = "127.0.0.1"

DEFAULTS: Final[Mapping[str, int]] = {
    "envoy": 3000,
    "envoy-admin": 9901,
    "studio": 8001,
    "analysis": 3004,
    "download": 3002,
    "spotify": 3001,
    "processing": 3003,
    "library": 3005,
    "library-media": 3015,
    "realtime": 3006,
    "studio-files": 3008,
    "valkey": 6379,
    "sandbox": 3091,
    "analysis-metrics": 9304,
    "analysis-worker-metrics": 9314,
    "download-metrics": 9302,
    "download-worker-metrics": 9312,
    "spotify-metrics": 9301,
    "processing-metrics": 9303,
    "library-metrics": 9305,
    "realtime-metrics": 9306,
}
"""The documented ports by use; the sandbox's only with `--sandbox`, the studio's only if it is built. Worker n adds "worker-n-metrics" at WORKER_METRICS + n."""

WORKER_METRICS: Final = 9330
_TRIES: Final = 200


class PortMode(StrEnum):
    """What to do about ports that are taken."""

    AUTO = "auto"
    """The defaults where they are free, the next free port where they are not."""
    FIXED = "fixed"
    """The defaults, or nothing."""
    ANY = "any"
    """Whatever the system hands out: for tests and for many meshes side by side."""


class PortTaken(Exception):
    """Ports that FIXED mode needs are in use."""

    def __init__(self, taken: Mapping[str, int]) -> None:
        listed = ", ".join(f"{port} ({use})" for use, port in taken.items())
        super().__init__(
            f"Already in use on this machine: {listed}. Stop what listens there (`sfa doctor` may name it), "
            "or start with --ports auto."
        )
        self.taken = dict(taken)


def choose(wanted: Mapping[str, int], mode: PortMode) -> dict[str, int]:
    """One free port per use.

    They are free at the moment of the answer; nothing reserves them.

    Raises:
        PortTaken: In FIXED mode, if any of them is in use; it names them all.
    """
    if mode is PortMode.ANY:
        return _handed_out(list(wanted))
    if mode is PortMode.FIXED:
        taken = {use: port for use, port in wanted.items() if not is_free(port)}
        if taken:
            raise PortTaken(taken)
        return dict(wanted)
    chosen: dict[str, int] = {}
    for use, port in wanted.items():
        # Another default is no substitute: it would only move the clash.
        spare = (p for p in range(port + 1, port + _TRIES) if p not in wanted.values())
        candidates = [port, *spare]
        chosen[use] = next(p for p in candidates if p not in chosen.values() and is_free(p))
    return chosen


def is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port now."""
    with socket.socket() as probe:
        # As servers do: ports in TIME_WAIT are usable, ports with a listener are not.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
            probe.listen()
        except OSError as error:
            if error.errno in {errno.EADDRINUSE, errno.EACCES}:
                return False
            raise
    return True


def _handed_out(uses: list[str]) -> dict[str, int]:
    probes = [socket.socket() for _ in uses]
    try:
        for probe in probes:  # all open at once, so that no port comes twice
            probe.bind((LOOPBACK, 0))
        return {use: probe.getsockname()[1] for use, probe in zip(uses, probes, strict=True)}
    finally:
        for probe in probes:
            probe.close()
