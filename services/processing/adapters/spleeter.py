"""Spleeter on the engine: one U-Net per stem, ratio masks on a short-time Fourier transform, 512 frames at a time.

Each block of frames is transformed, masked and transformed back on its own. Frames overlap, so do the samples of
neighbouring blocks, and the engine's weighted sum completes the inverse transform: the result equals that of the whole
track transformed at once, because a network never sees more than one block of 512 frames anyway.
"""

from collections.abc import Callable, Sequence

import torch
from safetensors import SafetensorError
from safetensors.torch import load
from torch import Tensor

from services.mesh.errors import WeightsCorrupt
from services.processing.adapters.devices import is_out_of_memory
from services.processing.adapters.spleeter_unet import UNet
from services.processing.adapters.weights import InstalledModel
from services.processing.ports import Piece, Samples, Span

SAMPLE_RATE = 44100
_WINDOW = 4096
_HOP = 1024
_BLOCK_FRAMES = 512
_BINS = 1024  # the networks see the bins below 11 kHz
_EPSILON = 1e-10


def load_spleeter(model: InstalledModel, device: torch.device) -> "Spleeter":
    """Loads the networks. Raises WeightsCorrupt."""
    networks = []
    for name in model.manifest.files:
        network = UNet()
        try:
            # The weights were converted without the batch counters, which only training uses.
            missing, unexpected = network.load_state_dict(load(model.read(name)), strict=False)
        except (SafetensorError, RuntimeError) as error:
            if is_out_of_memory(error):
                raise
            raise WeightsCorrupt(model.info.id) from error
        if unexpected or any(not key.endswith("num_batches_tracked") for key in missing):
            raise WeightsCorrupt(model.info.id)
        networks.append(network.eval().requires_grad_(requires_grad=False).to(device))
    return Spleeter(model.info.stems, networks, device)


class Spleeter:
    """Spleeter's networks. Its stems sum to the mix, because its masks sum to one."""

    sample_rate = SAMPLE_RATE

    def __init__(self, stems: tuple[str, ...], networks: Sequence[UNet], device: torch.device) -> None:
        self.stems = stems
        self._networks = networks
        self._device = device
        self._window = torch.hann_window(_WINDOW)

    def with_segments(self, seconds: float | None, overlap: float | None) -> "Spleeter":  # noqa: ARG002 - see the port
        """Returns itself: the networks take 512 frames, which need not overlap."""
        return self

    def plan(self, length: int, stems: Sequence[str]) -> tuple[Sequence[Span], int]:  # noqa: ARG002 - masks need all networks
        """Cuts the track into blocks of 512 frames; frame t is centred on sample 1024 t."""
        frames = 1 + length // _HOP
        spans = []
        for first in range(0, frames, _BLOCK_FRAMES):
            last = min(first + _BLOCK_FRAMES, frames) - 1
            spans.append(Span(max(0, first * _HOP - _WINDOW // 2), min(length, last * _HOP + _WINDOW // 2)))
        return spans, len(self._networks)

    @torch.inference_mode()
    def estimate(self, mix: Samples, span: Span, stems: Sequence[str], on_step: Callable[[], None]) -> Piece:
        """Estimates one block."""
        first = (span.start + _WINDOW // 2) // _HOP if span.start else 0
        frames = min(_BLOCK_FRAMES, 1 + mix.length // _HOP - first)
        start = first * _HOP - _WINDOW // 2
        stop = start + (frames - 1) * _HOP + _WINDOW
        samples = torch.from_numpy(mix.read(start, stop))
        windows = samples.unfold(1, _WINDOW, _HOP) * self._window
        spectrum = torch.fft.rfft(windows)  # (2, frames, 2049)
        masks = self._masks(spectrum.abs()[..., :_BINS], on_step)
        inside = slice(span.start - start, span.stop - start)
        values = [
            self._overlapped(torch.fft.irfft(spectrum * masks[self.stems.index(stem)]) * self._window)[..., inside]
            for stem in stems
        ]
        weight = self._overlapped((self._window**2).expand(frames, _WINDOW))[inside]
        return Piece(torch.stack(values).numpy(), weight.numpy())

    def _masks(self, magnitudes: Tensor, on_step: Callable[[], None]) -> Tensor:
        """Returns each stem's share of each bin, shape (stems, 2, frames, 2049); the shares of a bin sum to one."""
        frames = magnitudes.shape[1]
        padded = torch.nn.functional.pad(magnitudes, (0, 0, 0, _BLOCK_FRAMES - frames))[None].to(self._device)
        powers = []
        for network in self._networks:
            powers.append(network(padded)[0, :, :frames].square().cpu())
            on_step()
        power = torch.stack(powers)
        masks = (power + _EPSILON / len(powers)) / (power.sum(dim=0) + _EPSILON)
        # Above the bins that the networks see, each frame is shared out as it is on average below.
        upper = masks.mean(dim=-1, keepdim=True).expand(*masks.shape[:-1], _WINDOW // 2 + 1 - _BINS)
        return torch.cat((masks, upper), dim=-1)

    @staticmethod
    def _overlapped(windows: Tensor) -> Tensor:
        """Adds up overlapping windows: (..., frames, 4096) to (..., samples)."""
        frames = windows.shape[-2]
        hops = _WINDOW // _HOP
        out = windows.new_zeros(*windows.shape[:-2], frames + hops - 1, _HOP)
        for hop in range(hops):
            out[..., hop : hop + frames, :] += windows[..., hop * _HOP : (hop + 1) * _HOP]
        return out.flatten(-2)
