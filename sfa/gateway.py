"""The Envoy configuration: envoy/envoy.yaml.j2, filled in for given addresses and the services of the contract."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from google.api import annotations_pb2, http_pb2
from google.protobuf.descriptor_pb2 import FileDescriptorSet, MethodDescriptorProto
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from sfa.sign_in import DoorClosed, SignIn, offer

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")
LOOPBACK_ORIGINS = r"https?://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?"
GIB = 1024**3


@dataclass(frozen=True)
class Address:
    """Where something listens."""

    host: str
    port: int


@dataclass(frozen=True)
class Tls:
    """How connections are encrypted.

    Attributes:
        secret: a file that names the certificate (`discovered`), as Envoy sees it.
        redirect: where plain HTTP listens, to send browsers to https; None = nowhere.
        public_port: the port of https that browsers are sent to.
    """

    NAME: ClassVar[str] = "certificate"

    secret: str
    redirect: Address | None = None
    public_port: int = 443

    @classmethod
    def discovered(cls, certificate: Path, key: Path) -> str:
        """What to write into `secret`. Envoy reads certificate and key again whenever a file is moved to the certificate's folder.

        Args:
            certificate: a PEM file with the certificate and those between it and its authority, as Envoy sees it.
            key: a PEM file with its private key.
        """
        secret = {
            "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret",
            "name": cls.NAME,
            "tls_certificate": {
                "certificate_chain": {"filename": str(certificate)},
                "private_key": {"filename": str(key)},
                "watched_directory": {"path": str(certificate.parent)},
            },
        }
        return json.dumps({"resources": [secret]})


class DoorUnguarded(DoorClosed):
    """Without sign-in everybody is the same user, so the door may only open to this machine."""

    def __init__(self, host: str) -> None:
        super().__init__(
            f"Without sign-in the gateway listens on this machine only, not on {host}. "
            "Set AUTH=jwt and the issuer of your tokens, or listen on 127.0.0.1."
        )


@dataclass(frozen=True, kw_only=True)
class GatewayConfig:
    """Everything that differs between one deployment of the gateway and another.

    Attributes:
        descriptors: path of alchemy.binpb, as the Envoy process sees it.
        upstreams: address per cluster: one for each public service's domain ("library", "processing", "realtime"), and
            "media" for the library's HTTP port; "studio" for the web page's files, which may be absent.
        listen: where clients connect.
        studio: one more address to listen on, the same in everything; for the web page. None = only `listen`.
        admin: where Envoy's admin page listens; keep it on loopback.
        hosts: names (without port) under which clients may address the gateway; ("*",) = any.
        origins: regular expression of the web origins that may call; others are refused.
        mesh_key_file: the secret that the services ask for, as Envoy sees it; they refuse calls that come without it.
        sign_in: how people prove who they are; None = everybody is `user`, an administrator.
        tls: how connections are encrypted; None = they are not.
        traces: where the gateway's spans go, by OTLP over gRPC without TLS; None = nowhere.
        user: the owner that every request gets while there is no sign-in.
        contained: whether the gateway's host is a container, whose ports are published by somebody else.
        max_upload_bytes: the largest file, in bytes. The library must be given the same limit.
    """

    descriptors: str
    upstreams: Mapping[str, Address]
    mesh_key_file: str
    listen: Address = Address("127.0.0.1", 3000)
    studio: Address | None = None
    admin: Address = Address("127.0.0.1", 9901)
    hosts: Sequence[str] = LOOPBACK_NAMES
    origins: str = LOOPBACK_ORIGINS
    sign_in: SignIn | None = None
    tls: Tls | None = None
    traces: Address | None = None
    user: str = "local"
    contained: bool = False
    max_upload_bytes: int = 2 * GIB

    def __post_init__(self) -> None:
        for address in filter(None, (self.listen, self.studio)):
            if self.sign_in is None and not self.contained and address.host not in {*LOOPBACK_NAMES, "::1"}:
                raise DoorUnguarded(address.host)


@dataclass(frozen=True)
class PublicService:
    """One service behind the gateway, its RPCs sorted by how the gateway must treat them.

    Attributes:
        name: full proto name, which is also its health-check name.
        cluster: the domain, "library" for alchemy.library.v1.
        safe: unary RPCs that change nothing, and may be repeated.
        effects: unary RPCs that change something.
        watches: server streams that may be repeated before their first message.
        downloads: server streams that only the client can repeat.
        uploads: client streams.
        upload_paths: where the uploads are in REST.
    """

    name: str
    cluster: str
    safe: tuple[str, ...]
    effects: tuple[str, ...]
    watches: tuple[str, ...]
    downloads: tuple[str, ...]
    uploads: tuple[str, ...]
    upload_paths: tuple[str, ...]

    def pattern(self, methods: Sequence[str]) -> str:
        """A regular expression for the gRPC paths of these RPCs."""
        return f"/{re.escape(self.name)}/({'|'.join(methods)})"


def render(config: GatewayConfig, contract: FileDescriptorSet | None = None) -> str:
    """The Envoy configuration as YAML.

    Args:
        config: where things are.
        contract: the contract to route; None = the one that comes with the product.
    """
    environment = Environment(
        loader=FileSystemLoader(_data("envoy").as_posix()),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - the output is YAML
    )
    if contract is None:
        contract = FileDescriptorSet.FromString(descriptor_file().read_bytes())
    services = public_services(contract)
    template = environment.get_template("envoy.yaml.j2")
    return template.render(config=config, services=services, offer=json.dumps(offer(config.sign_in)))


def descriptor_file() -> Path:
    """The contract as a serialized FileDescriptorSet, which Envoy loads too."""
    return _data("descriptors") / "alchemy.binpb"


def public_services(descriptors: FileDescriptorSet) -> list[PublicService]:
    """The services that the gateway routes, sorted by name: those with at least one HTTP rule."""
    found = [
        _public_service(f"{file.package}.{service.name}", service.method)
        for file in descriptors.file
        for service in file.service
        if any(_rule(method) for method in service.method)
    ]
    return sorted(found, key=lambda service: service.name)


def _public_service(name: str, methods: Sequence[MethodDescriptorProto]) -> PublicService:
    sorted_into: dict[str, list[str]] = {"safe": [], "effects": [], "watches": [], "downloads": [], "uploads": []}
    for method in methods:
        sorted_into[_kind(method)].append(method.name)
    rules = [_rule(method) for method in methods if method.client_streaming]
    return PublicService(
        name=name,
        cluster=name.split(".")[1],
        upload_paths=tuple(rule.post for rule in rules if rule),
        **{kind: tuple(names) for kind, names in sorted_into.items()},
    )


def _kind(method: MethodDescriptorProto) -> str:
    rule = _rule(method)
    reads = rule is not None and rule.WhichOneof("pattern") == "get"
    if method.client_streaming:
        return "uploads"
    if method.server_streaming:
        return "watches" if reads else "downloads"
    return "safe" if reads else "effects"


def _rule(method: MethodDescriptorProto) -> http_pb2.HttpRule | None:
    options = method.options
    return options.Extensions[annotations_pb2.http] if options.HasExtension(annotations_pb2.http) else None


def studio_page() -> Path | None:
    """The directory of the built web page; None if nobody has built it."""
    page = _data("studio")
    return page if (page / "index.html").is_file() else None


def _data(kind: str) -> Path:
    """A folder of data: inside the package where it was installed from a wheel, else in the checkout."""
    installed = Path(__file__).parent / "data" / kind
    if installed.exists():
        return installed
    checkout = Path(__file__).parents[1]
    return checkout / {"envoy": "envoy", "descriptors": "gen/descriptors", "studio": "web/dist"}[kind]
