"""Beat This! as it runs: its authors' network from the package `beat_this`, without gradients. The only module that finds beats with torch.

Foscarin, Schlüter, Widmer, "Beat This! Accurate Beat Tracking Without DBN Postprocessing", ISMIR 2024.
"""

import hashlib

import safetensors.torch
import torch
from beat_this.model.beat_tracker import BeatThis
from safetensors import SafetensorError

from services.analysis.adapters.beat_model import BeatModel, BeatModelInvalid, hyperparameters
from services.analysis.measure.frontend import FloatArray
from services.mesh.child import usable_cores


class LoadedBeatNetwork:
    """A `BeatNetwork` on the CPU.

    Attributes:
        version: see `BeatModel`.
    """

    def __init__(self, model: BeatModel) -> None:
        """Loads the weights. Raises BeatModelInvalid if they are damaged or do not fit, OSError."""
        torch.set_num_threads(usable_cores())
        self.version = model.version
        content = model.path.read_bytes()
        if hashlib.sha256(content).hexdigest() != model.sha256:
            raise BeatModelInvalid("it has changed since it was looked at")
        try:
            self._network = BeatThis(**hyperparameters(model.path))
            self._network.load_state_dict(safetensors.torch.load(content))
        except (SafetensorError, RuntimeError, TypeError, ValueError, KeyError, AssertionError) as error:
            raise BeatModelInvalid(f"its weights do not make a network: {str(error).splitlines()[0]}") from error
        self._network.eval()

    def __call__(self, frames: FloatArray) -> FloatArray:
        """Returns the logits of beats and downbeats, shape (n, 2), of log-mel frames, shape (n, 128)."""
        with torch.inference_mode():
            told = self._network(torch.from_numpy(frames)[None])
            logits: FloatArray = torch.stack((told["beat"][0], told["downbeat"][0]), dim=1).numpy()
        return logits
