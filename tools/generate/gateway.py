"""The committed renderings of the Envoy configuration."""

from pathlib import Path

from google.protobuf.descriptor_pb2 import FileDescriptorSet

from sfa.door import contained
from sfa.gateway import Address, GatewayConfig, render

NOTICE = "# Made by `make gen` from envoy.yaml.j2; edit that. {use}\n\n"

# The fixed ports of a mesh on one machine; `sfa up` uses these unless told otherwise.
LOCAL = GatewayConfig(
    descriptors="gen/descriptors/alchemy.binpb",
    mesh_key_file="data/mesh.key",
    studio=Address("127.0.0.1", 8001),
    upstreams={
        "analysis": Address("127.0.0.1", 3004),
        "download": Address("127.0.0.1", 3002),
        "library": Address("127.0.0.1", 3005),
        "media": Address("127.0.0.1", 3015),
        "processing": Address("127.0.0.1", 3003),
        "realtime": Address("127.0.0.1", 3006),
        "spotify": Address("127.0.0.1", 3001),
        "studio": Address("127.0.0.1", 3008),
    },
)

# Inside compose, services are known by name; the published port is bound to the host's loopback.
COMPOSE = contained({}, Path(), descriptors="/etc/envoy/alchemy.binpb")


def write_gateway(contract: FileDescriptorSet, out: Path) -> None:
    """Writes local.yaml and compose.yaml."""
    out.mkdir(parents=True)
    local = NOTICE.format(use="For services on the fixed ports of one machine, run from the repository's root.")
    compose = NOTICE.format(use="For compose/docker-compose.yml, which mounts it.")
    (out / "local.yaml").write_text(local + render(LOCAL, contract))
    (out / "compose.yaml").write_text(compose + render(COMPOSE, contract))
