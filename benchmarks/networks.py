"""Demucs networks of the published shapes with random weights, and audio for them.

The speed and the memory of a network do not depend on its weights, so these stand for the published ones where those are not
at hand.
"""

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import torch
from demucs.apply import apply_model
from demucs.htdemucs import HTDemucs
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from services.processing.adapters.install import install
from services.processing.adapters.weight_sources import DemucsFolder
from services.processing.catalogue import FOUR_STEMS, MODELS
from services.processing.ports import FloatArray
from tests.audio.demucs_models import save_bag, tiny_htdemucs

RATE = 44100
STEMS = FOUR_STEMS
SIX_STEMS = MODELS["htdemucs-6s"].stems
_SEGMENT = Fraction(39, 5)
# What is new in each segment at the overlap that Demucs uses of itself.
STRIDE_SECONDS = 0.75 * float(_SEGMENT)


def htdemucs(seed: int = 0) -> Any:  # noqa: ANN401 - demucs ships no types
    """Builds htdemucs as published: 41.5 million parameters, segments of 7.8 s."""
    torch.manual_seed(seed)
    return HTDemucs(list(STEMS), bottom_channels=512, segment=_SEGMENT).eval()


def htdemucs_6s(seed: int = 0) -> Any:  # noqa: ANN401 - demucs ships no types
    """Builds htdemucs-6s as published: no bottom channels, six stems."""
    torch.manual_seed(seed)
    return HTDemucs(list(SIX_STEMS), bottom_channels=0, t_heads=8, segment=_SEGMENT).eval()


def segment_operations(network: Any) -> int:  # noqa: ANN401 - demucs ships no types
    """Counts the floating point operations of one segment: convolutions, matrix products and attention.

    Fused attention is invisible to torch's counter, so it counts the plain form, which is the same arithmetic.
    """
    torch.backends.mha.set_fastpath_enabled(value=False)
    counter = FlopCounterMode(display=False)
    with torch.no_grad(), sdpa_kernel(SDPBackend.MATH), counter:
        network(torch.zeros(1, 2, round(_SEGMENT * RATE)))
    return counter.get_total_flops()


def stock_stems(network: Any, mix: FloatArray, device: str | torch.device = "cpu") -> FloatArray:  # noqa: ANN401 - demucs ships no types
    """Separates a track as `demucs.api.Separator` does with shifts=0; `network` may be a bag of them."""
    torch.backends.mha.set_fastpath_enabled(value=True)  # torch's default
    track = torch.from_numpy(mix)
    mono = track.mean(0)
    deviation = mono.std() + 1e-8
    estimate = apply_model(network, ((track - mono.mean()) / deviation)[None], shifts=0, device=device)[0]
    stems: FloatArray = (estimate * deviation + mono.mean()).cpu().numpy()
    return stems


def tiny(seed: int = 0) -> Any:  # noqa: ANN401 - demucs ships no types
    """Builds a transformer whose segments are as long, and that costs next to nothing."""
    return tiny_htdemucs(seed, segment=_SEGMENT)


def installed(models_dir: Path, network: Any) -> None:  # noqa: ANN401 - demucs ships no types
    """Installs a network under the name of htdemucs, as if it were the published one."""
    published = models_dir / ".published"
    save_bag(published, "htdemucs", [network])
    install(MODELS["htdemucs"], models_dir, DemucsFolder(published), lambda *_: None)


def noise(length: int, seed: int = 0) -> FloatArray:
    """Returns white noise, shape (2, length)."""
    return (np.random.default_rng(seed).standard_normal((2, length)) * 0.1).astype(np.float32)


def write_noise(path: Path, seconds: int) -> None:
    """Writes noise as a 16-bit WAVE file, a second at a time."""
    with soundfile.SoundFile(path, "w", RATE, 2, "PCM_16") as file:
        for second in range(seconds):
            file.write(noise(RATE, seed=second).T)
