"""The compose files against their specification, against the code, and against what a container must not be able to do."""

import importlib
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from services.mesh.settings import describe
from sfa import door, sign_in
from sfa.door import contained
from sfa.sign_in import DoorClosed
from tests.deploy.compose import (
    BASE,
    FOLDER,
    MAC,
    OBSERVABILITY,
    PROD,
    SettingMissing,
    Tree,
    interpolated,
    project,
    raw,
    variables,
)
from tools.generate.toolchain import ROOT

# Of the Compose specification, https://github.com/compose-spec/compose-spec at 170098b, Apache 2.0.
SCHEMA = jsonschema.Draft7Validator(
    json.loads((Path(__file__).parent / "compose-spec" / "compose-spec.json").read_text())
)

FILES = sorted(path.name for path in FOLDER.glob("*.yml"))
STARTS = {"dev": (BASE,), "mac": (BASE, MAC), "prod": (BASE, PROD), "observability": (BASE, OBSERVABILITY)}
STARTS |= {"everything": (BASE, PROD, OBSERVABILITY)}
# What docker-compose.prod.yml insists on.
ENV = {
    "PUBLIC_URL": "https://music.example.org",
    "AUTH_ISSUER": "https://id.example.org",
    "POSTGRES_PASSWORD": "secret",
}
# Containers that run no service of ours.
FOREIGN = {"envoy", "valkey", "postgres", "prometheus", "grafana", "jaeger"}
EXAMPLE = (FOLDER / ".env.example").read_text()
EXAMPLES = dict(re.findall(r"^([A-Z0-9_]+)=(.*)$", EXAMPLE, re.MULTILINE))


def every(start: str) -> dict[str, Tree]:
    services: dict[str, Tree] = project(*STARTS[start], env=ENV)["services"]
    return services


CONTAINERS = [pytest.param(service, id=f"{start}-{name}") for start in STARTS for name, service in every(start).items()]


@pytest.mark.parametrize("name", FILES)
def test_a_file_keeps_to_the_specification(name: str) -> None:
    SCHEMA.validate(raw(name))


