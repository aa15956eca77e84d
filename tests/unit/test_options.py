"""The rate that stems get, and which options go with which model, encoding and track."""

import pytest

from services.mesh.errors import InvalidRequest
from services.processing.catalogue import MODELS
from services.processing.checks import checked_options
from services.processing.domain import Encoding, Options, Part, SeparationSpec, TrackSource, TrackTags, stem_rate

SOURCE = TrackSource(sha256="", tags=TrackTags(title=""), sample_rate_hz=96_000, duration_seconds=10.0)


@pytest.mark.parametrize(
    ("encoding", "source", "expected"),
    [
        (Encoding.WAV_PCM16, 8_000, 8_000),
        (Encoding.WAV_PCM16, 96_000, 96_000),
        (Encoding.FLAC_PCM24, 768_000, 655_350),
        (Encoding.MP3, 44_100, 44_100),
        (Encoding.MP3, 37_800, 44_100),
        (Encoding.MP3, 4_000, 8_000),
        (Encoding.MP3, 96_000, 48_000),
    ],
)
def test_stems_have_the_rate_of_the_source_where_they_can(encoding: Encoding, source: int, expected: int) -> None:
    assert stem_rate(encoding, source) == expected


def test_what_follows_from_the_track_is_filled_in() -> None:
    wanted = Options(part=Part(8.0, 5.0))
    checked = checked_options(MODELS["htdemucs"], wanted, Encoding.WAV_PCM16, SOURCE)
    assert checked == Options(sample_rate_hz=96_000, part=Part(8.0, 2.0))


def test_all_faults_are_told_at_once() -> None:
    wanted = Options(sample_rate_hz=96_000, overlap=0.5, segment_seconds=5.0, part=Part(10.0, 1.0))
    with pytest.raises(InvalidRequest) as raised:
        checked_options(MODELS["spleeter-2stems"], wanted, Encoding.MP3, SOURCE)
    fields = [violation.field for violation in raised.value.violations]
    assert fields == [
        f"separation.{name}" for name in ("overlap", "segment_seconds", "sample_rate_hz", "preview.start")
    ]


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (Part(0.0, 1.0), range(48_000)),
        (Part(0.5, 0.25), range(24_000, 36_000)),
        (Part(1.0, 1e-9), range(48_000, 48_001)),
    ],
)
def test_a_part_is_whole_samples(part: Part, expected: range) -> None:
    assert part.frames(48_000) == expected


def test_records_from_before_stems_carried_tags_are_read() -> None:
    spec = SeparationSpec(
        model="htdemucs",
        wanted_stems=("vocals",),
        complement=False,
        encoding=Encoding.FLAC_PCM16,
        options=Options(),
        sha256="ab" * 32,
        tags=TrackTags(title="Song"),
        license="",
        weights="w",
        build="b",
    )
    old = spec.to_record() | {"title": "Song"}
    del old["tags"], old["license"]
    assert SeparationSpec.from_record(old) == spec
