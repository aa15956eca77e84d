"""The page at /docs: complete, self-contained, with examples that a reader can paste."""

import json
import re
import shlex
from html import unescape
from html.parser import HTMLParser

import pytest
from google.protobuf import json_format
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message_factory import GetMessageClass

from services.mesh.errors import DOMAIN
from tools.generate.contract import Contract
from tools.generate.descriptors import read_protos
from tools.generate.examples import buf_curl, curl
from tools.generate.page import anchor
from tools.generate.toolchain import ROOT

PAGE = (ROOT / "gen" / "openapi" / "index.html").read_text()
CONTRACT = Contract(read_protos())
RPCS = [rpc for service in CONTRACT.services for rpc in service.methods]


class Anatomy(HTMLParser):
    """Collects the ids and the addresses of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" and value:
                self.ids.append(value)
            if name in {"href", "src"} and value:
                self.addresses.append(value)


@pytest.fixture(scope="module")
def anatomy() -> Anatomy:
    parser = Anatomy()
    parser.feed(PAGE)
    return parser


def test_the_page_needs_nothing_from_anywhere(anatomy: Anatomy) -> None:
    elsewhere = [address for address in anatomy.addresses if not address.startswith("#")]
    assert set(elsewhere) == {"/openapi.json"}
    assert "url(" not in PAGE
    assert "@import" not in PAGE


def test_every_link_leads_somewhere_and_every_id_is_unique(anatomy: Anatomy) -> None:
    assert {address[1:] for address in anatomy.addresses if address.startswith("#")} <= set(anatomy.ids)
    assert len(anatomy.ids) == len(set(anatomy.ids))


def test_every_rpc_and_every_reason_has_its_place(anatomy: Anatomy) -> None:
    assert {anchor(rpc) for rpc in RPCS} <= set(anatomy.ids)
    assert set(CONTRACT.reasons) <= set(anatomy.ids)
    assert DOMAIN in PAGE


@pytest.mark.parametrize("rpc", [rpc for rpc in RPCS if not rpc.client_streaming], ids=lambda rpc: rpc.name)
def test_the_grpc_example_is_a_request_of_its_rpc(rpc: MethodDescriptor) -> None:
    command = buf_curl(CONTRACT, rpc)
    assert command in unescape(PAGE)
    words = shlex.split(command.replace("\\\n", ""))
    assert words[-1].endswith(f"/{rpc.containing_service.full_name}/{rpc.name}")
    if "-d" in words:
        json_format.Parse(words[words.index("-d") + 1], GetMessageClass(rpc.input_type)())


@pytest.mark.parametrize("rpc", [rpc for rpc in RPCS if CONTRACT.bindings(rpc)], ids=lambda rpc: rpc.name)
def test_the_rest_example_matches_its_http_rule(rpc: MethodDescriptor) -> None:
    binding = CONTRACT.bindings(rpc)[0]
    words = shlex.split(curl(CONTRACT, rpc, binding).replace("\\\n", ""))
    path = re.sub(r"\\\{\w+\\\}", "[A-Z]+", re.escape(binding.path))
    assert re.fullmatch(rf"http://localhost:3000{path}(\?.*)?", words[-1])
    if "-d" in words:
        body = json.loads(words[words.index("-d") + 1])
        target = rpc.input_type if binding.body == "*" else rpc.input_type.fields_by_name[binding.body].message_type
        assert target is not None
        json_format.ParseDict(body, GetMessageClass(target)())
