"""The contract as data: descriptor sets, whole for Envoy, with comments for documents, pruned for the SDK."""

import tempfile
from pathlib import Path

from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet

from tools.generate.toolchain import copy_googleapis, own_protos, protoc

# Errors carry these in google.protobuf.Any, which no import shows: Envoy and clients need them to read one.
ERROR_DETAILS = "google/rpc/error_details.proto"

# Files that only declare options. Code generated from them is of no use to a caller.
_OPTION_FILES = frozenset(
    f"google/api/{name}.proto" for name in ("annotations", "client", "field_behavior", "field_info", "http", "resource")
)


def read_protos() -> FileDescriptorSet:
    """Compiles the project's protos and all that they import, with source comments."""
    copy_googleapis()
    with tempfile.TemporaryDirectory() as scratch:
        output = Path(scratch) / "set.binpb"
        options = [f"--descriptor_set_out={output}", "--include_imports", "--include_source_info"]
        protoc(options, [*own_protos(), ERROR_DETAILS])
        return FileDescriptorSet.FromString(output.read_bytes())


def write_descriptors(protos: FileDescriptorSet, out: Path) -> None:
    """Writes alchemy.binpb: self-contained, without comments. Envoy, `buf curl` and tests read it."""
    compact = FileDescriptorSet()
    for file in protos.file:
        copy = compact.file.add()
        copy.CopyFrom(file)
        copy.ClearField("source_code_info")
    write_set(compact, out / "alchemy.binpb")


def write_set(files: FileDescriptorSet, path: Path) -> None:
    """Writes a descriptor set; equal sets give equal bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(files.SerializeToString(deterministic=True))


def without_options(protos: FileDescriptorSet) -> FileDescriptorSet:
    """The same contract without HTTP rules, resource annotations and the files that declare them."""
    dropped = _OPTION_FILES | {"google/protobuf/descriptor.proto"}
    kept = FileDescriptorSet()
    for file in protos.file:
        if file.name in dropped:
            continue
        copy = kept.file.add()
        copy.CopyFrom(file)
        imports = [name for name in file.dependency if name not in dropped]
        copy.ClearField("dependency")
        copy.dependency.extend(imports)
    return kept


def has_service(file: FileDescriptorProto) -> bool:
    """Whether the file declares RPCs."""
    return len(file.service) > 0
