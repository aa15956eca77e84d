"""Which processes make a local mesh: what each runs, in which environment, in which order."""

import importlib.util
import os
import secrets
import site
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sfa.local import infrastructure, probes
from sfa.local.datadir import DataDir
from sfa.local.infrastructure import STARTING_SECONDS
from sfa.local.keeper import Service
from sfa.local.ports import DEFAULTS, LOOPBACK, WORKER_METRICS, PortMode
from sfa.local.supervisor import Stage
from sfa.sandbox import CLIENT_ID, CLIENT_SECRET


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
        stages.append([infrastructure.valkey(options.data_dir, ports["valkey"], password, redis_url)])
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
    stages.append([infrastructure.envoy(options.data_dir, ports, listen=options.listen, public_url=options.public_url)])
    return Plan(target=target, redis_url=redis_url, stages=tuple(stages))


def _server(domain: str, proto_service: str, ports: Mapping[str, int], env: Mapping[str, str]) -> Service:
    port = ports[domain]
    return Service(
        name=domain,
        argv=(sys.executable, "-m", f"services.{domain}"),
        env={**env, "PORT": str(port), "METRICS_PORT": str(ports[f"{domain}-metrics"])},
        ready=probes.serving(LOOPBACK, port, [f"alchemy.{domain}.v1.{proto_service}"]),
        ready_seconds=STARTING_SECONDS,
    )


def _studio_page() -> Path | None:
    from sfa.gateway import studio_page  # noqa: PLC0415 - as in infrastructure.envoy

    return studio_page()


def _studio(page: Path, port: int, env: Mapping[str, str]) -> Service:
    return Service(
        name="studio",
        argv=(sys.executable, "-m", "services.studio"),
        env={**env, "PORT": str(port), "STUDIO_DIR": str(page)},
        ready=probes.answering(LOOPBACK, port, "/"),
        ready_seconds=STARTING_SECONDS,
    )


def _sandbox(port: int) -> Service:
    return Service(
        name="sandbox",
        argv=(sys.executable, "-m", "sfa.sandbox", "--port", str(port)),
        env=import_path(),
        ready=probes.answering(LOOPBACK, port, "/"),
        ready_seconds=STARTING_SECONDS,
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
        ready_seconds=STARTING_SECONDS,
    )


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
