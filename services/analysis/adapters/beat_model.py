"""The weights of a network that finds beats: a safetensors file that says what it holds. Light: the service, which has no torch, reads it too.

The network is Beat This! (Foscarin, Schlüter, Widmer, ISMIR 2024); `services.analysis.beats` makes such files of its authors' checkpoints.
"""

import hashlib
import importlib.metadata
import importlib.util
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.mesh import safetensors_head
from services.mesh.settings import CannotStart

METADATA = "BeatThis"
"""The one entry of the file's metadata: the arguments of the network's constructor, as JSON. One, since the order of several is left to chance."""
_PACKAGES = ("beat_this", "einops", "rotary_embedding_torch", "safetensors", "torch")
_DIGITS = 12  # of the SHA-256, which tell one file from another


class BeatModelInvalid(ValueError):
    """A file does not hold the weights of such a network."""


@dataclass(frozen=True, kw_only=True)
class BeatModel:
    """Weights.

    Attributes:
        path: the file.
        sha256: of its bytes, lower-case hexadecimal.
    """

    path: Path
    sha256: str

    @property
    def version(self) -> str:
        """What tells its results from those of other networks: "beat-this 1.1.0, 0123456789ab"."""
        return f"beat-this {importlib.metadata.version('beat-this')}, {self.sha256[:_DIGITS]}"


def chosen(path: Path | None) -> BeatModel | None:
    """Returns the weights that the setting BEAT_MODEL names; None if it names none.

    Raises:
        CannotStart: they are not there, are something else, or what runs them is not installed.
    """
    if path is None:
        return None
    if missing := [name for name in _PACKAGES if importlib.util.find_spec(name) is None]:
        raise CannotStart(
            f"BEAT_MODEL={path} needs packages that are not installed ({', '.join(missing)}): pip install "
            "'sound-forge-alchemy[beats]', or leave BEAT_MODEL empty."
        )
    try:
        hyperparameters(path)
        with path.open("rb") as file:
            return BeatModel(path=path, sha256=hashlib.file_digest(file, "sha256").hexdigest())
    except OSError as error:
        raise CannotStart(
            f"BEAT_MODEL={path} cannot be read ({error.strerror}): name a file that `sfa beats convert` has made, or leave it empty."
        ) from error
    except BeatModelInvalid as error:
        raise CannotStart(f"BEAT_MODEL={path}: {error}. Make it of a checkpoint with `sfa beats convert`.") from error


def hyperparameters(path: Path) -> Mapping[str, Any]:
    """Returns the arguments of the constructor of the network whose weights a file holds. Raises BeatModelInvalid, OSError."""
    try:
        values = json.loads(safetensors_head.metadata(safetensors_head.read(path))[METADATA])
    except (ValueError, KeyError) as error:
        raise BeatModelInvalid("it does not hold a network of Beat This!") from error
    if not isinstance(values, dict):
        raise BeatModelInvalid("it does not say how its network is built")
    return values
