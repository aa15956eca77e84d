"""Turns the checkpoint of one Demucs network into the safetensors form in which its authors publish networks today."""

import json
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import torch
from demucs.demucs import Demucs
from demucs.hdemucs import HDemucs
from demucs.htdemucs import HTDemucs
from safetensors.torch import save_file

from services.mesh.sandbox import UNREADABLE, reason_of
from services.processing.adapters.demucs_files import NETWORK_CLASSES, DemucsFileInvalid, read_header

_ALLOWED = [Demucs, HDemucs, HTDemucs, Fraction]


def convert(checkpoint: Path, out: Path) -> None:
    """Writes `out` from what `demucs.states.save_with_checksum` wrote. Raises DemucsFileInvalid."""
    package = _loaded(checkpoint)
    state = package.get("state")
    if not isinstance(state, Mapping) or not all(
        isinstance(name, str) and isinstance(tensor, torch.Tensor) for name, tensor in state.items()
    ):
        raise DemucsFileInvalid("it has no plain tensors under 'state'; quantized networks are not supported")
    kind = package.get("klass")
    name = f"{kind.__module__}.{kind.__qualname__}" if isinstance(kind, type) else repr(kind)
    if name not in NETWORK_CLASSES:
        raise DemucsFileInvalid(f"{name} is not a Demucs network")
    try:
        metadata = {
            "klass": name,
            "args": json.dumps(package["args"], default=_encoded),
            "kwargs": json.dumps(package["kwargs"], default=_encoded),
        }
    except (KeyError, TypeError, ValueError) as error:
        raise DemucsFileInvalid(f"its constructor's arguments cannot be written: {error}") from error
    # A copy of each: tensors that share memory cannot be written.
    save_file({name: tensor.detach().clone().contiguous() for name, tensor in state.items()}, out, metadata)
    if not read_header(out).sources:
        raise DemucsFileInvalid("it does not name its stems")


def _loaded(checkpoint: Path) -> Mapping[str, Any]:
    try:
        with torch.serialization.safe_globals(_ALLOWED):
            package = torch.load(checkpoint, map_location="cpu", weights_only=True)
    except UNREADABLE as error:
        raise DemucsFileInvalid(f"not a checkpoint of a Demucs network ({reason_of(error)})") from error
    if not isinstance(package, Mapping):
        raise DemucsFileInvalid(f"it holds a {type(package).__name__}, not a package of a network")
    return package


def _encoded(value: object) -> object:
    if isinstance(value, Fraction):
        return {"_type": "fraction", "numerator": value.numerator, "denominator": value.denominator}
    raise TypeError(f"a {type(value).__name__}")
