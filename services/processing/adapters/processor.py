"""What computes, and how: precision, the way of samples to a device and back, and how many segments fit into it at a time."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
import torch
from torch import Tensor

from services.processing.domain import Precision
from services.processing.ports import FloatArray

MOST_SEGMENTS = 32
"""More at a time do not make any known device faster."""

_HALVES = {Precision.BFLOAT16: torch.bfloat16, Precision.FLOAT16: torch.float16}
# The rest is for what the probe does not see: fragments, and kernels that choose their workspace by the size of the batch.
_USABLE_SHARE = 0.8


class Processor:
    """A device with the precision that networks run in."""

    def __init__(self, device: torch.device, precision: Precision = Precision.FLOAT32) -> None:
        """Sets torch's switches for TF32, which are the process's."""
        self.device = device
        self._half = _HALVES.get(precision)
        torch.backends.cuda.matmul.allow_tf32 = precision is Precision.TF32
        torch.backends.cudnn.allow_tf32 = precision is Precision.TF32

    def autocast(self) -> AbstractContextManager[Any]:
        """Returns the context to run networks in: half precision where it is wanted and does no harm, as torch knows it."""
        return torch.autocast(self.device.type, dtype=self._half, enabled=self._half is not None)

    def upload(self, samples: FloatArray) -> Tensor:
        """Brings samples to the device, from pinned memory where that lets the copy overlap with computing."""
        tensor = torch.from_numpy(samples)
        if self.device.type == "cuda":
            return tensor.pin_memory().to(self.device, non_blocking=True)
        return tensor.to(self.device)

    def download(self, tensor: Tensor) -> FloatArray:
        """Brings samples back, and waits for them."""
        if tensor.device.type == "cuda":
            pinned = torch.empty(tensor.shape, dtype=tensor.dtype, pin_memory=True)
            pinned.copy_(tensor, non_blocking=True)
            torch.cuda.current_stream(tensor.device).synchronize()
            tensor = pinned
        samples: FloatArray = tensor.cpu().numpy()
        return samples

    def batch_that_fits(self, run_one: Callable[[], object], most: int = MOST_SEGMENTS) -> int:
        """Returns how many segments to compute at a time: what the device's free memory holds, found by running one.

        A CPU computes one at a time: more are not faster there, and so stems do not depend on how segments are grouped.

        Raises:
            OutOfMemoryError: not even one fits.
        """
        match self.device.type:
            case "cuda":
                before = torch.cuda.memory_allocated(self.device)
                torch.cuda.reset_peak_memory_stats(self.device)
                run_one()
                taken = torch.cuda.max_memory_allocated(self.device) - before
                torch.cuda.empty_cache()
                free, _ = torch.cuda.mem_get_info(self.device)
            case "mps":
                before = torch.mps.driver_allocated_memory()
                run_one()
                taken = torch.mps.driver_allocated_memory() - before
                torch.mps.empty_cache()
                free = torch.mps.recommended_max_memory() - torch.mps.driver_allocated_memory()
            case _:
                return 1
        return fitting(free, taken, most)


def fitting(free_bytes: int, bytes_each: int, most: int) -> int:
    """Returns the largest power of two of segments that fit, at least 1.

    Powers of two, because a run that is continued must group segments as it did before, however little else was running.
    """
    count = min(most, int(free_bytes * _USABLE_SHARE) // max(bytes_each, 1))
    return 1 << max(count, 1).bit_length() - 1


def stacked(segments: list[FloatArray]) -> FloatArray:
    """Puts segments of one shape into a batch; a single one is not copied."""
    return segments[0][None] if len(segments) == 1 else np.stack(segments)
