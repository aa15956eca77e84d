"""What a separation is, apart from how it travels and who computes it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

KIND = "separation"
ACTOR = "separate"
INSTALL_KIND = "installation"
INSTALL_ACTOR = "install"
INSTALL_QUEUE = "install"


class Encoding(StrEnum):
    """How stems are written; see AudioEncoding in the contract."""

    WAV_PCM16 = "wav16"
    WAV_PCM24 = "wav24"
    WAV_FLOAT32 = "wav32f"
    FLAC_PCM16 = "flac16"
    FLAC_PCM24 = "flac24"
    MP3 = "mp3"
    M4A_AAC = "m4a"
    OGG_VORBIS = "ogg"
    OGG_OPUS = "opus"


# The rates that each lossy encoder takes, in hertz; the others take any.
RATES: Mapping[Encoding, tuple[int, ...]] = {
    Encoding.MP3: (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000),
    Encoding.M4A_AAC: (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 64000, 88200, 96000),
    Encoding.OGG_VORBIS: (8000, 11025, 16000, 22050, 32000, 44100, 48000, 88200, 96000, 192_000),
    Encoding.OGG_OPUS: (8000, 12000, 16000, 24000, 48000),
}
_HIGHEST_RATE = 655_350  # of FLAC


class Precision(StrEnum):
    """What networks compute with; everything around them is float32 always.

    On an NVIDIA GPU the shorter ones are several times as fast, and further from the reference.
    """

    FLOAT32 = "float32"
    TF32 = "tf32"
    BFLOAT16 = "bfloat16"
    FLOAT16 = "float16"


@dataclass(frozen=True)
class Part:
    """A part of a track, in seconds from its beginning."""

    start: float
    duration: float

    def frames(self, sample_rate_hz: int) -> range:
        """Returns its samples; at least one."""
        start = round(self.start * sample_rate_hz)
        return range(start, start + max(1, round(self.duration * sample_rate_hz)))


@dataclass(frozen=True, kw_only=True)
class Options:
    """How a track is separated; see the fields of the same names in the contract.

    Attributes:
        sample_rate_hz: of the stems; 0 = that of the source.
        overlap: share of a segment that the next one covers again; None = the model's own.
        segment_seconds: length of a segment; None = the model's own.
        shifts: over how many grids of segments the estimates are averaged; 0 = one that is not moved.
        seed: makes the grids.
        part: what of the track is separated; None = all.
    """

    sample_rate_hz: int = 0
    overlap: float | None = None
    segment_seconds: float | None = None
    shifts: int = 0
    seed: int = 0
    part: Part | None = None

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Options":
        """Reads what `dataclasses.asdict` made."""
        part = record["part"]
        return cls(**{**record, "part": part and Part(**part)})


@dataclass(frozen=True, kw_only=True)
class TrackTags:
    """What is known about a track, as far as its stems carry it too; empty or 0 = unknown.

    Attributes:
        artwork_sha256: the cover image, as the blob store knows it.
        artwork_media_type: what kind of image that is.
    """

    title: str
    artist: str = ""
    album: str = ""
    album_artist: str = ""
    genre: str = ""
    release_date: str = ""
    track_number: int = 0
    isrc: str = ""
    artwork_sha256: str = ""
    artwork_media_type: str = ""

    def fields(self, kind: str) -> dict[str, str]:
        """Returns what a file made of the track says about itself, by the names of Vorbis comments; some may be empty."""
        return {
            "TITLE": f"{self.title} ({kind})",
            "ARTIST": self.artist,
            "ALBUM": self.album,
            "ALBUMARTIST": self.album_artist,
            "GENRE": self.genre,
            "DATE": self.release_date,
            "TRACKNUMBER": str(self.track_number or ""),
            "ISRC": self.isrc,
        }


@dataclass(frozen=True, kw_only=True)
class SeparationSpec:
    """What is wanted of one separation; kept in the job's record.

    Attributes:
        model: id of the model.
        wanted_stems: stems to write, in the model's order; empty = all.
        complement: also write the mix without the wanted stems.
        encoding: how the stems are written.
        options: how the track is separated.
        sha256: the uploaded file, as the blob store knows it.
        tags: of the track when the separation was asked for.
        license: of the model's weights, for the stems to carry.
        weights: identifies the model's weights.
        build: identifies the code that computes.
    """

    model: str
    wanted_stems: tuple[str, ...]
    complement: bool
    encoding: Encoding
    options: Options
    sha256: str
    tags: TrackTags
    license: str
    weights: str
    build: str

    def to_record(self) -> dict[str, Any]:
        """Returns the spec as JSON values."""
        return asdict(self)

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "SeparationSpec":
        """Reads what `to_record` made; in records from before stems carried tags, only the title is known."""
        known = dict(record)
        title = known.pop("title", "")
        values = {
            "license": "",
            **known,
            "wanted_stems": tuple(record["wanted_stems"]),
            "encoding": Encoding(record["encoding"]),
            "options": Options.from_record(record["options"]),
            "tags": TrackTags(**record.get("tags", {"title": title})),
        }
        return cls(**values)

    def fingerprint(self, parent: str) -> str:
        """Returns what two requests with one request_id must have in common, as 16 hexadecimal digits."""
        # Not tags, licence, weights and build: they may change between a request and its repetition.
        return _digest([parent, {**asdict(self), "tags": "", "license": "", "weights": "", "build": ""}])[:16]

    @property
    def key(self) -> str:
        """What the sound of the stems depends on, as 64 hexadecimal digits. What they say about themselves is not heard."""
        return _digest({**asdict(self), "tags": "", "license": ""})

    def stem_fields(self, stem: str) -> dict[str, str]:
        """Returns what a stem says about itself, by the names of Vorbis comments."""
        fields = {
            **self.tags.fields(stem),
            "COMMENT": f"{stem}, {self.origin}",
            "SEPARATION_STEM": stem,
            "SEPARATION_MODEL": self.model,
            "SEPARATION_MODEL_LICENSE": self.license,
        }
        return {name: text for name, text in fields.items() if text}

    @property
    def origin(self) -> str:
        """Says where the stems come from, as a part of a sentence."""
        terms = f", whose weights are under {self.license}" if self.license else ""
        return f"separated with {self.model}{terms}"


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class InstallationSpec:
    """What is wanted of one installation; kept in the job's record.

    Attributes:
        model: id of the model, one of the catalogue.
        license: SPDX id of the weights' licence, as the catalogue states it.
        license_uri: where it is stated.
        total_bytes: size of the weights; the catalogue's estimate.
    """

    model: str
    license: str
    license_uri: str
    total_bytes: int

    def to_record(self) -> dict[str, Any]:
        """Returns the spec as JSON values."""
        return asdict(self)

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "InstallationSpec":
        """Reads what `to_record` made."""
        return cls(**record)


@dataclass(frozen=True, kw_only=True)
class StemFile:
    """One finished stem in the blob store, ready to be registered with the library."""

    stem: str
    sha256: str
    size_bytes: int
    filename: str
    media_type: str
    sample_count: int
    sample_rate_hz: int
    channel_count: int
    bits_per_sample: int
    codec: str
    peak: float
    # Empty in records from before there were outlines.
    waveform_sha256: str = ""
    waveform_bytes: int = 0


@dataclass(frozen=True, kw_only=True)
class StemResult:
    """One stem in the library."""

    stem: str
    artifact: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class TrackSource:
    """What a separation must know of its track."""

    sha256: str
    tags: TrackTags
    sample_rate_hz: int
    duration_seconds: float


def stem_rate(encoding: Encoding, source_rate_hz: int) -> int:
    """Returns the source's rate if the encoding can have it, else the next higher that it can, else its highest."""
    known = RATES.get(encoding)
    if known is None:
        return min(source_rate_hz, _HIGHEST_RATE)
    return next((rate for rate in known if rate >= source_rate_hz), known[-1])
