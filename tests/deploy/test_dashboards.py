"""Dashboards and alarms ask only for what is really counted, by labels that it really has."""

import importlib
import json
import re
from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest
import yaml
from prometheus_client import REGISTRY, Histogram
from prometheus_client.metrics import MetricWrapperBase

from services.mesh.jobs.job import JobState
from tests.deploy.compose import FOLDER
from tests.door.backend import Backend
from tests.door.conftest import free_ports, running_envoy, until
from tools.generate.toolchain import ROOT

OBSERVABILITY = FOLDER / "observability"
DASHBOARDS = sorted((OBSERVABILITY / "grafana" / "dashboards").glob("*.json"))
_METRIC = re.compile(r"\b((?:alchemy|envoy|process)_\w+|up)\b(?:\{([^}]*)\})?")
# Given by Prometheus, or by compose/observability/prometheus.yml.
_EVERYWHERE = {"service", "instance", "job", "le"}


def expressions() -> Iterator[str]:
    for path in DASHBOARDS:
        for panel in json.loads(path.read_text())["panels"]:
            yield from (target["expr"] for target in panel["targets"])
    for group in yaml.safe_load((OBSERVABILITY / "alerts.yml").read_text())["groups"]:
        yield from (rule["expr"] for rule in group["rules"])


EXPRESSIONS = sorted(set(expressions()))


def asked(expression: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The series of an expression: name, and the values of labels that it picks."""
    for name, selector in _METRIC.findall(expression):
        if name in {"envoy_response_code_class", "envoy_http_conn_manager_prefix"}:
            continue  # labels, in `by (...)`
        yield name, dict(re.findall(r'(\w+)(?:=|!=|=~|!~)"([^"]*)"', selector))


def counted() -> dict[str, set[str]]:
    """Every series that our services export, with its labels."""
    for pattern in ("metrics.py", "telemetry.py"):
        for path in (ROOT / "services").rglob(pattern):
            importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    series: dict[str, set[str]] = {"up": set()}
    for collector in set(REGISTRY._collector_to_names):
        labels = set(collector._labelnames) if isinstance(collector, MetricWrapperBase) else set()
        for name in REGISTRY._collector_to_names[collector]:
            series[name] = labels | ({"le"} if isinstance(collector, Histogram) else set())
    return series


SERIES = counted()


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_what_is_asked_of_our_services_is_counted(expression: str) -> None:
    for name, picked in asked(expression):
        if name.startswith("envoy_"):
            continue
        assert name in SERIES
        assert set(picked) <= SERIES[name] | _EVERYWHERE
        grouped = {label for part in re.findall(r"by \(([^)]*)\)", expression) for label in re.split(r",\s*", part)}
        if name != "up" and len(list(asked(expression))) == 1:
            assert grouped <= SERIES[name] | _EVERYWHERE
        if "state" in picked and name.startswith("alchemy_job"):
            assert set(picked["state"].split("|")) <= {state.value for state in JobState}


def test_everything_that_is_counted_is_shown() -> None:
    shown = {name for expression in EXPRESSIONS for name, _ in asked(expression)}
    families = {
        collector._name for collector in REGISTRY._collector_to_names if isinstance(collector, MetricWrapperBase)
    }
    ours = {family for family in families if family.startswith("alchemy_")}
    assert {family for family in ours if not any(name.startswith(family) for name in shown)} == set()


async def test_what_is_asked_of_envoy_is_counted(tmp_path: Any) -> None:
    nobody, nothing = free_ports(2)
    async with running_envoy(Backend(port=nobody, media_port=nothing), tmp_path) as door:
        await until(door, lambda status: status == 503)
        async with aiohttp.request("GET", f"http://{door.admin}/stats/prometheus") as response:
            assert response.status == 200
            text = await response.text()
    for expression in EXPRESSIONS:
        for name, picked in asked(expression):
            if not name.startswith("envoy_"):
                continue
            # Names of classes of codes appear with the first of their kind.
            lines = [line for line in text.splitlines() if re.match(rf"{name}[{{ ]", line)]
            assert lines, name
            assert any(all(f'{label}="{value}"' in line for label, value in picked.items()) for line in lines)


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_a_dashboard_is_whole(path: Any) -> None:
    dashboard = json.loads(path.read_text())
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert len(set(ids)) == len(ids)
    sources = yaml.safe_load((OBSERVABILITY / "grafana/provisioning/datasources/datasources.yaml").read_text())
    known = {source["uid"] for source in sources["datasources"]}
    assert {panel["datasource"]["uid"] for panel in dashboard["panels"]} <= known
    places = [tuple(panel["gridPos"][side] for side in "xywh") for panel in dashboard["panels"]]
    for n, (x, y, w, h) in enumerate(places):
        assert x + w <= 24
        for x2, y2, w2, h2 in places[:n]:
            assert x >= x2 + w2 or x2 >= x + w or y >= y2 + h2 or y2 >= y + h, "panels lie on each other"
