"""Small networks of Beat This! with random weights, saved as its authors save theirs, and the package's own way from sound to beats."""

import importlib
import sys
import warnings
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from beat_this.model.beat_tracker import BeatThis

from services.analysis.adapters.beat_model import BeatModel, chosen
from services.analysis.beats import main

# Those of the authors attend in their first layers too, which takes most of the time.
TINY: dict[str, Any] = {
    "spect_dim": 128,
    "transformer_dim": 32,
    "ff_mult": 2,
    "n_layers": 2,
    "head_dim": 16,
    "stem_dim": 16,
    "dropout": {"frontend": 0.1, "transformer": 0.2},
    "sum_head": True,
    "partial_transformers": False,
}


def checkpoint(path: Path, network_of: Mapping[str, Any] = TINY, **changed: Any) -> Path:
    """Writes a checkpoint as Lightning does: the network under "model.", its hyperparameters among those of the training."""
    torch.manual_seed(0)
    network = BeatThis(**network_of)
    # As they are at first, answers hardly differ from each other.
    network.task_heads.beat_downbeat_lin.weight.data *= 50
    state = {f"model.{name}": tensor for name, tensor in network.state_dict().items()}
    told = {**network_of, "fps": 50, "lr": 0.0008, "pos_weights": {"beat": 1, "downbeat": 1}}
    torch.save({"state_dict": state, "hyper_parameters": told, "epoch": 7, **changed}, path)
    return path


def converted(of: Path) -> BeatModel:
    """Converts a checkpoint as `sfa beats convert` does."""
    out = of.with_suffix(".safetensors")
    assert main([str(of), str(out)]) == 0
    model = chosen(out)
    assert model is not None
    return model


def package(module: str) -> ModuleType:
    """Imports a module of beat_this. Its spectrogram is torchaudio's, whose compiled part PyPI has for CUDA alone, and which it does not use."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            importlib.import_module("torchaudio")
        except OSError:
            for name in [name for name in sys.modules if name.split(".")[0] == "torchaudio"]:
                del sys.modules[name]
            absent: Any = ModuleType("torchaudio._extension")
            absent._IS_TORCHAUDIO_EXT_AVAILABLE = False
            absent.fail_if_no_align = lambda function: function
            sys.modules["torchaudio._extension"] = absent
        return importlib.import_module(f"beat_this.{module}")
