"""The contract in a form that documents are made from: services, RPCs, HTTP rules, types, and every comment."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from itertools import pairwise

from google.api import annotations_pb2, field_behavior_pb2, http_pb2, resource_pb2
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor, MethodDescriptor, ServiceDescriptor
from google.protobuf.descriptor_pb2 import DescriptorProto, EnumDescriptorProto, FileDescriptorProto, FileDescriptorSet
from google.protobuf.descriptor_pool import DescriptorPool
from google.rpc import code_pb2

# How the gateway shows a gRPC code over REST (google.rpc.Code documents the mapping).
HTTP_STATUS = {
    "CANCELLED": 499,
    "UNKNOWN": 500,
    "INVALID_ARGUMENT": 400,
    "DEADLINE_EXCEEDED": 504,
    "NOT_FOUND": 404,
    "ALREADY_EXISTS": 409,
    "PERMISSION_DENIED": 403,
    "UNAUTHENTICATED": 401,
    "RESOURCE_EXHAUSTED": 429,
    "FAILED_PRECONDITION": 400,
    "ABORTED": 409,
    "OUT_OF_RANGE": 400,
    "UNIMPLEMENTED": 501,
    "INTERNAL": 500,
    "UNAVAILABLE": 503,
    "DATA_LOSS": 500,
}

# Field numbers of google/protobuf/descriptor.proto, of which the paths of source comments are made.
_MESSAGES, _ENUMS, _SERVICES = 4, 5, 6
_FIELDS, _NESTED, _NESTED_ENUMS = 2, 3, 4
_VALUES, _METHODS = 2, 2


@dataclass(frozen=True)
class Binding:
    """One way to call an RPC over HTTP.

    Attributes:
        verb: "get", "post", ...
        path: as OpenAPI writes it: /v1/tracks/{track}:watch.
        path_fields: dotted request fields that the path fills.
        parameters: names of the path's variables, in order.
        body: the request field that is the body, "*" for all that the path leaves, "" for none.
    """

    verb: str
    path: str
    path_fields: tuple[str, ...]
    parameters: tuple[str, ...]
    body: str


@dataclass(frozen=True)
class Reason:
    """One documented error: a value of alchemy.errors.v1.ErrorReason.

    Attributes:
        name: without the prefix, as ErrorInfo carries it.
        code: name of the gRPC code.
        comment: what it means and what to do, without the code.
    """

    name: str
    code: str
    comment: str

    @property
    def status(self) -> int:
        """The HTTP status over REST."""
        return HTTP_STATUS[self.code]


class Contract:
    """The project's protos, resolved."""

    def __init__(self, protos: FileDescriptorSet) -> None:
        self._pool = DescriptorPool()
        self._files = list(protos.file)
        self._comments: dict[str, str] = {}
        for file in protos.file:
            self._pool.Add(file)
            self._comments.update(_comments(file))

    @cached_property
    def services(self) -> list[ServiceDescriptor]:
        """The services that have at least one HTTP rule, sorted by name; others are internal to the mesh."""
        found = [
            self._pool.FindServiceByName(f"{file.package}.{service.name}")
            for file in self._files
            for service in file.service
        ]
        public = [service for service in found if any(self.bindings(method) for method in service.methods)]
        return sorted(public, key=lambda service: service.full_name)

    @cached_property
    def reasons(self) -> dict[str, Reason]:
        """Every documented error reason by name, in the order of their numbers."""
        enum = self._pool.FindEnumTypeByName("alchemy.errors.v1.ErrorReason")
        reasons = {}
        for value in enum.values[1:]:
            name = value.name.removeprefix("ERROR_REASON_")
            match = re.match(
                r"(?P<where>In a job's error, code )?(?P<code>[A-Z_]+)(?P<rest>[.,] .*)", self._flat(value)
            )
            if match is None or match["code"] not in HTTP_STATUS:
                raise ValueError(f"the comment of {value.name} does not begin with a gRPC code")
            rest = match["rest"].removeprefix(". ").removeprefix(", ")
            comment = f"{rest} Only in a job's error." if match["where"] else rest[0].upper() + rest[1:]
            reasons[name] = Reason(name, match["code"], comment)
        return reasons

    def comment(
        self, thing: Descriptor | EnumDescriptor | FieldDescriptor | MethodDescriptor | ServiceDescriptor
    ) -> str:
        """The comment above a declaration, as Markdown; empty if there is none."""
        return _markdown(self._comments.get(thing.full_name, ""))

    def value_comments(self, enum: EnumDescriptor) -> Iterator[tuple[str, str]]:
        """Name and comment of each value of an enum."""
        for value in enum.values:
            yield value.name, _markdown(self._comments.get(f"{enum.full_name}.{value.name}", ""))

    def reasons_of(self, method: MethodDescriptor) -> list[Reason]:
        """The error reasons that the comment of an RPC names, in its order."""
        words = re.findall(r"[A-Z][A-Z_]+", self._comments.get(method.full_name, ""))
        return [self.reasons[word] for word in dict.fromkeys(words) if word in self.reasons]

    def bindings(self, method: MethodDescriptor) -> list[Binding]:
        """The HTTP rules of an RPC, the main one first; empty for an RPC that only gRPC can call."""
        options = method.GetOptions()
        if not options.HasExtension(annotations_pb2.http):
            return []
        rule = options.Extensions[annotations_pb2.http]
        return [self._binding(one) for one in (rule, *rule.additional_bindings)]

    def _binding(self, rule: http_pb2.HttpRule) -> Binding:
        verb = rule.WhichOneof("pattern")
        fields, parameters = [], []

        def expand(match: re.Match[str]) -> str:
            fields.append(match["field"])
            segments = (match["pattern"] or "*").split("/")
            for position, segment in enumerate(segments):
                if segment == "*":
                    name = self._singular[segments[position - 1]] if position else match["field"]
                    parameters.append(name)
                    segments[position] = f"{{{name}}}"
            return "/".join(segments)

        path = re.sub(r"\{(?P<field>[\w.]+)(=(?P<pattern>[^}]+))?\}", expand, getattr(rule, verb))
        return Binding(verb, path, tuple(fields), tuple(parameters), rule.body)

    @cached_property
    def _singular(self) -> dict[str, str]:
        """The id's name in each collection, from the patterns of the contract's resources: "tracks" -> "track"."""
        patterns = [
            pattern.split("/")
            for file in self._files
            for message in file.message_type
            for pattern in message.options.Extensions[resource_pb2.resource].pattern
        ]
        return {
            collection: segment[1:-1]
            for segments in patterns
            for collection, segment in pairwise(segments)
            if segment.startswith("{")
        }

    def _flat(self, value: object) -> str:
        name = f"alchemy.errors.v1.ErrorReason.{getattr(value, 'name', '')}"
        return " ".join(self._comments.get(name, "").split())


