"""The OpenAPI 3.1 document, made from the contract's HTTP rules, types and comments."""

import json
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor, MethodDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorSet

from tools.generate.contract import Binding, Contract, Reason, behaviours, status_text, summary
from tools.generate.toolchain import ROOT

Json = dict[str, Any]

DESCRIPTION = """\
Everything that this mesh can do, over REST. The same operations exist as gRPC and gRPC-Web on the same port.

**Names.** A resource has a name such as `tracks/0193…/separations/0194…`, which is its path here. Ids are assigned by the
server.

**Streams.** An operation that streams answers with one JSON object per line, or with server-sent events when asked with
`Accept: text/event-stream`. The comment of each says what its last message is; a stream that ends without it was cut: call
again.

**Errors.** Every error is a google.rpc.Status. Its `details` hold a google.rpc.ErrorInfo; compare `(domain, reason)`, never
the message. The domain is `sound-forge-alchemy`.

**Numbers.** 64-bit integers are strings, as in all protobuf JSON."""

# What proto3 JSON makes of the well-known types.
_FIXED_TYPE = re.compile(r'content_type is always "([^"]+)"')

WELL_KNOWN: dict[str, Json] = {
    "google.protobuf.Timestamp": {"type": "string", "format": "date-time"},
    "google.protobuf.Duration": {"type": "string", "pattern": r"^-?\d+(\.\d{1,9})?s$", "examples": ["61.5s"]},
    "google.protobuf.FieldMask": {"type": "string", "examples": ["title,artist"]},
    "google.protobuf.Any": {
        "type": "object",
        "properties": {"@type": {"type": "string"}},
        "required": ["@type"],
        "additionalProperties": True,
    },
}
_INT64: Json = {"type": "string", "format": "int64", "pattern": r"^-?\d+$"}
SCALARS: dict[int, Json] = {
    FieldDescriptor.TYPE_DOUBLE: {"type": "number", "format": "double"},
    FieldDescriptor.TYPE_FLOAT: {"type": "number", "format": "float"},
    FieldDescriptor.TYPE_INT32: {"type": "integer", "format": "int32"},
    FieldDescriptor.TYPE_UINT32: {"type": "integer", "format": "int64", "minimum": 0},
    FieldDescriptor.TYPE_INT64: _INT64,
    FieldDescriptor.TYPE_UINT64: _INT64,
    FieldDescriptor.TYPE_BOOL: {"type": "boolean"},
    FieldDescriptor.TYPE_STRING: {"type": "string"},
    FieldDescriptor.TYPE_BYTES: {"type": "string", "contentEncoding": "base64"},
}


def write_openapi(protos: FileDescriptorSet, out: Path) -> None:
    """Writes openapi.json."""
    out.mkdir(parents=True, exist_ok=True)
    document = OpenApi(Contract(protos)).document()
    (out / "openapi.json").write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")


def version() -> str:
    """The version of this project."""
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"])


