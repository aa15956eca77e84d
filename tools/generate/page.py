"""The page for people: one HTML file, made from the contract, that needs nothing from any network."""

import html
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor, MethodDescriptor, ServiceDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from tools.generate.contract import Binding, Contract, Reason, behaviours, short_name, status_text
from tools.generate.examples import buf_curl, curl
from tools.generate.openapi import version

# Protobuf's own names of scalars, by type number.
SCALARS = {
    FieldDescriptor.TYPE_DOUBLE: "double",
    FieldDescriptor.TYPE_FLOAT: "float",
    FieldDescriptor.TYPE_INT32: "int32",
    FieldDescriptor.TYPE_UINT32: "uint32",
    FieldDescriptor.TYPE_INT64: "int64",
    FieldDescriptor.TYPE_UINT64: "uint64",
    FieldDescriptor.TYPE_BOOL: "bool",
    FieldDescriptor.TYPE_STRING: "string",
    FieldDescriptor.TYPE_BYTES: "bytes",
}


def write_page(protos: FileDescriptorSet, out: Path) -> None:
    """Writes index.html."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = Page(Contract(protos))
    text = environment.get_template("page.html.j2").render(
        page=page, version=version(), status_text=status_text, anchor=anchor, short_name=short_name
    )
    out.mkdir(parents=True, exist_ok=True)
    (out / "index.html").write_text(text)


@dataclass(frozen=True)
class FieldRow:
    """One line of a table of fields.

    Attributes:
        name: as JSON spells it.
        type: with a link where the type is documented.
        notes: "required", "read-only", "path", "query", "body".
        comment: what it means.
    """

    name: str
    type: Markup
    notes: tuple[str, ...]
    comment: Markup


class Page:
    """What the template asks for."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract

    @property
    def services(self) -> list[ServiceDescriptor]:
        """The public services."""
        return self._contract.services

    @cached_property
    def types(self) -> list[Descriptor | EnumDescriptor]:
        """Messages and enums that RPCs use, without the wrappers named XRequest and XResponse, sorted by name."""
        found: dict[str, Descriptor | EnumDescriptor] = {}
        pending = [type_ for service in self.services for rpc in service.methods for type_ in _ends(rpc)]
        while pending:
            message = pending.pop()
            for field in message.fields:
                used = field.message_type or field.enum_type
                if used and used.full_name not in found and used.full_name.startswith("alchemy."):
                    found[used.full_name] = used
                    if isinstance(used, Descriptor):
                        pending.append(used)
        return sorted(found.values(), key=lambda type_: short_name(type_.full_name))

    @property
    def reasons(self) -> Iterable[Reason]:
        """Every error reason."""
        return self._contract.reasons.values()

    def bindings(self, rpc: MethodDescriptor) -> list[Binding]:
        """How REST calls an RPC."""
        return self._contract.bindings(rpc)

    def binding(self, rpc: MethodDescriptor) -> Binding | None:
        """The main way in which REST calls an RPC, if it can."""
        return next(iter(self.bindings(rpc)), None)

    def reasons_of(self, rpc: MethodDescriptor) -> list[Reason]:
        """The error reasons of an RPC."""
        return self._contract.reasons_of(rpc)

    def curl(self, rpc: MethodDescriptor) -> str:
        """The RPC as a curl command; empty if REST cannot call it."""
        binding = self.binding(rpc)
        return curl(self._contract, rpc, binding) if binding else ""

    def buf_curl(self, rpc: MethodDescriptor) -> str:
        """The RPC as a buf curl command; empty for uploads, whose messages nobody types."""
        return "" if rpc.client_streaming else buf_curl(self._contract, rpc)

    def comment(self, thing: Descriptor | EnumDescriptor | MethodDescriptor | ServiceDescriptor) -> Markup:
        """The comment of a declaration as HTML."""
        return self.rich(self._contract.comment(thing))

    def values(self, enum: EnumDescriptor) -> Iterator[tuple[str, Markup]]:
        """The values of an enum with their comments."""
        for name, comment in self._contract.value_comments(enum):
            yield name, self.rich(comment)

    def request_fields(self, rpc: MethodDescriptor) -> list[FieldRow]:
        """The request, with the place of each field in REST."""
        binding = self.binding(rpc)
        return [self._row(field, _place(field, binding)) for field in rpc.input_type.fields]

    def fields(self, message: Descriptor) -> list[FieldRow]:
        """The fields of a message."""
        return [self._row(field, None) for field in message.fields]

    def rich(self, markdown: str) -> Markup:
        """Markdown as HTML; names of types, RPCs and reasons become links."""
        blocks = []
        for block in markdown.split("\n\n"):
            if block.startswith("```"):
                blocks.append(f"<pre><code>{html.escape(block.strip('`').strip())}</code></pre>")
            else:
                blocks.append(f"<p>{self._inline(html.escape(block, quote=False))}</p>")
        return Markup("\n".join(blocks))  # noqa: S704 - escaped above

    def _inline(self, text: str) -> str:
        def linked(match: re.Match[str]) -> str:
            return f'<a href="#{self._anchors[match[0]]}">{match[0]}</a>' if match[0] in self._anchors else match[0]

        parts = re.split(r"(`[^`]+`)", text)
        words = r"\b[A-Z]\w+(?:\.[A-Z]\w+)?\b"
        return "".join(
            f"<code>{part.strip('`')}</code>" if part.startswith("`") else re.sub(words, linked, part) for part in parts
        )

    @cached_property
    def _anchors(self) -> dict[str, str]:
        named = [(short_name(type_.full_name), anchor(type_)) for type_ in self.types]
        named += [(rpc.name, anchor(rpc)) for service in self.services for rpc in service.methods]
        named += [(reason.name, reason.name) for reason in self.reasons]
        # Some types are also everyday words at the start of a sentence, and some names mean two things.
        uses = Counter(name for name, _ in named)
        return {name: place for name, place in named if uses[name] == 1 and (not name.isalpha() or _compound(name))}

    def _row(self, field: FieldDescriptor, place: str | None) -> FieldRow:
        notes = [place] if place else []
        if "REQUIRED" in behaviours(field):
            notes.append("required")
        if behaviours(field) & {"OUTPUT_ONLY", "IDENTIFIER"}:
            notes.append("read-only")
        if field.containing_oneof and len(field.containing_oneof.fields) > 1:
            notes.append(f"one of {field.containing_oneof.name}")
        comment = self.rich(self._contract.comment(field))
        return FieldRow(field.json_name, self._type(field), tuple(notes), comment)

    def _type(self, field: FieldDescriptor) -> Markup:
        used = field.message_type or field.enum_type
        if used is None:
            text = SCALARS[field.type]
        else:
            name = short_name(used.full_name)
            text = f'<a href="#{anchor(used)}">{name}</a>' if used in self.types else name
        return Markup(f"{text}[]" if field.is_repeated else text)  # noqa: S704 - made of identifiers


def anchor(thing: MethodDescriptor | Descriptor | EnumDescriptor) -> str:
    """The id of an RPC or a type on the page; two services may both have a GetTrack, and a Track."""
    if isinstance(thing, MethodDescriptor):
        return f"{thing.containing_service.name}.{thing.name}"
    return thing.full_name


def _ends(rpc: MethodDescriptor) -> tuple[Descriptor, Descriptor]:
    return rpc.input_type, rpc.output_type


def _place(field: FieldDescriptor, binding: Binding | None) -> str | None:
    if binding is None:
        return None
    if field.name in binding.path_fields:
        return "path"
    return "body" if binding.body in {field.name, "*"} else "query"


def _compound(name: str) -> bool:
    """Whether a name is unmistakable in prose: CamelCase of several words, or capitals with underscores."""
    return "_" in name or "." in name or len(re.findall(r"[A-Z][a-z]+", name)) > 1
