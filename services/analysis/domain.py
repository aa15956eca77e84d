"""What an analysis is, apart from how it travels and who computes it."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from services.analysis.results import Feature, Measurements
from services.mesh.music import Corrections

KIND = "analysis"
ACTOR = "analyze"

# The {analysis} in the name of the newest results of a track.
CURRENT = "current"

# Where the results of each feature are in `Measurements`.
FIELDS: Mapping[Feature, str] = {
    Feature.RHYTHM: "rhythm",
    Feature.KEY: "tonality",
    Feature.CHORDS: "chords",
    Feature.FORM: "form",
    Feature.LOUDNESS: "loudness",
    Feature.TIMBRE: "timbre",
    Feature.MELODY: "melody",
    Feature.SPECTROGRAM: "spectrogram",
}


@dataclass(frozen=True, kw_only=True)
class Source:
    """The audio of an analysis.

    Attributes:
        files: SHA-256 by name: "mix" always, stems under the names of their models.
        title: of the track, for file names.
        duration: seconds.
        channel_count: of the mix.
    """

    files: Mapping[str, str]
    title: str
    duration: float
    channel_count: int


@dataclass(frozen=True, kw_only=True)
class AnalysisSpec:
    """What is wanted of one analysis; kept in the job's record.

    Attributes:
        artifact: the file to measure, a resource name; empty = the track itself.
        features: what to measure, in the order of `Feature`.
        mix_only: use no stems.
        source: the audio.
        versions: of the algorithms, by feature.
    """

    artifact: str
    features: tuple[Feature, ...]
    mix_only: bool
    source: Source
    versions: Mapping[Feature, str]

    def to_record(self) -> dict[str, Any]:
        """Returns the spec as JSON values."""
        return asdict(self)

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "AnalysisSpec":
        """Reads what `to_record` made."""
        values = {
            **record,
            "features": tuple(map(Feature, record["features"])),
            "source": Source(**record["source"]),
            "versions": {Feature(name): version for name, version in record["versions"].items()},
        }
        return cls(**values)

    def fingerprint(self, parent: str) -> str:
        """Returns what two requests with one request_id must have in common, as 16 hexadecimal digits."""
        # Not what is behind the names: stems and versions may change between a request and its repetition.
        return _digest([parent, self.artifact, self.features, self.mix_only])[:16]

    @property
    def stems(self) -> tuple[str, ...]:
        """The names of the stems that are used."""
        return tuple(name for name in self.source.files if name != "mix")

    def keys(self) -> dict[Feature, str]:
        """Returns what the results of each feature depend on, as 64 hexadecimal digits."""
        return {
            feature: _digest([feature, self.versions[feature], sorted(self.source.files.items())])
            for feature in self.features
        }

    @property
    def key(self) -> str:
        """What all results depend on, as 64 hexadecimal digits."""
        return _digest(sorted(self.keys().values()))


@dataclass(frozen=True, kw_only=True)
class Findings:
    """Results, and where they come from.

    Attributes:
        measurements: the results.
        analyses: the analysis that delivered each feature, a resource name.
        measured_at: when the newest of them was measured.
    """

    measurements: Measurements
    analyses: Mapping[Feature, str]
    measured_at: datetime


@dataclass(frozen=True, kw_only=True)
class Known:
    """What the library knows about the music of a track.

    Attributes:
        features: analysis, and SHA-256 of its results, by feature.
        corrections: what people corrected.
        revision: counts the changes.
    """

    features: Mapping[Feature, tuple[str, str]]
    corrections: Corrections
    revision: int


def joined(parts: Mapping[Feature, Findings]) -> Findings:
    """Returns the results of each feature as one.

    Args:
        parts: where each feature comes from; at least one.
    """
    findings = list(parts.values())
    measurements = Measurements(
        duration=max(one.measurements.duration for one in findings),
        shortfalls=tuple(
            shortfall
            for feature, one in parts.items()
            for shortfall in one.measurements.shortfalls
            if shortfall.feature is feature
        ),
        versions={
            feature: one.measurements.versions[feature]
            for feature, one in parts.items()
            if feature in one.measurements.versions
        },
        **{FIELDS[feature]: getattr(one.measurements, FIELDS[feature]) for feature, one in parts.items()},
    )
    return Findings(
        measurements=measurements,
        analyses={feature: one.analyses[feature] for feature, one in parts.items()},
        measured_at=max(one.measured_at for one in findings),
    )


def picked(measurements: Measurements, features: Iterable[Feature]) -> Measurements:
    """Returns only what is of these features; measuring one may have needed others."""
    wanted = set(features)
    dropped: dict[str, Any] = {field: None for feature, field in FIELDS.items() if feature not in wanted}
    return replace(
        measurements,
        shortfalls=tuple(one for one in measurements.shortfalls if one.feature in wanted),
        versions={feature: version for feature, version in measurements.versions.items() if feature in wanted},
        **dropped,
    )


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
