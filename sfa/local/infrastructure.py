"""The programs of a mesh that are not ours: Valkey and Envoy, and the configuration that each is started with."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from sfa.local import probes, programs
from sfa.local.datadir import DataDir
from sfa.local.keeper import Service
from sfa.local.ports import LOOPBACK
from sfa.sign_in import sign_in_settings

STARTING_SECONDS: Final = 120.0
"""A cold disk and a loaded machine; a healthy start takes two or three."""


def valkey(data_dir: DataDir, port: int, password: str, redis_url: str) -> Service:
    """Returns the job store, and writes its configuration."""
    configuration = data_dir.run / "valkey.conf"
    configuration.touch(mode=0o600)
    configuration.write_text(
        f"""\
# Written by sfa at every start.
bind {LOOPBACK}
port {port}
requirepass {password}
dir {_quoted(data_dir.valkey)}
# Accepted jobs survive a crash: at most the last second is at risk, and that only if the machine itself goes down.
appendonly yes
appendfsync everysec
# A job store must never forget a key because memory runs low.
maxmemory-policy noeviction
save ""
daemonize no
loglevel warning
# Its title would overwrite the environment by which sfa recognises its own processes.
set-proc-title no
""",
        encoding="utf-8",
    )
    return Service(
        name="valkey",
        argv=(str(programs.valkey_server()), str(configuration)),
        ready=probes.ponging(redis_url),
        ready_seconds=STARTING_SECONDS,
    )


def envoy(data_dir: DataDir, ports: Mapping[str, int], *, listen: str, public_url: str) -> Service:
    """Returns the gateway, and writes its configuration.

    Args:
        data_dir: where it lies.
        ports: by use.
        listen: where the gateway listens; anywhere but on loopback only with AUTH=jwt.
        public_url: how clients elsewhere address it; empty = they do not.
    """
    # The renderer needs protobuf and jinja2, which come with the local extra and not with the SDK.
    from sfa.gateway import (  # noqa: PLC0415
        LOOPBACK_NAMES,
        LOOPBACK_ORIGINS,
        Address,
        GatewayConfig,
        descriptor_file,
        render,
    )

    upstreams = {
        "analysis": Address(LOOPBACK, ports["analysis"]),
        "download": Address(LOOPBACK, ports["download"]),
        "library": Address(LOOPBACK, ports["library"]),
        "processing": Address(LOOPBACK, ports["processing"]),
        "realtime": Address(LOOPBACK, ports["realtime"]),
        "spotify": Address(LOOPBACK, ports["spotify"]),
        "media": Address(LOOPBACK, ports["library-media"]),
    }
    sign_in = sign_in_settings(data_dir.run)
    origin = re.escape(public_url.rstrip("/"))
    if "studio-files" in ports:
        upstreams["studio"] = Address(LOOPBACK, ports["studio-files"])
    configuration = data_dir.run / "envoy.yaml"
    configuration.write_text(
        render(
            GatewayConfig(
                descriptors=str(descriptor_file()),
                upstreams=upstreams,
                mesh_key_file=str(data_dir.mesh_key),
                sign_in=sign_in,
                listen=Address(listen, ports["envoy"]),
                # Where everybody proves who they are, a page that reaches this machine by another name gains nothing.
                hosts=("*",) if sign_in else LOOPBACK_NAMES,
                origins=f"{LOOPBACK_ORIGINS}|{origin}" if origin else LOOPBACK_ORIGINS,
                studio=Address(listen, ports["studio"]) if "studio" in ports else None,
                admin=Address(LOOPBACK, ports["envoy-admin"]),
            )
        ),
        encoding="utf-8",
    )
    return Service(
        name="envoy",
        # Without hot restart it neither dies with the thread that started it nor fights other Envoys for a socket.
        argv=(str(programs.envoy()), "-c", str(configuration), "--disable-hot-restart", "--log-level", "warning"),
        ready=probes.answering(LOOPBACK, ports["envoy"], "/healthz") if sign_in else _routed(ports["envoy"]),
        quiet_stdout=True,  # its access log repeats what the services say of their calls
        ready_seconds=STARTING_SECONDS,
        drain_seconds=5.0,
    )


def _routed(port: int) -> probes.Probe:
    """Ready when calls through the gateway reach the services behind it."""
    calls = [
        probes.answering(LOOPBACK, port, path)
        for path in (
            "/v1/models",
            "/v1/tracks?page_size=1",
            "/v1/downloads?page_size=1",
            "/v1/tracks/-/analyses?page_size=1",
        )
    ]

    async def probe() -> bool:
        return all([await call() for call in calls])

    return probe


def _quoted(path: Path) -> str:
    """A path as valkey.conf reads it, spaces and quotes included."""
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
