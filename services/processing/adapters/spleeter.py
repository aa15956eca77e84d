"""Spleeter on the engine: one U-Net per stem, ratio masks on a short-time Fourier transform, 512 frames at a time.

Each block of frames is transformed, masked and transformed back on its own. Frames overlap, so do the samples of
neighbouring blocks, and the engine's weighted sum completes the inverse transform: the result equals that of the whole
track transformed at once, because a network never sees more than one block of 512 frames anyway.
"""

import copy
from collections.abc import Callable, Sequence

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load
from torch import Tensor
from torch.nn import functional

from services.mesh.errors import WeightsCorrupt
from services.processing.adapters.devices import is_out_of_memory
from services.processing.adapters.processor import Processor
from services.processing.adapters.spleeter_unet import UNet
from services.processing.adapters.weights import InstalledModel
from services.processing.ports import Piece, Samples, Span

SAMPLE_RATE = 44100
_WINDOW = 4096
_HOP = 1024
_BLOCK_FRAMES = 512
_BINS = 1024  # the networks see the bins below 11 kHz
_EPSILON = 1e-10


def load_spleeter(model: InstalledModel, processor: Processor) -> "Spleeter":
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
        networks.append(network.eval().requires_grad_(requires_grad=False).to(processor.device))
    return Spleeter(model.info.stems, networks, processor)


class Spleeter:
    """Spleeter's networks. Its stems sum to the mix, because its masks sum to one."""

    sample_rate = SAMPLE_RATE

    def __init__(self, stems: tuple[str, ...], networks: Sequence[UNet], processor: Processor) -> None:
        self.stems = stems
        self.batch_size = 1
        self._networks = networks
        self._processor = processor
        self._window = torch.hann_window(_WINDOW)

    def configured(self, seconds: float | None, overlap: float | None, most_at_once: int) -> "Spleeter":  # noqa: ARG002
        """Returns this model: its networks take 512 frames, which need not overlap."""
        other = copy.copy(self)
        other.batch_size = self._processor.batch_that_fits(self._probe, most_at_once)
        return other

    @torch.inference_mode()
    def _probe(self) -> None:
        silence = np.zeros((1, 2, _BLOCK_FRAMES, _BINS), np.float32)
        with self._processor.autocast():
            self._networks[0](self._processor.upload(silence))

    def plan(self, length: int, stems: Sequence[str]) -> tuple[Sequence[Span], int]:  # noqa: ARG002 - masks need all networks
        """Cuts the track into blocks of 512 frames; frame t is centred on sample 1024 t."""
        frames = 1 + length // _HOP
        spans = []
        for first in range(0, frames, _BLOCK_FRAMES):
            last = min(first + _BLOCK_FRAMES, frames) - 1
            spans.append(Span(max(0, first * _HOP - _WINDOW // 2), min(length, last * _HOP + _WINDOW // 2)))
        return spans, len(self._networks)

    @torch.inference_mode()
    def estimate(
        self, mix: Samples, spans: Sequence[Span], stems: Sequence[str], on_step: Callable[[], None]
    ) -> list[Piece]:
        """Estimates some blocks."""
        spectra = [self._spectrum(mix, span) for span in spans]
        powers = self._powers([spectrum.abs()[..., :_BINS] for spectrum in spectra], on_step)
        return [
            self._piece(span, spectrum, self._masks(power), stems)
            for span, spectrum, power in zip(spans, spectra, powers, strict=True)
        ]

    def _spectrum(self, mix: Samples, span: Span) -> Tensor:
        """Transforms a block, shape (2, frames, 2049)."""
        first, start = _begin(span)
        frames = min(_BLOCK_FRAMES, 1 + mix.length // _HOP - first)
        samples = torch.from_numpy(mix.read(start, start + (frames - 1) * _HOP + _WINDOW))
        spectrum: Tensor = torch.fft.rfft(samples.unfold(1, _WINDOW, _HOP) * self._window)
        return spectrum

    def _piece(self, span: Span, spectrum: Tensor, masks: Tensor, stems: Sequence[str]) -> Piece:
        """Masks a block and transforms it back."""
        _, start = _begin(span)
        inside = slice(span.start - start, span.stop - start)
        values = [
            self._overlapped(torch.fft.irfft(spectrum * masks[self.stems.index(stem)]) * self._window)[..., inside]
            for stem in stems
        ]
        weight = self._overlapped((self._window**2).expand(spectrum.shape[1], _WINDOW))[inside]
        return Piece(torch.stack(values).numpy(), weight.numpy())

    def _powers(self, magnitudes: Sequence[Tensor], on_step: Callable[[], None]) -> list[Tensor]:
        """Returns what the networks hear in each block, shape (stems, 2, frames, 1024)."""
        padded = [functional.pad(block, (0, 0, 0, _BLOCK_FRAMES - block.shape[1])) for block in magnitudes]
        batch = self._processor.upload(torch.stack(padded).numpy())
        heard = []
        for network in self._networks:
            with self._processor.autocast():
                estimate = network(batch).float().square()
            heard.append(torch.from_numpy(self._processor.download(estimate)))
            on_step()
        together = torch.stack(heard, dim=1)
        return [power[:, :, : block.shape[1]] for power, block in zip(together, magnitudes, strict=True)]

    @staticmethod
    def _masks(power: Tensor) -> Tensor:
        """Returns each stem's share of each bin, shape (stems, 2, frames, 2049); the shares of a bin sum to one."""
        masks: Tensor = (power + _EPSILON / len(power)) / (power.sum(dim=0) + _EPSILON)
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


def _begin(span: Span) -> tuple[int, int]:
    """Returns the first frame of a block, and the sample where that frame's window begins."""
    first = (span.start + _WINDOW // 2) // _HOP if span.start else 0
    return first, first * _HOP - _WINDOW // 2
