"""The shift trick: a track is estimated on several grids of spans, each moved in time, and the estimates are averaged.

A network errs differently at different places of its segment, so averages err less (Demucs' authors report about 0.2 dB).
It costs as many times as much as there are grids.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from services.processing.ports import FloatArray, Piece, Samples, Separator, Span

_MOST_SECONDS = 0.5


@dataclass(frozen=True)
class _MovedSpan(Span):
    """A span of the track, and the span of the moved track that it is."""

    offset: int
    moved: Span


@dataclass(frozen=True)
class _Moved:
    """A track that begins later, after silence. Implements `Samples`."""

    mix: Samples
    offset: int

    @property
    def length(self) -> int:
        return self.mix.length + self.offset

    @property
    def mono_mean(self) -> float:
        return self.mix.mono_mean

    @property
    def mono_std(self) -> float:
        return self.mix.mono_std

    def read(self, start: int, stop: int) -> FloatArray:
        return self.mix.read(start - self.offset, stop - self.offset)


class Shifted:
    """A separator that averages another one over several grids. The same seed gives the same grids."""

    def __init__(self, inner: Separator, shifts: int, seed: int) -> None:
        self._inner = inner
        self.stems = inner.stems
        self.sample_rate = inner.sample_rate
        self.batch_size = inner.batch_size
        most = int(_MOST_SECONDS * inner.sample_rate)
        self._offsets = [int(offset) for offset in np.random.default_rng(seed).integers(0, most, shifts)]

    def plan(self, length: int, stems: Sequence[str]) -> tuple[Sequence[Span], int]:
        """Cuts the track along all grids."""
        spans: list[_MovedSpan] = []
        steps = 0
        for offset in self._offsets:
            grid, steps = self._inner.plan(length + offset, stems)
            for span in grid:
                start, stop = max(span.start - offset, 0), span.stop - offset
                if start < stop:  # else nothing but the silence before the track
                    spans.append(_MovedSpan(start, stop, offset, span))
        return sorted(spans, key=lambda span: (span.start, span.offset)), steps

    def estimate(
        self, mix: Samples, spans: Sequence[Span], stems: Sequence[str], on_step: Callable[[], None]
    ) -> list[Piece]:
        """Estimates some spans, those of one grid at a time."""
        by_offset: dict[int, list[_MovedSpan]] = {}
        for span in spans:
            assert isinstance(span, _MovedSpan)
            by_offset.setdefault(span.offset, []).append(span)
        pieces: dict[Span, Piece] = {}
        for number, (offset, grid) in enumerate(by_offset.items(), 1):
            # A step counts for all spans, so those of the last grid make it.
            step = on_step if number == len(by_offset) else _nothing
            found = self._inner.estimate(_Moved(mix, offset), [span.moved for span in grid], stems, step)
            for span, piece in zip(grid, found, strict=True):
                inside = slice(piece.weight.size - (span.stop - span.start), None)
                pieces[span] = Piece(piece.values[..., inside], piece.weight[inside])
        return [pieces[span] for span in spans]


def _nothing() -> None:
    """Stands for a step that is not counted."""
