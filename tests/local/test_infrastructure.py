"""The real Valkey and the real Envoy under the supervisor, as the plan configures them."""

import asyncio
import dataclasses
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sfa.local import marks, ports, probes, resp
from sfa.local.checks import running
from sfa.local.checks.finding import Level
from sfa.local.datadir import DataDir
from sfa.local.plan import Options, Plan, make_plan, wanted_ports
from sfa.local.supervisor import Supervisor
from tests.local.test_supervisor import MARK, until


@pytest.fixture
def chosen() -> dict[str, int]:
    return ports.choose({**ports.DEFAULTS, "worker-1-metrics": 1}, ports.PortMode.ANY)


@pytest.fixture
def plan(tmp_path: Path, chosen: dict[str, int]) -> Plan:
    data_dir = DataDir(tmp_path / 'with "quotes" and spaces')
    data_dir.create()
    return make_plan(Options(data_dir=data_dir, redis_url=""), chosen)


@pytest.fixture
async def supervisor(tmp_path: Path, plan: Plan, chosen: dict[str, int]) -> AsyncIterator[Supervisor]:
    data_dir = DataDir(tmp_path / "supervisor")
    data_dir.create()
    made = Supervisor(data_dir, mark=MARK, target=plan.target, ports=chosen, redis_url=plan.redis_url)
    yield made
    await made.stop()
    assert marks.marked(MARK) == []


async def test_valkey_keeps_what_it_accepted_when_it_is_killed(supervisor: Supervisor, plan: Plan) -> None:
    await supervisor.start(plan.stages[:1], console=None, on_ready=lambda _: None)
    assert marks.marked(MARK) == [supervisor.pids["valkey"]]  # its environment is not overwritten by its title
    await resp.command(plan.redis_url, "SET", "job", "accepted")
    before = supervisor.pids["valkey"]
    os.kill(before, signal.SIGKILL)
    await until(lambda: supervisor.pids.get("valkey") not in {None, before})
    ready = probes.ponging(plan.redis_url)
    while not await ready():
        await asyncio.sleep(0.05)
    assert await resp.command(plan.redis_url, "GET", "job") == "accepted"


async def test_valkey_is_configured_as_the_doctor_wants_it(supervisor: Supervisor, plan: Plan) -> None:
    await supervisor.start(plan.stages[:1], console=None, on_ready=lambda _: None)
    findings = await running._redis(plan.redis_url)
    assert [finding.level for finding in findings] == [Level.OK]


async def test_valkey_wants_its_password(supervisor: Supervisor, plan: Plan, chosen: dict[str, int]) -> None:
    await supervisor.start(plan.stages[:1], console=None, on_ready=lambda _: None)
    with pytest.raises(resp.RedisError, match="NOAUTH"):
        await resp.command(f"redis://127.0.0.1:{chosen['valkey']}", "GET", "job")


async def test_a_server_of_the_users_own_is_used(tmp_path: Path, chosen: dict[str, int]) -> None:
    data_dir = DataDir(tmp_path / "other")
    data_dir.create()
    options = Options(data_dir=data_dir, redis_url="redis://elsewhere:6379/1")
    assert "valkey" not in wanted_ports(options)
    plan = make_plan(options, chosen)
    assert plan.redis_url == "redis://elsewhere:6379/1"
    # The studio runs where somebody has built its page.
    names = [service.name for stage in plan.stages for service in stage if service.name != "studio"]
    assert names == [
        "library",
        "realtime",
        "spotify",
        "processing",
        "worker-1",
        "analysis",
        "analysis-worker",
        "download",
        "download-worker",
        "envoy",
    ]


async def test_in_the_sandbox_a_stand_in_takes_the_place_of_spotify(tmp_path: Path) -> None:
    data_dir = DataDir(tmp_path / "sandboxed")
    data_dir.create()
    options = Options(data_dir=data_dir, redis_url="redis://elsewhere:6379/1", sandbox=True)
    taken = ports.choose(wanted_ports(options), ports.PortMode.ANY)
    assert "sandbox" not in wanted_ports(dataclasses.replace(options, sandbox=False))
    plan = make_plan(options, taken)
    services = {service.name: service for stage in plan.stages for service in stage}
    assert next(iter(services)) == "sandbox"
    assert services["spotify"].env["SPOTIFY_API_URL"] == f"http://127.0.0.1:{taken['sandbox']}/v1/"
    assert services["spotify"].env["SPOTIFY_ACCOUNTS_URL"] == f"http://127.0.0.1:{taken['sandbox']}"


async def test_envoy_takes_its_configuration(supervisor: Supervisor, plan: Plan, chosen: dict[str, int]) -> None:
    alive = probes.answering("127.0.0.1", chosen["envoy-admin"], "/server_info")
    envoy = dataclasses.replace(plan.stages[-1][0], ready=alive)
    await supervisor.start([[envoy]], console=None, on_ready=lambda _: None)
    # Nothing is behind it: calls are answered, with an error of its own.
    assert await probes.http_status("127.0.0.1", chosen["envoy"], "/v1/models") == 503
