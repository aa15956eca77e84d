"""Commands to paste: each RPC as curl and as buf curl."""

import json
import re
import shlex
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor

from tools.generate.contract import Binding, Contract, behaviours

DOOR = "http://localhost:3000"


def curl(contract: Contract, method: MethodDescriptor, binding: Binding) -> str:
    """The RPC over REST."""
    path = re.sub(r"\{(\w+)\}", lambda match: match[1].upper(), binding.path)
    words = ["curl"]
    if method.server_streaming:
        words.append("-N")
    if binding.verb != "get" and not (binding.verb == "post" and binding.body):
        words += ["-X", binding.verb.upper()]
    url = DOOR + path
    if method.client_streaming:
        words += ["--data-binary", "@song.mp3"]
        url += "?filename=song.mp3"
    elif binding.body:
        body = _body(contract, method.input_type, binding)
        words += ["-d", _compact(body)]
        if masks := [field for field in method.input_type.fields if _is_mask(field)]:
            url += f"?{masks[0].json_name}={','.join(body)}"
    else:
        required = [field for field in method.input_type.fields if "REQUIRED" in behaviours(field)]
        query = [field for field in required if field.name not in binding.path_fields]
        if query:
            url += "?" + "&".join(f"{field.json_name}={_value(contract, field)}" for field in query)
    return _joined([*words, url])


def buf_curl(contract: Contract, method: MethodDescriptor) -> str:
    """The RPC over gRPC. Its schema comes from server reflection."""
    request = {
        field.json_name: _placeholder(contract, field)
        for field in method.input_type.fields
        if "REQUIRED" in behaviours(field)
    }
    words = ["buf", "curl", "--protocol", "grpc", "--http2-prior-knowledge"]
    if request:
        words += ["-d", _compact(request)]
    return _joined([*words, f"{DOOR}/{method.containing_service.full_name}/{method.name}"])


def _body(contract: Contract, request: Descriptor, binding: Binding) -> dict[str, str | list[str]]:
    """What a comment gives as an example of a writable field, else a title or nothing."""
    if binding.body == "*":
        return {}
    message = request.fields_by_name[binding.body].message_type
    if message is None:
        raise ValueError(f"the body of {request.full_name} is no message")
    writable = [field for field in message.fields if not behaviours(field) & {"OUTPUT_ONLY", "IDENTIFIER"}]
    examples = {field.json_name: _example(contract, field) for field in writable}
    given = {name: example for name, example in examples.items() if example is not None}
    return given or {writable[0].json_name: "..."}


def _example(contract: Contract, field: FieldDescriptor) -> str | list[str] | None:
    match = re.search(r'for example (\[[^\]]*\]|"[^"]*")', contract.comment(field))
    example = json.loads(match[1]) if match else None
    fits = isinstance(example, list) if field.is_repeated else field.type == FieldDescriptor.TYPE_STRING
    return example if fits else None


def _value(contract: Contract, field: FieldDescriptor) -> str:
    """What a required field of a query may be."""
    if field.enum_type is not None:
        return str(field.enum_type.values[1].name)  # the first is UNSPECIFIED
    return str(_example(contract, field) or "...")


def _placeholder(contract: Contract, field: FieldDescriptor) -> Any:  # noqa: ANN401 (JSON)
    """An example from the field's comment; else a resource name with capitals where an id belongs, by the pattern there."""
    if field.enum_type is not None:
        return _value(contract, field)
    if field.message_type is not None:
        inner = field.message_type.fields
        required = [one for one in inner if "REQUIRED" in behaviours(one)]
        if not required:
            return {"name": _placeholder(contract, field.message_type.fields_by_name["name"]), "title": "..."}
        value = {one.json_name: _placeholder(contract, one) for one in required}
        return [value] if field.is_repeated else value
    if (example := _example(contract, field)) is not None:
        return example
    match = re.search(r"`([\w/{}]+)`", contract.comment(field))
    pattern = match[1] if match else "..."
    return re.sub(r"\{(\w+)\}", lambda variable: variable[1].upper(), pattern)


def _is_mask(field: FieldDescriptor) -> bool:
    return field.message_type is not None and field.message_type.full_name == "google.protobuf.FieldMask"


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _joined(words: list[str]) -> str:
    """A shell command; broken before its address where it is long."""
    quoted = [word if word.startswith("@") else shlex.quote(word) for word in words]
    line = " ".join(quoted)
    return line if len(line) <= 60 else " ".join(quoted[:-1]) + " \\\n" + quoted[-1]  # noqa: PLR2004 - the column's width
