"""What is tried when a separation does not fit into memory: one segment at a time, shorter ones, and then, if allowed, the CPU."""

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
        most_at_once: how many segments to compute at a time at most.
        on_cpu: whether on the CPU, whatever the device is.
        concessions: how it differs from what was asked for, as `name=value`; empty on the first rung.
    """

    options: Options
    most_at_once: int = 1
    on_cpu: bool = False
    concessions: tuple[str, ...] = ()


def rungs(device: str, model: ModelInfo, options: Options, most_at_once: int, *, cpu_fallback: bool) -> Iterator[Rung]:
    """Yields the ways to run a separation, the wanted one first, each needing less of the device's memory.

    Args:
        device: "cpu", "cuda", "mps".
        model: what is to run.
        options: what is asked for. A segment length that is asked for is kept.
        most_at_once: how many segments the device may compute at a time if they fit.
        cpu_fallback: whether the CPU may be used instead of another device.
    """
    yield Rung(options, most_at_once)
    if device != "cpu" and most_at_once > 1:
        yield Rung(options, concessions=("batch_size=1",))
    if model.segment_seconds is not None and options.segment_seconds is None:
        for divisor in _DIVISORS:
            seconds = model.segment_seconds / divisor
            if seconds >= _LEAST_SEGMENT_SECONDS:
                yield Rung(replace(options, segment_seconds=seconds), concessions=(f"segment_seconds={seconds:g}",))
    if cpu_fallback and device != "cpu":
        yield Rung(options, on_cpu=True, concessions=("device=cpu",))
