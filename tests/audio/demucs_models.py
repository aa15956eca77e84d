"""Small Demucs networks with random weights, saved as the authors publish theirs."""

import json
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import torch
import yaml
from demucs.apply import BagOfModels
from demucs.hdemucs import HDemucs
from demucs.htdemucs import HTDemucs
from safetensors.torch import save_file

FOUR = ["drums", "bass", "other", "vocals"]


def tiny_htdemucs(seed: int, sources: Sequence[str] = FOUR, segment: Fraction = Fraction(3, 10)) -> Any:
    torch.manual_seed(seed)
    return HTDemucs(
        list(sources), channels=8, dconv_comp=4, nfft=512, depth=3, t_layers=1, t_heads=2, segment=segment
    ).eval()


def tiny_hdemucs(seed: int, sources: Sequence[str] = FOUR) -> Any:
    torch.manual_seed(seed)
    return HDemucs(list(sources), channels=8, dconv_comp=4, segment=1).eval()


def save_bag(
    folder: Path,
    upstream: str,
    networks: Sequence[Any],
    weights: Sequence[Sequence[float]] | None = None,
    segment: float | None = None,
) -> None:
    """Writes `<upstream>.yaml` and one safetensors file per network."""
    folder.mkdir(parents=True, exist_ok=True)
    signatures = []
    for index, network in enumerate(networks):
        signature = f"{upstream.replace('_', '')}{index}"
        args, kwargs = network._init_args_kwargs
        kind = type(network)
        metadata = {
            "klass": f"{kind.__module__}.{kind.__name__}",
            "args": json.dumps(args, default=_encoded),
            "kwargs": json.dumps(kwargs, default=_encoded),
        }
        tensors = {name: tensor.contiguous() for name, tensor in network.state_dict().items()}
        save_file(tensors, folder / f"{signature}.safetensors", metadata)
        signatures.append(signature)
    bag: dict[str, Any] = {"models": signatures}
    if weights is not None:
        bag["weights"] = [list(row) for row in weights]
    if segment is not None:
        bag["segment"] = segment
    (folder / f"{upstream}.yaml").write_text(yaml.safe_dump(bag))


def as_bag(networks: Sequence[Any], weights: Sequence[Sequence[float]] | None = None) -> Any:
    return BagOfModels(list(networks), None if weights is None else [list(row) for row in weights])


def _encoded(value: object) -> object:
    assert isinstance(value, Fraction)
    return {"_type": "fraction", "numerator": value.numerator, "denominator": value.denominator}
