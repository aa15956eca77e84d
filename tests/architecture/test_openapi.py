"""The OpenAPI document is valid, complete, and describes the JSON that the gateway sends."""

import json
from typing import Any

import pytest
from google.api import annotations_pb2
from google.protobuf import json_format
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.protobuf.message import Message
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from alchemy.library.v1.track_pb2 import Artifact, Track
from alchemy.processing.v1.separation_pb2 import Separation
from alchemy.realtime.v1.realtime_service_pb2 import Event
from services.mesh.errors import TrackNotFound
from sfa.gateway import descriptor_file
from tools.generate.toolchain import ROOT

DOCUMENT: dict[str, Any] = json.loads((ROOT / "gen" / "openapi" / "openapi.json").read_text())


def operations() -> list[dict[str, Any]]:
    return [operation for path in DOCUMENT["paths"].values() for operation in path.values()]


def test_the_document_is_valid_openapi_3_1() -> None:
    OpenAPIV31SpecValidator(DOCUMENT).validate()


def test_every_rpc_with_an_http_rule_is_an_operation() -> None:
    expected = {
        f"{file.package}.{service.name}/{method.name}"
        for file in FileDescriptorSet.FromString(descriptor_file().read_bytes()).file
        for service in file.service
        for method in service.method
        if method.options.HasExtension(annotations_pb2.http)
    }
    assert {operation["x-grpc-method"] for operation in operations()} == expected
    assert len({operation["operationId"] for operation in operations()}) == len(operations())


def test_everything_is_explained() -> None:
    for operation in operations():
        assert operation["summary"].endswith(".")
        for parameter in operation["parameters"]:
            assert parameter["description"], (operation["operationId"], parameter["name"])
    for name, schema in DOCUMENT["components"]["schemas"].items():
        assert schema["description"], name
        for field, description in schema.get("properties", {}).items():
            if not name.startswith("google."):
                assert description.get("description"), (name, field)


def test_streams_offer_lines_and_events() -> None:
    watch = DOCUMENT["paths"]["/v1/tracks/{track}/separations/{separation}:watch"]["get"]
    assert set(watch["responses"]["200"]["content"]) == {"application/json", "text/event-stream"}


def test_an_operation_lists_the_reasons_that_its_comment_names() -> None:
    create = DOCUMENT["paths"]["/v1/tracks/{track}/separations"]["post"]
    assert {"400", "404", "409", "429", "default"} <= set(create["responses"])
    assert "MODEL_NOT_INSTALLED" in create["responses"]["400"]["description"]


@pytest.mark.parametrize(
    "message",
    [
        Track(
            name="tracks/a", size_bytes=2**60, audio={"duration": {"seconds": 61, "nanos": 500_000_000}, "peak": 0.5}
        ),
        Artifact(kind=Artifact.Kind.KIND_STEM, create_time={"seconds": 1_700_000_000}),
        Separation(
            state="JOB_STATE_SUCCEEDED",
            progress={"fraction": 1, "remaining": {"seconds": 3}},
            error={"code": 5, "message": "gone"},
        ),
        Event(separation_changed=Separation(wanted_stems=["vocals"], stems=[{"stem": "vocals"}])),
    ],
    ids=lambda message: type(message).__name__,
)
@pytest.mark.parametrize("zero_values", [True, False])
def test_messages_as_json_match_their_schema(message: Message, zero_values: bool) -> None:
    sent = json_format.MessageToDict(message, always_print_fields_with_no_presence=zero_values)
    validate(sent, message.DESCRIPTOR.full_name)


def test_errors_as_json_match_their_schema() -> None:
    sent = json_format.MessageToDict(TrackNotFound("tracks/a").to_status())
    validate(sent, "google.rpc.Status")
    sent["details"][0]["reason"] = "NO_SUCH_REASON"
    with pytest.raises(AssertionError):
        validate(sent["details"][0], "google.rpc.ErrorInfo")


def validate(value: object, schema: str) -> None:
    registry: Registry[Any] = Registry().with_resource("urn:openapi", DRAFT202012.create_resource(DOCUMENT))
    validator = Draft202012Validator({"$ref": f"urn:openapi#/components/schemas/{schema}"}, registry=registry)
    faults = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]
    assert not faults
