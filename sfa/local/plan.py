"""Which processes make a local mesh: what each runs, in which environment, in which order."""

import importlib.util
import os
import re
import secrets
import site
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sfa.local import probes, programs
from sfa.local.datadir import DataDir
from sfa.local.keeper import Service
from sfa.local.ports import DEFAULTS, LOOPBACK, WORKER_METRICS, PortMode
from sfa.local.supervisor import Stage
from sfa.sandbox import CLIENT_ID, CLIENT_SECRET
from sfa.sign_in import sign_in_settings

_STARTING_SECONDS: Final = 120.0  # a cold disk and a loaded machine; a healthy start takes two or three


@dataclass(frozen=True, kw_only=True)
class Options:
    """What a person may choose about a local mesh."""

    data_dir: DataDir
    port_mode: PortMode = PortMode.AUTO
    workers: int = 1
    """How many separations run at once; each worker holds a model of its own in memory."""
    sandbox: bool = False
    """Whether stand-ins take the place of Spotify and of the sites that play songs, so that nothing leaves this machine."""
    redis_url: str = field(default_factory=lambda: os.environ.get("REDIS_URL", ""))
    """A Redis or Valkey server to use; empty = start one."""
    log_format: str = "console"
    """How services log: "console" for people, "json" for machines."""
    log_level: str = "info"
    """The least severe level that services log: debug, info, warning or error."""
    listen: str = LOOPBACK
    """Where the gateway listens; anywhere but on loopback only with AUTH=jwt."""
    public_url: str = ""
    """How clients elsewhere address the gateway; empty = they do not."""


def wanted_ports(options: Options) -> dict[str, int]:
    """The ports that this mesh would like, by use."""
    built = _studio_page() is not None
    uses = {"valkey": not options.redis_url, "sandbox": options.sandbox, "studio": built, "studio-files": built}
    unused = {use for use, used in uses.items() if not used}
    ports = {use: port for use, port in DEFAULTS.items() if use not in unused}
    return ports | {f"worker-{n}-metrics": WORKER_METRICS + n for n in range(1, options.workers + 1)}


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The processes of one mesh at given ports."""

    target: str
    """The gateway's address."""
    redis_url: str
    """The job store, with its password where we made one."""
    stages: tuple[Stage, ...]
    """In the order of their start."""


def make_plan(options: Options, ports: Mapping[str, int]) -> Plan:
    """Plans the mesh and writes the configuration files that its processes read.

    Raises:
        SignInInvalid: If AUTH and its companions are incomplete.
        DoorUnguarded: If the gateway would listen elsewhere without sign-in.
        ProgramMissing: If Envoy or a Redis-compatible server is not installed.
        OSError: If the data directory cannot be written.
    """
    target = f"http://{LOOPBACK}:{ports['envoy']}"
    stages: list[list[Service]] = []
    redis_url = options.redis_url
    if not redis_url:
        password = secrets.token_urlsafe(24)
        redis_url = f"redis://:{password}@{LOOPBACK}:{ports['valkey']}/0"
        stages.append([_valkey(options.data_dir, ports["valkey"], password, redis_url)])
    common = {
        "HOST": LOOPBACK,
        "REDIS_URL": redis_url,
        "DATA_DIR": str(options.data_dir.root),
        "LOG_FORMAT": options.log_format,
        "LOG_LEVEL": options.log_level,
        **import_path(),
    }
    processing = {
        **common,
        "LIBRARY_TARGET": f"{LOOPBACK}:{ports['library']}",
        "MODELS_DIR": str(options.data_dir.models),
    }
    library = {
        **common,
        "HTTP_PORT": str(ports["library-media"]),
        "PUBLIC_URL": options.public_url or target,
        "PROCESSING_TARGET": f"{LOOPBACK}:{ports['processing']}",
        "ANALYSIS_TARGET": f"{LOOPBACK}:{ports['analysis']}",
    }
    analysis = {**common, "LIBRARY_TARGET": f"{LOOPBACK}:{ports['library']}"}
    download = {**analysis, "SPOTIFY_TARGET": f"{LOOPBACK}:{ports['spotify']}"}
    spotify = common
    if options.sandbox:
        stages.append([_sandbox(ports["sandbox"])])
        spotify = {**common, **_sandboxed(ports["sandbox"])}
        download |= _with_sandboxed_songs(ports["sandbox"])
    # The library first: a worker on its way down may still have stems to register, and stages end in reverse.
    stages.append(
        [
            _server("library", "LibraryService", ports, library),
            _server("realtime", "RealtimeService", ports, common),
            # Outside the sandbox its credentials come from the environment of `sfa up`.
            _server("spotify", "SpotifyService", ports, spotify),
        ]
    )
    stages.append(
        [
            _server("processing", "ProcessingService", ports, processing),
            *(
                _worker(f"worker-{n}", "processing", ports[f"worker-{n}-metrics"], processing)
                for n in range(1, options.workers + 1)
            ),
            _server("analysis", "AnalysisService", ports, analysis),
            _worker("analysis-worker", "analysis", ports["analysis-worker-metrics"], analysis),
            _server("download", "DownloadService", ports, download),
            _worker("download-worker", "download", ports["download-worker-metrics"], download),
        ]
    )
    if page := _studio_page():
        stages[-1].append(_studio(page, ports["studio-files"], common))
    stages.append([_envoy(options, ports)])
    return Plan(target=target, redis_url=redis_url, stages=tuple(stages))


