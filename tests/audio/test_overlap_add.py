"""The separation loop, with models that are plain arithmetic."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.processing.ports import Piece, Samples, Span
from tests.audio.conftest import noise, separated


class Scaler:
    """A model whose stems are the mix times 1, 2, ..., cut into overlapping spans of any size."""

    sample_rate = 44100

    def __init__(self, names: Sequence[str], width: int, stride: int) -> None:
        self.stems = tuple(names)
        self._width = width
        self._stride = stride

    def plan(self, length: int, stems: Sequence[str]) -> tuple[Sequence[Span], int]:
        return [Span(start, min(start + self._width, length)) for start in range(0, length, self._stride)], 1

    def estimate(self, mix: Samples, span: Span, stems: Sequence[str], on_step: Callable[[], None]) -> Piece:
        weight = 1 + np.abs(np.sin(np.arange(span.stop - span.start, dtype=np.float32)))
        factors = np.array([self.stems.index(stem) + 1 for stem in stems], np.float32)
        on_step()
        return Piece(mix.read(span.start, span.stop) * factors[:, None, None] * weight, weight)


@given(length=st.integers(1, 400), width=st.integers(1, 120), overlap=st.integers(0, 119))
@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_sample_is_written_once_whatever_the_spans(length: int, width: int, overlap: int, tmp_path: Path) -> None:
    model = Scaler(("once", "twice"), width, max(1, width - overlap))
    mix = noise(length, seed=length)
    stems = separated(model, mix, model.stems, tmp_path)
    np.testing.assert_allclose(stems, np.stack((mix, 2 * mix)), rtol=1e-5, atol=1e-7)


def test_stems_come_in_the_order_asked_for(tmp_path: Path) -> None:
    mix = noise(1000)
    stems = separated(Scaler(("once", "twice"), 300, 200), mix, ("twice", "once"), tmp_path)
    np.testing.assert_allclose(stems, np.stack((2 * mix, mix)), rtol=1e-5)


def test_a_step_that_raises_stops_the_work(tmp_path: Path) -> None:
    class Stopping(Scaler):
        def estimate(self, mix: Samples, span: Span, stems: Sequence[str], on_step: Callable[[], None]) -> Piece:
            if span.start >= 400:
                raise KeyboardInterrupt
            return super().estimate(mix, span, stems, on_step)

    with pytest.raises(KeyboardInterrupt):
        separated(Stopping(("once",), 300, 200), noise(1000), ("once",), tmp_path)
