"""Lists that must agree: the contract, the services, the gateway, compose, the errors."""

import importlib
import re
from typing import Any

import pytest
import yaml
from google.api import annotations_pb2
from google.protobuf.descriptor_pb2 import FileDescriptorSet

from alchemy.errors.v1.error_reason_pb2 import ErrorReason
from services.mesh import errors
from services.mesh.contract import PUBLIC_SERVICES
from services.mesh.settings import describe
from sfa.gateway import PublicService, descriptor_file, public_services
from tools.generate.toolchain import ROOT

CONTRACT = FileDescriptorSet.FromString(descriptor_file().read_bytes())
PUBLIC = public_services(CONTRACT)
DOMAINS = {service.cluster for service in PUBLIC}
COMPOSE = yaml.safe_load((ROOT / "compose" / "docker-compose.yml").read_text())["services"]

# Containers that run no service of ours.
INFRASTRUCTURE = {"envoy", "valkey"}
# Media, documents: what the library serves over plain HTTP.
MEDIA = "media"
# The web page's files: a server without RPCs, and so without a proto.
STUDIO = "studio"


def rendering(name: str) -> dict[str, Any]:
    config: dict[str, Any] = yaml.safe_load((ROOT / "envoy" / f"{name}.yaml").read_text())
    return config


def every(key: str, tree: object) -> list[Any]:
    """The values of a key, wherever in a document it stands."""
    if isinstance(tree, dict):
        found = [tree[key]] if key in tree else []
        return found + [value for branch in tree.values() for value in every(key, branch)]
    return [value for branch in tree for value in every(key, branch)] if isinstance(tree, list) else []


def test_every_service_of_the_contract_has_a_folder() -> None:
    folders = {path.parent.name for path in (ROOT / "services").glob("*/__main__.py")}
    assert folders == DOMAINS | {STUDIO}
    for domain in DOMAINS:
        present = {path.name for path in (ROOT / "services" / domain).iterdir()}
        assert {"__main__.py", "wiring.py", "settings.py", "rpc.py", "usecases.py"} <= present


@pytest.mark.parametrize("service", PUBLIC, ids=lambda service: service.cluster)
def test_every_service_answers_health_checks_by_its_name(service: PublicService) -> None:
    wiring = importlib.import_module(f"services.{service.cluster}.wiring")
    names = getattr(wiring, "SERVICES", None) or [wiring.SERVICE]
    assert service.name in names


def test_reflection_describes_every_public_service() -> None:
    assert set(PUBLIC_SERVICES) == {service.name for service in PUBLIC}


@pytest.mark.parametrize("name", ["local", "compose"])
def test_the_gateway_knows_every_public_service_and_no_other(name: str) -> None:
    config = rendering(name)
    clusters = {cluster["name"]: cluster for cluster in config["static_resources"]["clusters"]}
    assert set(clusters) == DOMAINS | {MEDIA, STUDIO}
    transcoded = [set(services) for services in every("services", config)]
    assert transcoded
    assert all(services == {service.name for service in PUBLIC} for services in transcoded)
    for service in PUBLIC:
        (check,) = clusters[service.cluster]["health_checks"]
        assert check["grpc_health_check"]["service_name"] == service.name


def test_the_gateway_routes_every_public_rpc_and_no_other() -> None:
    patterns = [re.compile(match["regex"]) for match in every("safe_regex", every("routes", rendering("local")))]
    public = {service.name for service in PUBLIC}
    for file in CONTRACT.file:
        for service in file.service:
            name = f"{file.package}.{service.name}"
            for method in service.method:
                routes = [pattern for pattern in patterns if pattern.fullmatch(f"/{name}/{method.name}")]
                assert len(routes) == (name in public), f"{name}/{method.name}"


def test_every_unary_rpc_of_a_public_service_has_an_http_rule() -> None:
    without = [
        f"{file.package}.{service.name}/{method.name}"
        for file in CONTRACT.file
        for service in file.service
        for method in service.method
        if not method.server_streaming and not method.options.HasExtension(annotations_pb2.http)
    ]
    internal = {name.split("/")[0] for name in without}
    assert internal.isdisjoint(service.name for service in PUBLIC)
    # A service without HTTP rules says that this is what it wants.
    for name in internal:
        package, service_name = name.rsplit(".", 1)
        sources = (ROOT / "protos" / package.replace(".", "/")).glob("*.proto")
        comment = re.compile(rf"// Mesh-internal: [^\n]*\n(//[^\n]*\n)*service {service_name} ")
        assert any(comment.search(source.read_text()) for source in sources), name


def test_every_error_reason_has_exactly_one_exception() -> None:
    exceptions = [one.reason for one in vars(errors).values() if _is_mesh_error(one)]
    reasons = [
        name.removeprefix("ERROR_REASON_")
        for name in ErrorReason.DESCRIPTOR.values_by_name
        if name != "ERROR_REASON_UNSPECIFIED"
    ]
    assert sorted(exceptions) == sorted(reasons)


def _is_mesh_error(one: object) -> bool:
    return isinstance(one, type) and issubclass(one, errors.MeshError) and one is not errors.MeshError


def test_compose_runs_every_service_and_its_worker() -> None:
    ours = set(COMPOSE) - INFRASTRUCTURE
    workers = {f"{path.parent.name}-worker" for path in (ROOT / "services").glob("*/worker.py")}
    assert ours == DOMAINS | workers | {STUDIO}


@pytest.mark.parametrize("name", sorted(set(COMPOSE) - INFRASTRUCTURE))
def test_compose_sets_only_variables_that_the_service_reads(name: str) -> None:
    settings = importlib.import_module(f"services.{name.removesuffix('-worker')}.settings").Settings
    assert set(COMPOSE[name]["environment"]) <= {variable for variable, _, _ in describe(settings)}


def test_the_gateway_finds_every_container() -> None:
    for cluster in rendering("compose")["static_resources"]["clusters"]:
        (address,) = every("socket_address", cluster)
        environment = COMPOSE[address["address"]]["environment"]
        port = environment["HTTP_PORT" if cluster["name"] == MEDIA else "PORT"]
        assert str(address["port_value"]) == port
        assert address["address"] == ("library" if cluster["name"] == MEDIA else cluster["name"])


def test_the_fixed_ports_are_the_defaults_of_the_settings() -> None:
    for cluster in rendering("local")["static_resources"]["clusters"]:
        domain = "library" if cluster["name"] == MEDIA else cluster["name"]
        settings = importlib.import_module(f"services.{domain}.settings").Settings
        defaults = {variable: default for variable, _, default in describe(settings)}
        (address,) = every("socket_address", cluster)
        assert str(address["port_value"]) == defaults["HTTP_PORT" if cluster["name"] == MEDIA else "PORT"]