@pytest.mark.parametrize("start", STARTS)
def test_files_put_together_keep_to_the_specification(start: str) -> None:
    SCHEMA.validate(project(*STARTS[start], env=ENV))


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.skipif(
    subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode != 0
    if shutil.which("docker")
    else True,
    reason="`docker compose` is not installed; it needs no engine for this",
)
def test_docker_compose_reads_them(start: str) -> None:
    files = [part for name in STARTS[start] for part in ("-f", str(FOLDER / name))]
    result = subprocess.run(
        ["docker", "compose", *files, "config", "--quiet"], env=ENV, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("service", CONTAINERS)
def test_a_container_can_do_little(service: Tree) -> None:
    user = str(service["user"]).split(":")[0]
    assert user.isdecimal()
    assert int(user) > 0
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not service.get("privileged")
    assert "network_mode" not in service
    assert "pid" not in service
    assert service["networks"] == ["sound-forge-network"]


@pytest.mark.parametrize("service", CONTAINERS)
def test_a_container_has_limits(service: Tree) -> None:
    assert re.fullmatch(r"\d+[mg]", service["mem_limit"])
    assert float(service["cpus"]) >= 0
    assert 0 < service["pids_limit"] <= 1024
    # Its log does not fill the disk.
    assert {"max-size", "max-file"} <= set(service["logging"]["options"])


def test_on_a_server_every_container_restarts_and_has_its_share_of_processors() -> None:
    for name, service in every("prod").items():
        assert service["restart"] == "always", name
        assert float(service["cpus"]) > 0, name


@pytest.mark.parametrize("start", STARTS)
def test_nothing_is_published_beyond_this_machine_but_the_door_of_a_server(start: str) -> None:
    public = {
        (name, port)
        for name, service in every(start).items()
        for port in service.get("ports", ())
        if not port.startswith("127.0.0.1:")
    }
    wanted = {("envoy", "443:3000"), ("envoy", "80:8080")}
    assert public == (wanted if PROD in STARTS[start] else set())


@pytest.mark.parametrize("service", CONTAINERS)
def test_what_is_mounted_exists(service: Tree) -> None:
    for mount in service.get("volumes", ()):
        source = mount.split(":")[0]
        if source.startswith("./") and source != "./tls":
            assert (FOLDER / source).exists(), source
            assert mount.endswith(":ro"), mount


@pytest.mark.parametrize("start", STARTS)
def test_volumes_networks_and_secrets_are_declared_and_used(start: str) -> None:
    whole = project(*STARTS[start], env=ENV)
    services = whole["services"].values()
    named = {mount.split(":")[0] for service in services for mount in service.get("volumes", ())}
    assert {name for name in named if not name.startswith(".")} == set(whole["volumes"])
    assert {name for service in services for name in service.get("secrets", ())} == set(whole["secrets"])
    assert set(whole["networks"]) == {"sound-forge-network"}
    assert whole["networks"]["sound-forge-network"]["name"] == "sound-forge-network"
    assert "audio_data" in whole["volumes"]


@pytest.mark.parametrize("start", STARTS)
def test_whom_a_container_waits_for_is_there_and_can_become_healthy(start: str) -> None:
    services = every(start)
    for name, service in services.items():
        for other, wish in service.get("depends_on", {}).items():
            assert wish["condition"] == "service_healthy", f"{name} on {other}"
            assert services[other]["healthcheck"].get("test"), other
            # One that a profile leaves out is waited for only where it runs.
            assert not services[other].get("profiles") or service.get("profiles") or wish["required"] is False


def test_services_are_asked_for_their_health_at_their_port() -> None:
    for name, service in every("dev").items():
        if name in FOREIGN or name == "studio":
            continue
        port = service["environment"]["HEALTH_PORT" if name.endswith("-worker") else "PORT"]
        assert service["healthcheck"]["test"] == ["CMD", "python", "-m", "services.mesh.probe", port], name


@pytest.mark.parametrize("name", sorted(set(every("dev")) - FOREIGN))
def test_a_service_is_given_every_variable_that_it_reads(name: str) -> None:
    """Those of a worker and its service are one class; a worker serves nothing, and only workers have a health port."""
    settings = importlib.import_module(f"services.{name.removesuffix('-worker')}.settings").Settings
    read = {variable for variable, _, _ in describe(settings)}
    needless = {"PORT"} if name.endswith("-worker") else {"HEALTH_PORT"}
    given = set(every("dev")[name]["environment"])
    # What a worker leaves unread of its service's settings it may be given all the same.
    assert read - needless == given - needless


def test_the_gateway_is_given_every_variable_that_it_reads() -> None:
    documented = set(re.findall(r"^([A-Z0-9_]+)  +\S", f"{door.__doc__}\n{sign_in.__doc__}", re.MULTILINE))
    assert {"AUTH_ISSUER", "PUBLIC_URL", "TLS_CERT_FILE"} <= documented
    # Addresses of services and of the gateway's own ports are those that the compose files use by default.
    fixed = {"LIBRARY_TARGET", "HOST", "GATEWAY_PORT", "STUDIO_PORT", "ADMIN_PORT"}
    assert documented - fixed <= set(every("prod")["envoy"]["environment"])


def test_every_setting_is_explained() -> None:
    asked = {variable for name in FILES for variable in variables(name)}
    assert asked == set(EXAMPLES)
    for name in EXAMPLES:
        before = EXAMPLE[: EXAMPLE.index(f"\n{name}=")].splitlines()
        # A comment stands above it, or above the lines of which it is one.
        while before and re.match(r"[A-Z0-9_]+=", before[-1]):
            before.pop()
        assert before[-1].startswith("# "), name


def test_what_is_not_a_setting_is_named_as_such() -> None:
    literal = {
        variable
        for service in raw(BASE)["services"].values()
        for variable, value in service.get("environment", {}).items()
        if "$" not in str(value)
    }
    head = EXAMPLE.split("# ---")[0]
    assert [variable for variable in sorted(literal) if not re.search(rf"\b{variable}\b", head)] == []


def test_the_example_settings_change_nothing() -> None:
    env = {name: value for name, value in EXAMPLES.items() if value}
    assert project(BASE, env=env) == project(BASE, env={"DEVICE": "auto"})


@pytest.mark.parametrize("missing", sorted(ENV))
def test_a_server_is_not_started_half_set_up(missing: str) -> None:
    with pytest.raises(SettingMissing, match=missing):
        project(BASE, PROD, env={name: value for name, value in ENV.items() if name != missing})


@pytest.mark.parametrize(("use_gpu", "profile"), [("", "cpu"), ("false", "cpu"), ("true", "cuda"), ("rocm", "rocm")])
def test_hardware_is_a_setting(use_gpu: str, profile: str) -> None:
    worker = project(BASE, env={"USE_GPU": use_gpu})["services"]["processing-worker"]
    assert worker["build"]["args"] == {"PROFILE": profile}
    assert worker["image"].endswith(f"-{profile}")
    devices = worker.get("deploy", {}).get("resources", {}).get("reservations", {}).get("devices", [])
    assert devices == ([{"driver": "nvidia", "count": "1", "capabilities": ["gpu"]}] if profile == "cuda" else [])
    assert ("/dev/kfd:/dev/kfd" in worker.get("devices", ())) == (profile == "rocm")


def test_gpus_are_lent_as_the_settings_say() -> None:
    env = {"USE_GPU": "true", "GPU_DRIVER": "cdi", "GPU_COUNT": "all", "GPU_CAPABILITIES": "compute"}
    (device,) = project(BASE, env=env)["services"]["processing-worker"]["deploy"]["resources"]["reservations"][
        "devices"
    ]
    assert device == {"driver": "cdi", "count": "all", "capabilities": ["compute"]}


def test_a_server_has_an_nvidia_gpu_unless_told_otherwise() -> None:
    def reserved(env: dict[str, str]) -> bool:
        return "deploy" in project(BASE, PROD, env=ENV | env)["services"]["processing-worker"]

    assert reserved({})
    assert not reserved({"USE_GPU": "false"})


def test_profiles_of_hardware_differ_in_arguments_and_devices_only() -> None:
    workers = raw("processing-worker.yml")["services"]
    for worker in workers.values():
        assert worker["build"].pop("args").keys() == {"PROFILE"}
        worker.pop("image")
        for lent in ("deploy", "devices", "group_add"):
            worker.pop(lent, None)
    (first, *others) = workers.values()
    assert all(other == first for other in others)


def test_the_mac_runs_the_essential_services_by_fixed_names_on_the_cpu() -> None:
    services = every("mac")
    started = {name for name, service in services.items() if not service.get("profiles")}
    assert set(services) - started == {"download", "download-worker", "spotify"}
    names = {name: service["container_name"] for name, service in services.items()}
    assert names == {name: f"sound-forge-{name}" for name in services}
    assert services["processing-worker"]["environment"]["DEVICE"] == "cpu"


@pytest.mark.parametrize("start", ["dev", "prod"])
def test_the_gateway_can_be_rendered_from_its_environment(
    start: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    envoy = project(*STARTS[start], env=ENV if start == "prod" else {})["services"]["envoy"]
    environment = envoy["environment"]
    for name in ("TLS_CERT_FILE", "TLS_KEY_FILE"):
        if name in environment:
            file = tmp_path / name
            file.write_text("a PEM file")
            environment[name] = str(file)
    config = contained(environment, tmp_path)
    published = {int(port.rsplit(":", 1)[1]) for port in envoy["ports"]}
    listens = {config.listen.port} | ({config.studio.port} if config.studio else set())
    if config.tls and config.tls.redirect:
        listens.add(config.tls.redirect.port)
    assert published == listens
    assert (config.sign_in is not None) == (config.tls is not None) == (start == "prod")


def test_a_server_without_sign_in_does_not_open(tmp_path: Path) -> None:
    environment = every("prod")["envoy"]["environment"] | {"AUTH": "local"}
    with pytest.raises(DoorClosed):
        contained(environment, tmp_path)


def test_the_database_of_a_server_is_its_postgresql() -> None:
    services = every("prod")
    url = services["library"]["environment"]["DATABASE_URL"]
    assert url == "postgresql+asyncpg://alchemy:secret@postgres:5432/alchemy"
    assert services["library"]["depends_on"]["postgres"] == {"condition": "service_healthy"}
    assert services["postgres"]["environment"]["POSTGRES_PASSWORD"] == "secret"
    other = project(BASE, PROD, env=ENV | {"DATABASE_URL": "postgresql+asyncpg://a:b@c/d"})
    assert other["services"]["library"]["environment"]["DATABASE_URL"] == "postgresql+asyncpg://a:b@c/d"


def test_images_that_are_not_ours_are_named_by_tag_or_digest() -> None:
    """What is true of a digest is its form: none could be looked up where this was written, and none is made up."""
    pattern = re.compile(r"[a-z0-9./-]+:v?\d[\w.]*(@sha256:[0-9a-f]{64})?")
    for name in FILES:
        for service in raw(name)["services"].values():
            image = service.get("image", "sound-forge-alchemy/")
            if "sound-forge-alchemy/" not in image:
                assert pattern.fullmatch(interpolated(image, {})), image
                assert image.startswith("${"), "which image is a setting"


def test_dockerfiles_exist_and_take_the_arguments_that_they_are_given() -> None:
    for start in STARTS:
        for name, service in every(start).items():
            if build := service.get("build"):
                dockerfile = (ROOT / build["dockerfile"]).read_text()
                for argument in build.get("args", ()):
                    assert re.search(rf"^ARG {argument}\b", dockerfile, re.MULTILINE), f"{name}: {argument}"


def _scraped(config: Any) -> set[str]:
    jobs = config["scrape_configs"]
    dns = {name for job in jobs for one in job.get("dns_sd_configs", ()) for name in one["names"]}
    static = {
        target.split(":")[0] for job in jobs for one in job.get("static_configs", ()) for target in one["targets"]
    }
    return dns | static


def test_prometheus_asks_every_service_and_traces_come_from_every_service() -> None:
    config = yaml.safe_load((FOLDER / "observability" / "prometheus.yml").read_text())
    services = every("observability")
    ours = set(services) - (FOREIGN - {"envoy"}) - {"studio"}  # which serves files, and counts nothing
    assert _scraped(config) == ours
    for job in config["scrape_configs"]:
        for found in job.get("dns_sd_configs", ()):
            ports = {services[name]["environment"]["METRICS_PORT"] for name in found["names"]}
            assert ports == {str(found["port"])}
    endpoints = {services[name]["environment"]["OTEL_EXPORTER_OTLP_ENDPOINT"] for name in ours}
    assert endpoints == {"http://jaeger:4317"}
