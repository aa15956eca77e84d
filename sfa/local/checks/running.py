"""The mesh that runs now, and the Redis or Valkey server under it."""

import asyncio
import os
from typing import Final

from sfa.local import lock, probes, resp, state
from sfa.local.checks.finding import Finding, Level
from sfa.local.datadir import DataDir
from sfa.local.ports import LOOPBACK
from sfa.local.state import MeshState

_SERVICES: Final = {
    "analysis": "alchemy.analysis.v1.AnalysisService",
    "download": "alchemy.download.v1.DownloadService",
    "library": "alchemy.library.v1.LibraryService",
    "processing": "alchemy.processing.v1.ProcessingService",
    "realtime": "alchemy.realtime.v1.RealtimeService",
    "spotify": "alchemy.spotify.v1.SpotifyService",
}
_OLDEST_REDIS: Final = (6, 2)


async def examine(data_dir: DataDir) -> list[Finding]:
    """Findings on the job store and on each service of the running mesh."""
    running = state.read(data_dir.state_file)
    if running is not None and not (running.alive and lock.is_held(data_dir.lock_file)):
        running = None
    url = running.redis_url if running is not None else os.environ.get("REDIS_URL", "")
    findings = await _redis(url) if url else []
    if running is None:
        return [*findings, Finding("mesh", Level.OK, f"none runs on {data_dir.root}", "sfa up")]
    return [*findings, *await _mesh(running, data_dir)]


async def _mesh(running: MeshState, data_dir: DataDir) -> list[Finding]:
    findings = [
        Finding(
            "mesh", Level.OK if running.ready else Level.WARN, f"{running.target} (process {running.supervisor_pid})"
        )
    ]
    for domain, service in _SERVICES.items():
        logs = f"See {data_dir.logs / domain}.log"
        try:
            answer = await probes.grpc_health(LOOPBACK, running.ports[domain], service)
        except OSError as error:
            findings.append(Finding(domain, Level.FAIL, f"does not answer: {error}", logs))
            continue
        level = Level.OK if answer is probes.Serving.SERVING else Level.FAIL
        findings.append(
            Finding(domain, level, answer.name.lower().replace("_", " "), "" if level is Level.OK else logs)
        )
    findings.append(await _gateway(running.ports["envoy"], data_dir))
    workers = [name for name in running.pids if name.startswith("worker-")]
    findings.append(
        Finding("workers", Level.OK, f"{len(workers)} running")
        if workers
        else Finding("workers", Level.FAIL, "none is running", f"See {data_dir.logs}/worker-1.log")
    )
    return findings


async def _gateway(port: int, data_dir: DataDir) -> Finding:
    try:
        status = await probes.http_status(LOOPBACK, port, "/v1/models")
    except OSError:
        status = 0
    if says := {200: "routes calls", 401: "asks who calls: AUTH=jwt"}.get(status):
        return Finding("gateway", Level.OK, says)
    return Finding("gateway", Level.FAIL, "does not route calls to the services", f"See {data_dir.logs / 'envoy'}.log")


async def _redis(url: str) -> list[Finding]:
    try:
        async with asyncio.timeout(5):
            info = await resp.command(url, "INFO", "server")
            policy = await _setting(url, "maxmemory-policy")
            durable = await _setting(url, "appendonly")
    except (OSError, resp.RedisError, asyncio.IncompleteReadError) as error:
        return [Finding("redis", Level.FAIL, f"does not answer: {error}", "Start it, or correct REDIS_URL.")]
    fields = dict(line.split(":", 1) for line in str(info).splitlines() if ":" in line)
    version = fields.get("valkey_version") or fields.get("redis_version", "0.0")
    name = "Valkey" if "valkey_version" in fields else "Redis"
    findings = [Finding("redis", Level.OK, f"{name} {version} answers")]
    if tuple(int(part) for part in fields.get("redis_version", "0.0").split(".")[:2]) < _OLDEST_REDIS:
        findings = [Finding("redis", Level.FAIL, f"{name} {version} is too old.", "Redis 6.2 or any Valkey is needed.")]
    if policy not in {"noeviction", ""}:
        remedy = "CONFIG SET maxmemory-policy noeviction"
        findings.append(Finding("redis", Level.FAIL, f"may forget jobs: maxmemory-policy is {policy}.", remedy))
    if durable == "no":
        remedy = "CONFIG SET appendonly yes"
        findings.append(
            Finding("redis", Level.WARN, "forgets accepted jobs when it restarts: appendonly is no.", remedy)
        )
    return findings


async def _setting(url: str, name: str) -> str:
    """A setting of the server; "" where it may not be asked, as hosted ones refuse CONFIG."""
    try:
        reply = await resp.command(url, "CONFIG", "GET", name)
    except resp.RedisError:
        return ""
    return str(reply[1]) if isinstance(reply, list) and len(reply) > 1 else ""
