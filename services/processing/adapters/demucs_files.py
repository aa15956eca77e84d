"""The file format of published Demucs weights, read without torch.

A model is a bag: `<name>.yaml` lists its networks, their weights and a segment length; each network is one
`<signature>.safetensors` whose metadata names its class and constructor arguments.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import yaml

from services.mesh import safetensors_head

# The metadata names a class to construct. Only these three are networks, so nothing else is ever imported because a file
# says so.
NETWORK_CLASSES = frozenset({"demucs.htdemucs.HTDemucs", "demucs.hdemucs.HDemucs", "demucs.demucs.Demucs"})


class DemucsFileInvalid(ValueError):
    """A bag or a network file is not what the format says."""


@dataclass(frozen=True)
class Bag:
    """Which networks make a model.

    Attributes:
        signatures: the networks, in the order in which they run.
        weights: how much each network (row) counts for each stem (column); empty = all alike.
        segment_seconds: segment length that overrides the networks' own; None = theirs.
    """

    signatures: tuple[str, ...]
    weights: tuple[tuple[float, ...], ...]
    segment_seconds: float | None


@dataclass(frozen=True)
class NetworkHeader:
    """How a network is constructed: `class_name(*args, **kwargs)`."""

    class_name: str
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]

    @property
    def sources(self) -> tuple[str, ...]:
        """The stems of the network, in the order of its outputs."""
        names = self.args[0] if self.args else self.kwargs.get("sources", ())
        return tuple(names)


def parse_bag(text: str) -> Bag:
    """Reads a bag's yaml. Raises DemucsFileInvalid."""
    try:
        fields = yaml.safe_load(text)
        signatures = tuple(fields["models"])
        weights = tuple(tuple(float(value) for value in row) for row in fields.get("weights") or ())
        segment = fields.get("segment")
    except (yaml.YAMLError, TypeError, KeyError, ValueError) as error:
        raise DemucsFileInvalid(f"not a bag of Demucs models: {error!r}") from error
    if not signatures or not all(isinstance(name, str) and name.isalnum() for name in signatures):
        raise DemucsFileInvalid(f"a bag lists networks by their signatures, not {signatures!r}")
    if weights and len(weights) != len(signatures):
        raise DemucsFileInvalid(f"a bag of {len(signatures)} networks has {len(weights)} rows of weights")
    return Bag(signatures, weights, None if segment is None else float(segment))


def parse_header(content: bytes) -> NetworkHeader:
    """Reads the metadata at the head of a safetensors file; `content` may be the file's first part.

    Raises:
        DemucsFileInvalid: it is none, is quantized, or names a class that is no Demucs network.
    """
    try:
        metadata = safetensors_head.metadata(content)
        header = NetworkHeader(
            metadata["klass"],
            tuple(_decoded(json.loads(metadata["args"]))),
            _decoded(json.loads(metadata["kwargs"])),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise DemucsFileInvalid(f"not a Demucs network: {error!r}") from error
    if "structure" in metadata:
        raise DemucsFileInvalid("quantized Demucs networks are not supported")
    if header.class_name not in NETWORK_CLASSES:
        raise DemucsFileInvalid(f"{header.class_name} is not a Demucs network")
    return header


def read_header(path: Path) -> NetworkHeader:
    """Reads the metadata of a safetensors file, and nothing else of it. Raises DemucsFileInvalid."""
    try:
        content = safetensors_head.read(path)
    except ValueError as error:
        raise DemucsFileInvalid(f"not a Demucs network: {error}") from error
    return parse_header(content)


def _decoded(value: Any) -> Any:  # noqa: ANN401 - JSON is any shape
    """Undoes the encoding of constructor arguments: fractions are written as objects."""
    if isinstance(value, dict):
        if value.get("_type") == "fraction":
            return Fraction(value["numerator"], value["denominator"])
        return {key: _decoded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_decoded(item) for item in value]
    return value
