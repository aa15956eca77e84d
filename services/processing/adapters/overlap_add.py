"""The separation loop that every model runs on: overlapping spans in, finished samples out, in constant memory."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from services.processing.ports import FloatArray, Piece, Samples, Separator, Span


@dataclass(frozen=True)
class Position:
    """Where the loop stands between two batches of spans: all that it needs to go on from there.

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
    on_batch: Callable[[Position], None] = lambda _: None,
) -> None:
    """Separates a whole track, span by span, or several at a time where the model wants that.

    Overlapping estimates are averaged by their weights. What no later span can change is written at once, so memory is that
    of two batches however long the track is, and the result depends on nothing but mix, model, its batch size, and stems.

    Args:
        separator: the model.
        mix: the track, at the model's sample rate.
        stems: which stems to estimate, in the order of the output.
        write: gets the finished samples in order, shape (stems, 2, n), together exactly mix.length samples.
        on_step: called after each run of a network with (runs done, runs in all), a run being one network over one span; may
            raise to stop. With more than one span at a time it is called on another thread.
        start: where to begin, from `on_batch` of a run with the same batch size; what lies before it has been written.
        on_batch: called after each batch, when what is final of it has been written. The position is the loop's own memory:
            valid only during the call.
    """
    spans, steps_per_span = separator.plan(mix.length, stems)
    starts = [*(span.start for span in spans), mix.length]
    steps, done = steps_per_span * len(spans), steps_per_span * start.spans

    def estimate(batch: Sequence[Span]) -> list[Piece]:
        def step() -> None:
            nonlocal done
            done += len(batch)
            on_step(done, steps)

        return separator.estimate(mix, batch, stems, step)

    widest = max(span.stop - span.start for span in spans)
    pending = np.zeros((len(stems), 2, widest), np.float32)
    weight = np.zeros(widest, np.float32)
    if carried := start.weight.size:
        pending[..., :carried] = start.pending
        weight[:carried] = start.weight
    base = starts[start.spans]  # the sample that pending[..., 0] belongs to
    reach = base + carried  # what is pending ends here
    index = start.spans
    batches = [spans[first : first + separator.batch_size] for first in range(index, len(spans), separator.batch_size)]
    for batch, pieces in zip(batches, _in_turn(estimate, batches, ahead=separator.batch_size > 1), strict=True):
        for span, piece in zip(batch, pieces, strict=True):
            inside = slice(span.start - base, span.stop - base)
            pending[..., inside] += piece.values
            weight[inside] += piece.weight
            index += 1
            count = starts[index] - base
            if count > 0:
                write(pending[..., :count] / weight[:count])
                pending[..., : widest - count] = pending[..., count:]
                pending[..., widest - count :] = 0
                weight[: widest - count] = weight[count:]
                weight[widest - count :] = 0
                base += count
            reach = max(reach, span.stop)
        carried = reach - base
        on_batch(Position(index, pending[..., :carried], weight[:carried]))


def _in_turn(
    estimate: Callable[[Sequence[Span]], list[Piece]], batches: Sequence[Sequence[Span]], *, ahead: bool
) -> Iterator[list[Piece]]:
    """Yields the estimates of each batch; `ahead` computes the next one meanwhile, so that a device need not wait for disks."""
    if not ahead:
        yield from map(estimate, batches)
        return
    with ThreadPoolExecutor(1, "estimate") as computing:
        coming: deque[Future[list[Piece]]] = deque()
        for batch in batches:
            coming.append(computing.submit(estimate, batch))
            if len(coming) > 1:
                yield coming.popleft().result()
        while coming:
            yield coming.popleft().result()