def _valkey(data_dir: DataDir, port: int, password: str, redis_url: str) -> Service:
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
        ready_seconds=_STARTING_SECONDS,
    )


def _server(domain: str, proto_service: str, ports: Mapping[str, int], env: Mapping[str, str]) -> Service:
    port = ports[domain]
    return Service(
        name=domain,
        argv=(sys.executable, "-m", f"services.{domain}"),
        env={**env, "PORT": str(port), "METRICS_PORT": str(ports[f"{domain}-metrics"])},
        ready=probes.serving(LOOPBACK, port, [f"alchemy.{domain}.v1.{proto_service}"]),
        ready_seconds=_STARTING_SECONDS,
    )


def _studio_page() -> Path | None:
    from sfa.gateway import studio_page  # noqa: PLC0415 - as in _envoy

    return studio_page()


def _studio(page: Path, port: int, env: Mapping[str, str]) -> Service:
    return Service(
        name="studio",
        argv=(sys.executable, "-m", "services.studio"),
        env={**env, "PORT": str(port), "STUDIO_DIR": str(page)},
        ready=probes.answering(LOOPBACK, port, "/"),
        ready_seconds=_STARTING_SECONDS,
    )


def _sandbox(port: int) -> Service:
    return Service(
        name="sandbox",
        argv=(sys.executable, "-m", "sfa.sandbox", "--port", str(port)),
        env=import_path(),
        ready=probes.answering(LOOPBACK, port, "/"),
        ready_seconds=_STARTING_SECONDS,
    )


def _sandboxed(port: int) -> dict[str, str]:
    """What makes the spotify service ask the stand-in."""
    address = f"http://{LOOPBACK}:{port}"
    return {
        "SPOTIFY_API_URL": f"{address}/v1/",
        "SPOTIFY_ACCOUNTS_URL": address,
        "SPOTIFY_CLIENT_ID": CLIENT_ID,
        "SPOTIFY_CLIENT_SECRET": CLIENT_SECRET,
    }


def _with_sandboxed_songs(port: int) -> dict[str, str]:
    """What makes the download service look for songs, and for covers, at the stand-in."""
    allowed = [os.environ.get("DOWNLOAD_ALLOWED_HOSTS", ""), f"{LOOPBACK}:{port}"]
    return {
        "SPOTDL_AUDIO_SOURCE": f"http://{LOOPBACK}:{port}/search",
        "DOWNLOAD_ALLOWED_HOSTS": ",".join(host for host in allowed if host),
    }


def _worker(name: str, domain: str, metrics_port: int, env: Mapping[str, str]) -> Service:
    return Service(
        name=name,
        argv=(sys.executable, "-m", f"services.{domain}.worker"),
        env={**env, "METRICS_PORT": str(metrics_port)},
        # It serves nobody else; its metrics answer once it has read its settings.
        ready=probes.answering(LOOPBACK, metrics_port, "/metrics"),
        ready_seconds=_STARTING_SECONDS,
    )


def _envoy(options: Options, ports: Mapping[str, int]) -> Service:
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
    sign_in = sign_in_settings(options.data_dir.run)
    origin = re.escape(options.public_url.rstrip("/"))
    if "studio-files" in ports:
        upstreams["studio"] = Address(LOOPBACK, ports["studio-files"])
    configuration = options.data_dir.run / "envoy.yaml"
    configuration.write_text(
        render(
            GatewayConfig(
                descriptors=str(descriptor_file()),
                upstreams=upstreams,
                mesh_key_file=str(options.data_dir.mesh_key),
                sign_in=sign_in,
                listen=Address(options.listen, ports["envoy"]),
                # Where everybody proves who they are, a page that reaches this machine by another name gains nothing.
                hosts=("*",) if sign_in else LOOPBACK_NAMES,
                origins=f"{LOOPBACK_ORIGINS}|{origin}" if origin else LOOPBACK_ORIGINS,
                studio=Address(options.listen, ports["studio"]) if "studio" in ports else None,
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
        ready_seconds=_STARTING_SECONDS,
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


def import_path() -> dict[str, str]:
    """PYTHONPATH for the services, so that they find in a source checkout what this process has found."""
    installed = {Path(folder).resolve() for folder in (*site.getsitepackages(), site.getusersitepackages())}
    roots = []
    for package in ("services", "alchemy"):
        spec = importlib.util.find_spec(package)
        for location in (spec.submodule_search_locations or ()) if spec else ():
            root = Path(location).resolve().parent
            if root not in installed:
                roots.append(str(root))
    inherited = [path for path in [os.environ.get("PYTHONPATH")] if path]
    return {"PYTHONPATH": os.pathsep.join([*roots, *inherited])}


def _quoted(path: Path) -> str:
    """A path as valkey.conf reads it, spaces and quotes included."""
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
