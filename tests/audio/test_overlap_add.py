"""The separation loop, with models that are plain arithmetic."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.processing.adapters.overlap_add import separate
from services.processing.adapters.samples import SampleFile
from services.processing.ports import Piece, Samples, Span
from tests.audio.conftest import noise, separated


class Scaler:
    """A model whose stems are the mix times 1, 2, ..., cut into overlapping spans of any size."""

    sample_rate = 44100

    def __init__(self, names: Sequence[str], width: int, stride: int, batch_size: int = 1) -> None:
        self.stems = tuple(names)
        self.batch_size = batch_size
        self._width = width
        self._stride = stride

    def plan(self, length: int, stems: Sequence[str]) -> tuple[Sequence[Span], int]:
        return [Span(start, min(start + self._width, length)) for start in range(0, length, self._stride)], 1

    def estimate(
        self, mix: Samples, spans: Sequence[Span], stems: Sequence[str], on_step: Callable[[], None]
    ) -> list[Piece]:
        assert 1 <= len(spans) <= self.batch_size
        factors = np.array([self.stems.index(stem) + 1 for stem in stems], np.float32)
        pieces = []
        for span in spans:
            weight = 1 + np.abs(np.sin(np.arange(span.stop - span.start, dtype=np.float32)))
            pieces.append(Piece(mix.read(span.start, span.stop) * factors[:, None, None] * weight, weight))
        on_step()
        return pieces


@given(length=st.integers(1, 400), width=st.integers(1, 120), overlap=st.integers(0, 119), batch_size=st.integers(1, 5))
@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_sample_is_written_once_whatever_the_spans(
    length: int, width: int, overlap: int, batch_size: int, tmp_path: Path
) -> None:
    model = Scaler(("once", "twice"), width, max(1, width - overlap), batch_size)
    mix = noise(length, seed=length)
    stems = separated(model, mix, model.stems, tmp_path)
    np.testing.assert_allclose(stems, np.stack((mix, 2 * mix)), rtol=1e-5, atol=1e-7)


def test_stems_come_in_the_order_asked_for(tmp_path: Path) -> None:
    mix = noise(1000)
    stems = separated(Scaler(("once", "twice"), 300, 200), mix, ("twice", "once"), tmp_path)
    np.testing.assert_allclose(stems, np.stack((2 * mix, mix)), rtol=1e-5)


@pytest.mark.parametrize("batch_size", [1, 2])
def test_a_step_that_raises_stops_the_work(tmp_path: Path, batch_size: int) -> None:
    class Stopping(Scaler):
        def estimate(
            self, mix: Samples, spans: Sequence[Span], stems: Sequence[str], on_step: Callable[[], None]
        ) -> list[Piece]:
            if spans[0].start >= 400:
                raise KeyboardInterrupt
            return super().estimate(mix, spans, stems, on_step)

    with pytest.raises(KeyboardInterrupt):
        separated(Stopping(("once",), 300, 200, batch_size), noise(1000), ("once",), tmp_path)


@pytest.mark.parametrize("batch_size", [1, 3])
def test_steps_count_spans_and_a_batch_is_computed_while_the_last_one_is_written(
    sample_file: SampleFile, batch_size: int
) -> None:
    model = Scaler(("once",), 100, 100, batch_size)
    sample_file.append(noise(1000))
    steps, positions = [], list[int]()
    separate(
        model,
        sample_file,
        model.stems,
        lambda _: None,
        lambda done, total: steps.append((done, total)),
        on_batch=lambda position: positions.append(position.spans),
    )
    ends = [*range(batch_size, 10, batch_size), 10]
    assert steps == [(end, 10) for end in ends]
    assert positions == ends


class ComplexMasker:
    """A model of another kind: chunks of fixed length with faded edges, a complex spectrogram, a mono mask, 48 kHz, no
    normalisation. Its mask lets everything through to one stem and turns the phase of the other, so the stems are known.
    """

    sample_rate = 48_000
    batch_size = 2
    stems = ("same", "turned")

    _CHUNK, _STEP, _WINDOW, _HOP = 2048, 1024, 256, 64

    def plan(self, length: int, stems: Sequence[str]) -> tuple[Sequence[Span], int]:
        return [Span(start, min(start + self._CHUNK, length)) for start in range(0, length, self._STEP)], 1

    def estimate(
        self, mix: Samples, spans: Sequence[Span], stems: Sequence[str], on_step: Callable[[], None]
    ) -> list[Piece]:
        chunks = torch.from_numpy(np.stack([mix.read(span.start, span.start + self._CHUNK) for span in spans]))
        window = torch.hann_window(self._WINDOW)
        # Both channels are rows of one picture, as such models want them.
        spectrum = torch.stft(
            chunks.flatten(0, 1), self._WINDOW, self._HOP, window=window, pad_mode="reflect", return_complex=True
        )
        masks = torch.tensor([1.0 + 0j, -1.0 + 0j])[:, None, None, None]
        waves = torch.istft(
            (spectrum * masks).flatten(0, 1), self._WINDOW, self._HOP, window=window, length=self._CHUNK
        )
        on_step()
        fade = np.minimum(np.arange(1, self._CHUNK + 1), np.arange(self._CHUNK, 0, -1)).astype(np.float32)
        pieces = []
        for span, values in zip(spans, waves.reshape(2, len(spans), 2, -1).unbind(1), strict=True):
            count = span.stop - span.start
            rows = [self.stems.index(stem) for stem in stems]
            pieces.append(Piece(values.numpy()[rows, :, :count] * fade[:count], fade[:count]))
        return pieces


@pytest.mark.parametrize("length", [1, 2047, 2048, 2049, 10_000])
def test_models_on_complex_spectrograms_fit_the_port(length: int, tmp_path: Path) -> None:
    model, mix = ComplexMasker(), noise(length, level=0.3)
    stems = separated(model, mix, ("turned", "same"), tmp_path)
    np.testing.assert_allclose(stems, np.stack((-mix, mix)), atol=1e-5)
