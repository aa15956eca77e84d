"""The separation loop that every model runs on: overlapping spans in, finished samples out, in constant memory."""

from collections.abc import Callable, Sequence

import numpy as np

from services.processing.ports import FloatArray, Samples, Separator


def separate(
    separator: Separator,
    mix: Samples,
    stems: Sequence[str],
    write: Callable[[FloatArray], None],
    on_step: Callable[[int, int], None],
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
    """
    spans, steps_per_span = separator.plan(mix.length, stems)
    steps, done = steps_per_span * len(spans), 0

    def step() -> None:
        nonlocal done
        done += 1
        on_step(done, steps)

    widest = max(span.stop - span.start for span in spans)
    pending = np.zeros((len(stems), 2, widest), np.float32)
    weight = np.zeros(widest, np.float32)
    base = 0  # the sample that pending[..., 0] belongs to
    for index, span in enumerate(spans):
        piece = separator.estimate(mix, span, stems, step)
        inside = slice(span.start - base, span.stop - base)
        pending[..., inside] += piece.values
        weight[inside] += piece.weight
        final = spans[index + 1].start if index + 1 < len(spans) else mix.length
        count = final - base
        if count == 0:
            continue
        write(pending[..., :count] / weight[:count])
        pending[..., : widest - count] = pending[..., count:]
        pending[..., widest - count :] = 0
        weight[: widest - count] = weight[count:]
        weight[widest - count :] = 0
        base = final
