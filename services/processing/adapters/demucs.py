"""Demucs on the engine: the demucs package's networks, segment by segment, as `demucs.apply.apply_model(shifts=0)`.

What is kept of the reference runner, so that the stems are the same: segment length, overlap of a quarter, triangular
weights, padding with the real neighbourhood of a short segment, normalisation by mean and deviation of the whole track,
and the weights of a bag. What is different: networks that no wanted stem needs are not run, and nothing but two batches is
ever in memory.
"""

import copy
import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import groupby
from typing import Any

import numpy as np
import torch
from demucs.demucs import Demucs as TimeDemucs
from demucs.hdemucs import HDemucs
from demucs.htdemucs import HTDemucs
from safetensors import SafetensorError
from safetensors.torch import load
from torch import nn

from services.mesh.errors import WeightsCorrupt
from services.processing.adapters.demucs_files import DemucsFileInvalid, parse_header
from services.processing.adapters.devices import is_out_of_memory
from services.processing.adapters.processor import Processor, stacked
from services.processing.adapters.weights import InstalledModel, Manifest
from services.processing.ports import FloatArray, Piece, Samples, Span

_OVERLAP = 0.25
_DEVIATION_FLOOR = 1e-8
_CLASSES: Mapping[str, type[nn.Module]] = {
    "demucs.htdemucs.HTDemucs": HTDemucs,
    "demucs.hdemucs.HDemucs": HDemucs,
    "demucs.demucs.Demucs": TimeDemucs,
}


def load_demucs(model: InstalledModel, processor: Processor) -> "Demucs":
    """Loads the networks of a bag. Raises WeightsCorrupt."""
    # The fused inference path of nn.MultiheadAttention is slower than the plain one, which uses flash attention.
    torch.backends.mha.set_fastpath_enabled(value=False)
    try:
        networks = [_network(model.read(name), model.manifest) for name in model.manifest.files]
        return Demucs(model.info.stems, networks, model.manifest.weights, processor)
    except (DemucsFileInvalid, SafetensorError, RuntimeError, TypeError, ValueError) as error:
        if is_out_of_memory(error):
            raise
        raise WeightsCorrupt(model.info.id) from error


def _network(content: bytes, manifest: Manifest) -> Any:  # noqa: ANN401 - demucs ships no types
    header = parse_header(content)
    build = _CLASSES[header.class_name]
    # Published files name training options that the package has dropped since.
    known = inspect.signature(build).parameters
    network: Any = build(*header.args, **{key: value for key, value in header.kwargs.items() if key in known})
    network.load_state_dict(load(content))
    segment = manifest.segment_seconds
    if segment is not None and (not isinstance(network, HTDemucs) or segment <= network.segment):
        network.segment = segment  # a transformer cannot take more than it was trained with
    return network


