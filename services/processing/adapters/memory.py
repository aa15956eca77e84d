"""What is tried when a separation does not fit into memory: shorter segments, and then, if allowed, the CPU."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from services.processing.catalogue import ModelInfo
from services.processing.domain import Options

# Memory grows with the segment. Below a second or so the networks hear too little around each sample.
_DIVISORS = (2, 4)
_LEAST_SEGMENT_SECONDS = 1.0


@dataclass(frozen=True)
class Rung:
    """One way to run a separation.

    Attributes:
        options: what to run it with.
        on_cpu: whether on the CPU, whatever the device is.
        concessions: how it differs from what was asked for, as `name=value`; empty on the first rung.
    """

    options: Options
    on_cpu: bool = False
    concessions: tuple[str, ...] = ()


def rungs(device: str, model: ModelInfo, options: Options, *, cpu_fallback: bool) -> Iterator[Rung]:
    """Yields the ways to run a separation, the wanted one first, each needing less of the device's memory.

    Args:
        device: "cpu", "cuda", "mps".
        model: what is to run.
        options: what is asked for. A segment length that is asked for is kept.
        cpu_fallback: whether the CPU may be used instead of another device.
    """
    yield Rung(options)
    if model.segment_seconds is not None and options.segment_seconds is None:
        for divisor in _DIVISORS:
            seconds = model.segment_seconds / divisor
            if seconds >= _LEAST_SEGMENT_SECONDS:
                yield Rung(replace(options, segment_seconds=seconds), concessions=(f"segment_seconds={seconds:g}",))
    if cpu_fallback and device != "cpu":
        yield Rung(options, on_cpu=True, concessions=("device=cpu",))