def behaviours(field: FieldDescriptor) -> set[str]:
    """The google.api.field_behavior of a field, by name: "REQUIRED", "OUTPUT_ONLY", ..."""
    numbers = field.GetOptions().Extensions[field_behavior_pb2.field_behavior]
    return {field_behavior_pb2.FieldBehavior.Name(number) for number in numbers}


def short_name(full_name: str) -> str:
    """A type's name without its package: "Artifact.Kind"."""
    return ".".join(part for part in full_name.split(".") if part[:1].isupper())


def summary(comment: str) -> str:
    """The first sentence."""
    match = re.match(r"(.*?[.!?])(\s|$)", comment, re.DOTALL)
    return match[1].replace("\n", " ") if match else comment


def status_text(status: int) -> str:
    """What an HTTP status is called."""
    return "Client Closed Request" if status == HTTP_STATUS["CANCELLED"] else HTTPStatus(status).phrase


def code_number(code: str) -> int:
    """The number of a gRPC code."""
    return int(code_pb2.Code.Value(code))


def _comments(file: FileDescriptorProto) -> Iterable[tuple[str, str]]:
    """Full name and raw comment of everything that a file declares."""
    names = dict(_names(file))
    for location in file.source_code_info.location:
        name = names.get(tuple(location.path))
        if name and location.leading_comments:
            yield name, location.leading_comments


def _names(file: FileDescriptorProto) -> Iterator[tuple[tuple[int, ...], str]]:
    pending: list[tuple[tuple[int, ...], str, DescriptorProto]] = [
        ((_MESSAGES, index), f"{file.package}.{message.name}", message)
        for index, message in enumerate(file.message_type)
    ]
    enums: list[tuple[tuple[int, ...], str, EnumDescriptorProto]] = [
        ((_ENUMS, index), f"{file.package}.{enum.name}", enum) for index, enum in enumerate(file.enum_type)
    ]
    while pending:
        path, name, message = pending.pop()
        yield path, name
        for index, field in enumerate(message.field):
            yield (*path, _FIELDS, index), f"{name}.{field.name}"
        for index, nested in enumerate(message.nested_type):
            pending.append(((*path, _NESTED, index), f"{name}.{nested.name}", nested))
        for index, enum in enumerate(message.enum_type):
            enums.append(((*path, _NESTED_ENUMS, index), f"{name}.{enum.name}", enum))
    for path, name, enum in enums:
        yield path, name
        for index, value in enumerate(enum.value):
            yield (*path, _VALUES, index), f"{name}.{value.name}"
    for index, service in enumerate(file.service):
        name = f"{file.package}.{service.name}"
        yield (_SERVICES, index), name
        for position, method in enumerate(service.method):
            yield (_SERVICES, index, _METHODS, position), f"{name}.{method.name}"


def _markdown(comment: str) -> str:
    """A proto comment as Markdown: lines joined to paragraphs, indented blocks fenced."""
    paragraphs: list[str] = []
    for block in re.split(r"\n\s*\n", comment.rstrip()):
        lines = [line.removeprefix(" ") for line in block.splitlines()]
        if all(line.startswith("  ") for line in lines):
            paragraphs.append("\n".join(["```", *(line.removeprefix("  ") for line in lines), "```"]))
        else:
            paragraphs.append(" ".join(line.strip() for line in lines))
    return "\n\n".join(paragraphs)
