"""What the library keeps about the music of a track: where the newest results are, what lists show of them, corrections."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from services.mesh.music import Corrections, Key

# Which fields of a summary each feature measures.
_FIELDS: Mapping[str, tuple[str, ...]] = {
    "rhythm": ("bpm", "bpm_confidence", "beats_per_bar", "beat_unit"),
    "key": ("key", "key_confidence"),
    "loudness": ("integrated_lufs",),
}


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What lists show; see MusicSummary in the contract. 0 and None where nothing is known."""

    bpm: float = 0.0
    bpm_confidence: float = 0.0
    beats_per_bar: int = 0
    beat_unit: int = 0
    key: Key | None = None
    key_confidence: float = 0.0
    integrated_lufs: float | None = None


@dataclass(frozen=True, kw_only=True)
class FeatureResult:
    """Where the newest results of a feature are: the analysis that delivered them, and its blob."""

    analysis: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Music:
    """All of it.

    Attributes:
        features: the newest results by feature.
        measured: what lists would show without corrections.
        corrections: what people corrected.
        revision: counts the changes; 0 = nothing was ever known.
    """

    features: Mapping[str, FeatureResult] = field(default_factory=dict)
    measured: Summary = field(default_factory=Summary)
    corrections: Corrections = field(default_factory=Corrections)
    revision: int = 0

    @property
    def corrected(self) -> bool:
        """Whether people corrected anything."""
        return self.corrections != Corrections()

    @property
    def shown(self) -> Summary:
        """What lists show."""
        shown, by_hand = self.measured, self.corrections
        if by_hand.bpm is not None:
            shown = replace(shown, bpm=by_hand.bpm, bpm_confidence=1.0)
        if by_hand.beats_per_bar:
            shown = replace(shown, beats_per_bar=by_hand.beats_per_bar, beat_unit=shown.beat_unit or 4)
        if by_hand.key is not None:
            shown = replace(shown, key=by_hand.key, key_confidence=1.0)
        return shown

    @property
    def bpm_milli(self) -> int:
        """The tempo as lists are sorted by it: thousandths, 0 = unknown."""
        return round(self.shown.bpm * 1000)

    @property
    def key_order(self) -> int:
        """The key as lists are sorted by it: round the Camelot wheel, 0 = unknown."""
        return self.shown.key.order if self.shown.key else 0

    def with_results(self, analysis: str, sha256: str, features: Sequence[str], measured: Summary) -> "Music":
        """Returns it with the results of an analysis, except where one that was created later has delivered already."""
        # Ids are UUIDv7 below one track, so names sort by the time of creation.
        newer = [name for name in features if name not in self.features or self.features[name].analysis < analysis]
        if not newer:
            return self
        found = FeatureResult(analysis=analysis, sha256=sha256)
        values = {key: getattr(measured, key) for name in newer for key in _FIELDS.get(name, ())}
        return replace(
            self,
            features={**self.features, **dict.fromkeys(newer, found)},
            measured=replace(self.measured, **values),
            revision=self.revision + 1,
        )

    def with_corrections(self, corrections: Corrections) -> "Music":
        """Returns it with these corrections instead of the present ones."""
        return replace(self, corrections=corrections, revision=self.revision + 1)

    def to_record(self) -> dict[str, Any]:
        """Returns it as JSON values."""
        return asdict(self)

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Music":
        """Reads what `to_record` made; an empty record is a track of which nothing is known."""
        if not record:
            return cls()
        return cls(
            features={name: FeatureResult(**found) for name, found in record["features"].items()},
            measured=Summary(**_with_key(record["measured"])),
            corrections=Corrections(**_with_key(record["corrections"])),
            revision=record["revision"],
        )


def _with_key(record: Mapping[str, Any]) -> dict[str, Any]:
    return {**record, "key": Key(**record["key"]) if record["key"] else None}
