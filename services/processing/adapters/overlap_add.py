"""The separation loop that every model runs on: overlapping spans in, finished samples out, in constant memory."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from services.processing.ports import FloatArray, Samples, Separator


@dataclass(frozen=True)
class Position:
    """Where the loop stands between two spans: all that it needs to go on from there.

    Attributes:
        spans: how many spans are done.
        pending: weighted sums of what later spans may still add to, shape (stems, 2, n).
        weight: sums of the weights in `pending`, shape (n,).
    """

    spans: int
    pending: FloatArray
    weight: FloatArray


START = Position(0, np.zeros((0, 2, 0), np.float32), np.zeros(0, np.float32))


def separate(
    separator: Separator,
    mix: Samples,
    stems: Sequence[str],
    write: Callable[[FloatArray], None],
    on_step: Callable[[int, int], None],
    *,
    start: Position = START,
    on_span: Callable[[Position], None] = lambda _: None,
) -> None:
    """Separates a whole track, span by span.

    Overlapping estimates are averaged by their weights. What no later span can change is written at once, so memory is that
    of two spans however long the track is, and the result does not depend on anything but mix, model and stems.

    Args:
        separator: the model.
        mix: the track, at the model's sample rate.
        stems: which stems to estimate, in the order of the output.
        write: gets the finished samples in order, shape (stems, 2, n), together exactly mix.length samples.
        on_step: called after each run of a network with (runs done, runs in all); may raise to stop.
        start: where to begin; what lies before it has been written.
        on_span: called after each span, when what is final of it has been written. The position is the loop's own memory:
            valid only during the call.
    """
    spans, steps_per_span = separator.plan(mix.length, stems)
    starts = [*(span.start for span in spans), mix.length]
    steps, done = steps_per_span * len(spans), steps_per_span * start.spans

    def step() -> None:
        nonlocal done
        done += 1
        on_step(done, steps)

    widest = max(span.stop - span.start for span in spans)
    pending = np.zeros((len(stems), 2, widest), np.float32)
    weight = np.zeros(widest, np.float32)
    if carried := start.weight.size:
        pending[..., :carried] = start.pending
        weight[:carried] = start.weight
    base = starts[start.spans]  # the sample that pending[..., 0] belongs to
    reach = base + carried  # what is pending ends here
    for index, span in enumerate(spans[start.spans :], start.spans):
        piece = separator.estimate(mix, span, stems, step)
        inside = slice(span.start - base, span.stop - base)
        pending[..., inside] += piece.values
        weight[inside] += piece.weight
        count = starts[index + 1] - base
        if count > 0:
            write(pending[..., :count] / weight[:count])
            pending[..., : widest - count] = pending[..., count:]
            pending[..., widest - count :] = 0
            weight[: widest - count] = weight[count:]
            weight[widest - count :] = 0
            base += count
        reach = max(reach, span.stop)
        carried = reach - base
        on_span(Position(index + 1, pending[..., :carried], weight[:carried]))
