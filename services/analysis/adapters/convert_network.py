"""Turns a checkpoint of Beat This!, as its authors publish them, into the safetensors form that `beat_model` reads."""

import inspect
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from beat_this.model.beat_tracker import BeatThis
from safetensors.torch import save_file

from services.analysis.adapters.beat_model import METADATA, BeatModelInvalid
from services.mesh.sandbox import UNREADABLE, reason_of

_PREFIX = "model."  # of the network, in the module that it was trained in


def convert(checkpoint: Path, out: Path) -> None:
    """Writes `out` from what PyTorch Lightning saved: "state_dict" and "hyper_parameters". Raises BeatModelInvalid."""
    package = _loaded(checkpoint)
    state, told = package.get("state_dict"), package.get("hyper_parameters")
    if not isinstance(state, Mapping) or not isinstance(told, Mapping):
        raise BeatModelInvalid("it has no 'state_dict' and 'hyper_parameters', as checkpoints of Beat This! have")
    # Of the training's parameters, those of the network.
    arguments = {name: told[name] for name in inspect.signature(BeatThis).parameters if name in told}
    try:
        network = BeatThis(**arguments)
        network.load_state_dict({name.removeprefix(_PREFIX): tensor for name, tensor in state.items()})
        metadata = {METADATA: json.dumps(arguments)}
    except (*UNREADABLE, AssertionError) as error:
        raise BeatModelInvalid(f"its weights do not make a network: {str(error).splitlines()[0]}") from error
    # A copy of each: tensors that share memory cannot be written.
    save_file(
        {name: tensor.detach().clone().contiguous() for name, tensor in network.state_dict().items()}, out, metadata
    )


def _loaded(checkpoint: Path) -> Mapping[str, Any]:
    try:
        package = torch.load(checkpoint, map_location="cpu", weights_only=True)
    except UNREADABLE as error:
        raise BeatModelInvalid(f"not a checkpoint of Beat This! ({reason_of(error)})") from error
    if not isinstance(package, Mapping):
        raise BeatModelInvalid(f"it holds a {type(package).__name__}, not a checkpoint of Beat This!")
    return package
