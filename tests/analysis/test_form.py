"""Form, on tracks built from parts that are known."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from services.analysis.measure import measure
from services.analysis.measure.bar_features import bars
from services.analysis.measure.segments import vectors
from services.analysis.measure.series import Series
from services.analysis.results import Feature, Form, Measurements
from tests.analysis.sounds import sources_of

RATE = 22050
BEAT = round(0.5 * RATE)
CHORDS = {"A": ((60, 64, 67), (57, 60, 64)), "B": ((65, 69, 72), (67, 71, 74)), "C": ((58, 61, 65), (63, 66, 70))}
LOUD = {"A": 0.5, "B": 1.0, "C": 0.3}


def bar(part: str, index: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Two seconds in 4/4: kick, snare and a chord; B has cymbals, C has no drums."""
    t = np.arange(4 * BEAT) / RATE
    envelope = np.exp(-t / 1.5)
    samples = sum(0.1 * np.sin(2 * np.pi * 440 * 2 ** ((n - 69) / 12) * t) for n in CHORDS[part][index % 2]) * envelope
    burst = np.arange(BEAT // 2) / RATE
    for beat in range(4):
        room = samples[beat * BEAT : beat * BEAT + len(burst)]
        if part != "C":
            kick = 0.5 * np.sin(2 * np.pi * 60 * burst) * np.exp(-burst / 0.05)
            room += kick if beat % 2 == 0 else 0.3 * rng.normal(0, 1, len(burst)) * np.exp(-burst / 0.03)
        if part == "B":
            room += 0.1 * np.diff(rng.normal(0, 1, len(burst) + 1)) * np.exp(-burst / 0.1)
    return np.asarray(LOUD[part] * samples)


def track(parts: Sequence[tuple[str, int]]) -> NDArray[np.float64]:
    rng = np.random.default_rng(3)
    return np.concatenate([bar(part, i, rng) for part, count in parts for i in range(count)])


def measured(samples: NDArray[np.float64]) -> Measurements:
    return measure(sources_of({"mix": samples}, RATE), {Feature.FORM}, lambda *_: None)


@pytest.fixture(scope="module")
def form() -> Form:
    found = measured(track([("A", 8), ("B", 8), ("A", 8), ("B", 8), ("C", 4), ("B", 8), ("A", 4)])).form
    assert found is not None
    return found


def test_sections_start_where_the_music_changes_and_cover_the_track(form: Form) -> None:
    starts = [section.start for section in form.sections]

    assert starts == pytest.approx([0, 16, 32, 48, 64, 72, 88], abs=0.1)
    assert [section.end for section in form.sections] == pytest.approx([*starts[1:], 96], abs=0.01)


def test_what_comes_again_has_the_same_letter(form: Form) -> None:
    assert [section.group for section in form.sections] == ["A", "B", "A", "B", "C", "B", "A"]


def test_the_loud_repeated_part_is_the_chorus_and_the_part_without_drums_a_breakdown(form: Form) -> None:
    labels = [section.label for section in form.sections]

    assert labels == ["intro", "chorus", "verse", "chorus", "breakdown", "chorus", "outro"]


def test_cues_are_where_a_dj_would_set_them(form: Form) -> None:
    cues = {cue.kind: cue.time for cue in form.cues}

    assert cues["intro"] == pytest.approx(0, abs=0.1)
    assert cues["breakdown"] == pytest.approx(64, abs=0.1)
    assert cues["drop"] == pytest.approx(72, abs=0.1)
    assert cues["outro"] == pytest.approx(88, abs=0.1)


def test_loops_are_whole_bars_inside_a_part(form: Form) -> None:
    assert form.loops
    for loop in form.loops:
        assert loop.end - loop.start == pytest.approx(2 * loop.bars, abs=0.1)
        assert any(part.start - 0.1 <= loop.start and loop.end <= part.end + 0.1 for part in form.sections)


def test_what_hardly_changes_is_one_group_and_its_seams_are_uncertain() -> None:
    form = measured(track([("A", 24)])).form

    assert form is not None
    most = max(
        sum(part.end - part.start for part in form.sections if part.group == group)
        for group in {section.group for section in form.sections}
    )
    assert most > 0.8 * 48
    assert all(section.confidence < 0.5 for section in form.sections)


def test_what_stems_tell_takes_nothing_from_what_the_mix_tells() -> None:
    rng = np.random.default_rng(2)
    bands, chroma, flux, voice = (Series.of(rng.random((2000, width), np.float32)) for width in (32, 24, 6, 1))
    edges = np.arange(0.0, 21.0, 2.0)
    weights = {"timbre": 1.0, "level": 1.0, "parts": 0.5}

    of_mix, with_voice = (
        vectors(bars(edges, bands, chroma, flux, stems), weights) for stems in ({}, {"vocals": voice})
    )

    assert with_voice.shape[1] == of_mix.shape[1] + 1
    assert with_voice[:, :-1] == pytest.approx(of_mix)


@pytest.mark.parametrize(
    ("samples", "reason"),
    [(np.zeros(RATE * 30), "silent"), (track([("A", 2)]), "too_short"), (np.zeros(0), "too_short")],
)
def test_what_has_no_form_gets_none(samples: NDArray[np.float64], reason: str) -> None:
    measurements = measured(samples)

    assert measurements.form is None
    assert [(s.feature, s.reason) for s in measurements.shortfalls] == [(Feature.FORM, reason)]


def test_music_without_a_pulse_still_has_parts() -> None:
    rng = np.random.default_rng(1)
    t = np.arange(20 * RATE) / RATE
    drone = 0.2 * np.sin(2 * np.pi * 110 * t)
    samples = np.concatenate([drone, drone * 0.1 + 0.05 * rng.normal(0, 1, len(t)), drone])

    form = measured(samples).form

    assert form is not None
    starts = np.array([section.start for section in form.sections])
    assert np.abs(starts - 20).min() < 1.1
    assert np.abs(starts - 40).min() < 1.1
    assert form.loops == ()
