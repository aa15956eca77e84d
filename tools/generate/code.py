"""Clients and servers in code: grpcio for the services, betterproto2 for the SDK, protobuf-es for browsers."""

import json
import tempfile
from pathlib import Path

from google.protobuf.descriptor_pb2 import FileDescriptorSet

from tools.generate.descriptors import has_service, without_options, write_set
from tools.generate.toolchain import WEB_BIN, ToolMissing, own_protos, protoc

# web/ depends on gen/ts as a package of this name.
TYPESCRIPT_PACKAGE = {
    "name": "@sound-forge-alchemy/api",
    "version": "0.0.0",
    "private": True,
    "license": "MIT",
    "type": "module",
    "exports": {"./*.js": "./*.ts"},
    "peerDependencies": {"@bufbuild/protobuf": "^2.17.0"},
}


def write_python(protos: FileDescriptorSet, out: Path) -> None:
    """Writes the package `alchemy`: messages with type stubs, and typed asyncio service stubs."""
    out.mkdir(parents=True)
    protoc([f"--python_out={out}", f"--pyi_out={out}"], own_protos())
    services = [file.name for file in protos.file if has_service(file)]
    protoc([f"--grpc_python_out={out}", f"--mypy_grpc_out=quiet,only_async:{out}"], services)
    package = out / "alchemy"
    for folder in (package, *package.glob("**/")):
        (folder / "__init__.py").touch()
    (package / "py.typed").touch()


def write_sdk(protos: FileDescriptorSet, out: Path) -> None:
    """Writes the package `alchemy_sdk`: dataclasses and asyncio clients on grpclib.

    Its packages import each other relatively, which is why they need the common parent package.
    """
    package = out / "alchemy_sdk"
    package.mkdir(parents=True)
    pruned = without_options(protos)
    # Well-known types and HTTP annotations come with the runtime or are of no use; what remains is what calls need.
    files = [file.name for file in pruned.file if not file.name.startswith("google/protobuf/")]
    with tempfile.TemporaryDirectory() as scratch:
        source = Path(scratch) / "set.binpb"
        write_set(pruned, source)
        options = [f"--python_betterproto2_out={package}", "--python_betterproto2_opt=client_generation=async"]
        protoc(options, files, sources=source)


def write_typescript(protos: FileDescriptorSet, out: Path) -> None:
    """Writes ES modules for @bufbuild/protobuf, the google/ files that they import included."""
    if not (WEB_BIN / "protoc-gen-es").exists():
        raise ToolMissing("protoc-gen-es is not installed: run `npm ci` in web/, or `make .venv`.")
    out.mkdir(parents=True)
    files = [file.name for file in protos.file if not file.name.startswith("google/protobuf/")]
    protoc([f"--es_out={out}", "--es_opt=target=ts,import_extension=js"], files)
    (out / "package.json").write_text(json.dumps(TYPESCRIPT_PACKAGE, indent=2) + "\n")