class OpenApi:
    """Builds the document; types are added as operations mention them."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._schemas: dict[str, Json] = {}

    def document(self) -> Json:
        """The whole document."""
        paths: dict[str, Json] = defaultdict(dict)
        for service in self._contract.services:
            for method in service.methods:
                for number, binding in enumerate(self._contract.bindings(method)):
                    paths[binding.path][binding.verb] = self._operation(method, binding, number)
        self._add_error_schemas()
        return {
            "openapi": "3.1.0",
            "info": {
                "title": "Sound Forge Alchemy",
                "version": version(),
                "summary": "Stem separation and music analysis, with streamed progress.",
                "description": DESCRIPTION,
                "license": {"name": "MIT", "identifier": "MIT"},
            },
            "servers": [{"url": "/", "description": "The gateway that serves this document."}],
            "tags": [
                {"name": service.name, "description": self._contract.comment(service)}
                for service in self._contract.services
            ],
            "paths": dict(sorted(paths.items())),
            "components": {"schemas": dict(sorted(self._schemas.items()))},
        }

    def _operation(self, method: MethodDescriptor, binding: Binding, number: int) -> Json:
        comment = self._contract.comment(method)
        operation: Json = {
            "operationId": f"{method.containing_service.name}_{method.name}" + (f"_{number + 1}" if number else ""),
            "tags": [method.containing_service.name],
            "summary": summary(comment),
            "description": comment,
            "x-grpc-method": f"{method.containing_service.full_name}/{method.name}",
            "parameters": [*self._path_parameters(binding), *self._query_parameters(method, binding)],
        }
        if binding.body:
            operation["requestBody"] = self._request_body(method.input_type, binding)
        operation["responses"] = {"200": self._success(method), **self._failures(self._contract.reasons_of(method))}
        return operation

    def _path_parameters(self, binding: Binding) -> Iterable[Json]:
        for name in binding.parameters:
            description = f"The id of the {name}, from its resource name."
            schema = {"type": "string"}
            yield {"name": name, "in": "path", "required": True, "description": description, "schema": schema}

    def _query_parameters(self, method: MethodDescriptor, binding: Binding) -> Iterable[Json]:
        if binding.body == "*":
            return
        fields = [field for field in method.input_type.fields if field.name != binding.body]
        yield from self._query_fields([field for field in fields if field.name not in binding.path_fields])

    def _query_fields(self, fields: Iterable[FieldDescriptor], prefix: str = "") -> Iterable[Json]:
        """Yields a parameter for each field; for those that are messages, one for each field inside, "outer.inner"."""
        for field in fields:
            if field.message_type and field.message_type.full_name not in WELL_KNOWN:
                if field.is_repeated:
                    raise ValueError(f"{field.full_name} is a list of messages, and has no place in a query")
                settable = [inner for inner in field.message_type.fields if "OUTPUT_ONLY" not in behaviours(inner)]
                yield from self._query_fields(settable, f"{prefix}{field.json_name}.")
                continue
            schema = self._field(field)
            description = schema.pop("description", "")
            yield {"name": prefix + field.json_name, "in": "query", "description": description, "schema": schema}

    def _request_body(self, request: Descriptor, binding: Binding) -> Json:
        if binding.body == "*":
            taken = {path for path in binding.path_fields if "." not in path}
            fields = [field for field in request.fields if field.name not in taken]
            return _json_body(self._object(request, fields), required=False)
        field = request.fields_by_name[binding.body]
        if _is_http_body(field):
            # The body is the file itself; OpenAPI 3.1 says so by giving it no schema.
            content: Json = {"application/octet-stream": {}, "audio/*": {}, "application/x-www-form-urlencoded": {}}
            return {"description": self._contract.comment(field), "required": True, "content": content}
        return _json_body(self._field(field), required="REQUIRED" in behaviours(field))

    def _success(self, method: MethodDescriptor) -> Json:
        schema = self._message(method.output_type)
        comment = self._contract.comment(method.output_type)
        if not method.server_streaming:
            return {"description": comment, "content": {"application/json": {"schema": schema}}}
        files = [field for field in method.output_type.fields if _is_http_body(field)]
        if files:
            comment = self._contract.comment(files[0])
            fixed = _FIXED_TYPE.search(comment)
            return {"description": comment, "content": {fixed[1] if fixed else "*/*": {}}}
        lines = {"schema": schema, "x-stream": "newline-delimited JSON"}
        events = {"schema": schema, "x-stream": "server-sent events; `data` of each is this object"}
        description = f"A stream of this message: one JSON object per line, or one per server-sent event. {comment}"
        return {"description": description, "content": {"application/json": lines, "text/event-stream": events}}

    def _failures(self, reasons: Iterable[Reason]) -> Json:
        by_status: dict[int, list[Reason]] = defaultdict(list)
        for reason in reasons:
            by_status[reason.status].append(reason)
        content = {"application/json": {"schema": {"$ref": "#/components/schemas/google.rpc.Status"}}}
        responses: Json = {}
        for status, group in sorted(by_status.items()):
            listed = "\n".join(f"- `{reason.name}` ({reason.code}): {reason.comment}" for reason in group)
            responses[str(status)] = {"description": f"{status_text(status)}.\n\n{listed}", "content": content}
        responses["default"] = {"description": "Any other error.", "content": content}
        return responses

    def _field(self, field: FieldDescriptor) -> Json:
        if field.message_type and field.message_type.GetOptions().map_entry:
            value = self._single(field.message_type.fields_by_name["value"])
            schema: Json = {"type": "object", "additionalProperties": value}
        elif field.is_repeated:
            schema = {"type": "array", "items": self._single(field)}
        else:
            schema = dict(self._single(field))
        if comment := self._contract.comment(field):
            schema["description"] = comment
        if "OUTPUT_ONLY" in behaviours(field):
            schema["readOnly"] = True
        return schema

    def _single(self, field: FieldDescriptor) -> Json:
        if field.enum_type:
            return self._enum(field.enum_type)
        if field.message_type:
            return self._message(field.message_type)
        return SCALARS[field.type]

    def _message(self, message: Descriptor) -> Json:
        if message.full_name in WELL_KNOWN:
            return WELL_KNOWN[message.full_name]
        if message.file.package == "google.protobuf":
            raise ValueError(f"no JSON form is written down for {message.full_name}")
        if message.full_name not in self._schemas:
            self._schemas[message.full_name] = {}  # taken, so that a message may contain itself
            self._schemas[message.full_name] = self._object(message, message.fields)
        return {"$ref": f"#/components/schemas/{message.full_name}"}

    def _object(self, message: Descriptor, fields: Iterable[FieldDescriptor]) -> Json:
        fields = list(fields)
        schema: Json = {"type": "object", "properties": {field.json_name: self._field(field) for field in fields}}
        comments = [self._contract.comment(message)]
        for oneof in message.oneofs:
            names = [field.json_name for field in oneof.fields]
            if len(names) > 1:
                comments.append(f"At most one of {', '.join(f'`{name}`' for name in names)} is present.")
        if required := [field.json_name for field in fields if "REQUIRED" in behaviours(field)]:
            schema["required"] = required
        return {"description": "\n\n".join(filter(None, comments)), **schema}

    def _enum(self, enum: EnumDescriptor) -> Json:
        if enum.full_name not in self._schemas:
            values = dict(self._contract.value_comments(enum))
            listed = "\n".join(f"- `{name}`: {_one_line(comment)}" for name, comment in values.items())
            description = f"{self._contract.comment(enum)}\n\n{listed}"
            self._schemas[enum.full_name] = {"description": description, "type": "string", "enum": list(values)}
        return {"$ref": f"#/components/schemas/{enum.full_name}"}

    def _add_error_schemas(self) -> None:
        reasons = self._contract.reasons
        listed = "\n".join(f"- `{reason.name}` ({reason.code}): {reason.comment}" for reason in reasons.values())
        any_detail = WELL_KNOWN["google.protobuf.Any"]
        self._schemas["google.rpc.ErrorInfo"] = {
            "description": "Why a call failed, for programs. Every error carries one.",
            "type": "object",
            "properties": {
                "@type": {"const": "type.googleapis.com/google.rpc.ErrorInfo"},
                "domain": {"const": "sound-forge-alchemy"},
                "reason": {"type": "string", "enum": list(reasons), "description": listed},
                "metadata": {"type": "object", "additionalProperties": {"type": "string"}},
            },
            "required": ["@type", "domain", "reason"],
        }
        self._schemas["google.rpc.Status"] = {
            "description": "An error. `details` hold a google.rpc.ErrorInfo, and where they apply a google.rpc.BadRequest "
            "(which fields are wrong) or a google.rpc.RetryInfo (when to try again).",
            "type": "object",
            "properties": {
                "code": {"type": "integer", "format": "int32", "description": "The number of the gRPC code."},
                "message": {"type": "string", "description": "For people; it may change."},
                "details": {
                    "type": "array",
                    "items": {"anyOf": [{"$ref": "#/components/schemas/google.rpc.ErrorInfo"}, any_detail]},
                },
            },
            "required": ["code", "message"],
        }


def _json_body(schema: Json, *, required: bool) -> Json:
    description = schema.pop("description", "")
    return {"description": description, "required": required, "content": {"application/json": {"schema": schema}}}


def _one_line(markdown: str) -> str:
    return re.sub(r"\s+", " ", markdown)


def _is_http_body(field: FieldDescriptor) -> bool:
    return field.message_type is not None and field.message_type.full_name == "google.api.HttpBody"