class Demucs:
    """A bag of Demucs networks that share stems, sample rate and segment length."""

    def __init__(
        self,
        stems: tuple[str, ...],
        networks: Sequence[Any],
        weights: Sequence[Sequence[float]],
        processor: Processor,
    ) -> None:
        """Takes ownership of the networks.

        Args:
            stems: the stems, in the order of the networks' outputs.
            networks: modules of the demucs package.
            weights: how much each network (row) counts for each stem (column); empty = all alike.
            processor: where they run.

        Raises:
            ValueError: the networks do not fit together.
        """
        first = networks[0]
        for network in networks:
            if tuple(network.sources) != stems or network.audio_channels != 2:  # noqa: PLR2004 - stereo
                raise ValueError(f"a network separates {network.sources}, not {stems} in stereo")
            if (network.samplerate, network.segment) != (first.samplerate, first.segment):
                raise ValueError("the networks of a bag differ in sample rate or segment length")
        self.stems = stems
        self.sample_rate = int(first.samplerate)
        self._processor = processor
        self._networks = [
            network.eval().requires_grad_(requires_grad=False).to(processor.device) for network in networks
        ]
        self._weights = np.asarray(weights or np.ones((len(networks), len(stems))), np.float32)
        self._own_seconds = first.segment
        self.batch_size = 1
        self._set_segments(None, None)

    def configured(self, seconds: float | None, overlap: float | None, most_at_once: int) -> "Demucs":
        """Returns this model, on the same networks, with other segments."""
        other = copy.copy(self)
        other._set_segments(seconds, overlap)  # noqa: SLF001 - a copy of its own
        other.batch_size = self._processor.batch_that_fits(other._probe, most_at_once)  # noqa: SLF001
        return other

    @torch.inference_mode()
    def _probe(self) -> None:
        """Runs the network that needs the most memory over one segment."""
        network = max(self._networks, key=lambda network: sum(weight.numel() for weight in network.parameters()))
        network.segment = self._seconds
        silence = np.zeros((1, 2, self._padded(network, Span(0, self._segment))), np.float32)
        with self._processor.autocast():
            network(self._processor.upload(silence))

    def _set_segments(self, seconds: float | None, overlap: float | None) -> None:
        self._seconds = self._own_seconds if seconds is None else seconds
        self._overlap = _OVERLAP if overlap is None else overlap
        self._segment = int(self.sample_rate * self._seconds)
        rising = np.arange(1, self._segment // 2 + 1)
        falling = np.arange(self._segment - self._segment // 2, 0, -1)
        triangle = np.concatenate((rising, falling)).astype(np.float32)
        self._triangle: FloatArray = triangle / triangle.max()

    def plan(self, length: int, stems: Sequence[str]) -> tuple[Sequence[Span], int]:
        """Cuts the track into overlapping segments."""
        stride = int((1 - self._overlap) * self._segment)
        spans = [Span(start, min(start + self._segment, length)) for start in range(0, length, stride)]
        return spans, len(self._needed([self.stems.index(stem) for stem in stems]))

    def estimate(
        self, mix: Samples, spans: Sequence[Span], stems: Sequence[str], on_step: Callable[[], None]
    ) -> list[Piece]:
        """Estimates some segments."""
        rows = [self.stems.index(stem) for stem in stems]
        values = self._weighed(mix, spans, rows, on_step)
        std, mean = np.float32(mix.mono_std + _DEVIATION_FLOOR), np.float32(mix.mono_mean)
        pieces = []
        for span, estimate in zip(spans, values, strict=True):
            weight = self._triangle[: span.stop - span.start]
            pieces.append(Piece((estimate * std + mean) * weight, weight))
        return pieces

    def _needed(self, rows: Sequence[int]) -> list[int]:
        """Returns which networks count for any of the stems."""
        return [index for index in range(len(self._networks)) if self._weights[index, rows].any()]

    @torch.inference_mode()
    def _weighed(
        self, mix: Samples, spans: Sequence[Span], rows: Sequence[int], on_step: Callable[[], None]
    ) -> list[FloatArray]:
        """Runs the networks and averages what they say, shape (stems, 2, samples) for each span, still normalised."""
        totals = [np.zeros((len(rows), 2, span.stop - span.start), np.float32) for span in spans]
        for index in self._needed(rows):
            network, shares = self._networks[index], self._weights[index, rows, None, None]
            network.segment = self._seconds  # other views of the same networks may have set theirs
            # A network takes segments of one length at a time; only the track's last ones may differ.
            first = 0
            for _, alike in groupby(spans, partial(self._padded, network)):
                estimates = self._run(network, mix, list(alike), rows)
                for number, estimate in enumerate(estimates, first):
                    totals[number] += estimate * shares
                first += len(estimates)
            on_step()
        scale = self._weights[:, rows].sum(axis=0)[:, None, None]
        return [total / scale for total in totals]

    @staticmethod
    def _padded(network: Any, span: Span) -> int:  # noqa: ANN401 - demucs ships no types
        """Returns how many samples a network takes for a span."""
        length = span.stop - span.start
        return int(network.valid_length(length)) if hasattr(network, "valid_length") else length

    def _run(self, network: Any, mix: Samples, spans: Sequence[Span], rows: Sequence[int]) -> list[FloatArray]:  # noqa: ANN401
        """Runs one network over spans of which it takes equally many samples."""
        padded = self._padded(network, spans[0])
        segments = []
        for span in spans:
            start = span.start - (padded - (span.stop - span.start)) // 2
            segments.append(_normalised(mix, start, start + padded))
        with self._processor.autocast():
            estimates = network(self._processor.upload(stacked(segments)))
        values = []
        for span, value in zip(spans, self._processor.download(estimates[:, rows].float()), strict=True):
            length = span.stop - span.start
            surplus = (value.shape[-1] - length) // 2
            values.append(value[..., surplus : surplus + length])
        return values


def _normalised(mix: Samples, start: int, stop: int) -> FloatArray:
    """Reads samples with the whole track's mean removed and its deviation made one; outside the track they are zero."""
    block = mix.read(start, stop)
    inside = slice(max(start, 0) - start, min(stop, mix.length) - start)
    block[:, inside] -= np.float32(mix.mono_mean)
    block[:, inside] /= np.float32(mix.mono_std + _DEVIATION_FLOOR)
    return block
