"""What a track and its files are, apart from how they travel and where they are kept."""

import unicodedata
from dataclasses import dataclass, field, replace
from enum import StrEnum

from services.library.music import Music
from services.mesh.audio.probe import Probe
from services.mesh.audio.waveform import MEDIA_TYPE, SUFFIX
from services.mesh.errors import ArtifactNotFound, ErrorRecord, InvalidRequest, TrackNotFound, Violation
from services.mesh.ids import is_id
from services.mesh.music import Key

WAVEFORM_FILENAME = f"waveform{SUFFIX}"


# What can follow by itself; named as in the contract's Then.
SEPARATE, ANALYZE = "separate", "analyze"


class ArtifactKind(StrEnum):
    """What a file is to its track; named as in the contract."""

    ORIGINAL = "ORIGINAL"
    ARTWORK = "ARTWORK"
    STEM = "STEM"
    ANALYSIS = "ANALYSIS"


@dataclass(frozen=True, kw_only=True)
class Audio:
    """What decoding found; see AudioProperties in the contract."""

    sample_count: int
    sample_rate_hz: int
    channel_count: int
    bits_per_sample: int
    codec: str
    peak: float

    @property
    def duration_ns(self) -> int:
        """Length in nanoseconds, rounded down."""
        return self.sample_count * 1_000_000_000 // self.sample_rate_hz

    @classmethod
    def from_probe(cls, probe: Probe) -> "Audio":
        """Takes over what a probe found."""
        return cls(
            sample_count=probe.sample_count,
            sample_rate_hz=probe.sample_rate_hz,
            channel_count=probe.channel_count,
            bits_per_sample=probe.bits_per_sample,
            codec=probe.codec,
            peak=probe.peak,
        )


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where a track came from; see Source in the contract."""

    uri: str
    provider: str
    license_note: str
    download: str


class StepState(StrEnum):
    """Where a step stands; named as in the contract."""

    PENDING = "PENDING"
    STARTED = "STARTED"
    FAILED = "FAILED"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing that follows by itself; see Step in the contract.

    Attributes:
        action: what is done, `SEPARATE` or `ANALYZE`.
        request_id: by which the service that does it knows a repetition; unique among the steps of a track.
        wish: how, as the message of that service, serialized.
        tries: how often starting it had to be put off.
        due_us: not to be started before; microseconds since 1970.
    """

    action: str
    request_id: str
    wish: bytes
    state: StepState = StepState.PENDING
    job: str = ""
    error: ErrorRecord | None = None
    tries: int = 0
    due_us: int = 0


@dataclass(frozen=True, kw_only=True)
class Track:
    """One piece of music; see Track in the contract. Times are microseconds since 1970, ids have no prefix."""

    id: str
    owner: str
    title: str
    artist: str
    album: str
    album_artist: str
    genre: str
    release_date: str
    track_number: int
    isrc: str
    audio: Audio
    filename: str
    size_bytes: int
    sha256: str
    original_id: str
    artwork_id: str | None
    created_us: int
    updated_us: int
    revision: int
    source: Source | None = None
    steps: tuple[Step, ...] = ()
    music: Music = field(default_factory=Music)

    @property
    def steps_due_us(self) -> int | None:
        """When the next pending step is due; None if there is none."""
        return min((step.due_us for step in self.steps if step.state is StepState.PENDING), default=None)

    @property
    def name(self) -> str:
        """The resource name."""
        return f"tracks/{self.id}"


@dataclass(frozen=True, kw_only=True)
class BlobRef:
    """Bytes in the blob store."""

    sha256: str
    size_bytes: int


@dataclass(frozen=True, kw_only=True)
class Artifact:
    """One immutable file of a track; see Artifact in the contract. `separation` and `analysis` are resource names."""

    id: str
    track_id: str
    owner: str
    kind: ArtifactKind
    filename: str
    media_type: str
    size_bytes: int
    sha256: str
    created_us: int
    audio: Audio | None = None
    stem: str | None = None
    separation: str | None = None
    model: str | None = None
    waveform: BlobRef | None = None
    analysis: str | None = None

    @property
    def name(self) -> str:
        """The resource name."""
        return f"tracks/{self.track_id}/artifacts/{self.id}"

    def waveform_file(self) -> "Artifact | None":
        """Returns the waveform as a file that is served like this one; None if there is none."""
        if self.waveform is None:
            return None
        return replace(
            self,
            filename=WAVEFORM_FILENAME,
            media_type=MEDIA_TYPE,
            size_bytes=self.waveform.size_bytes,
            sha256=self.waveform.sha256,
        )


@dataclass(frozen=True, kw_only=True)
class Stem:
    """One finished stem, its bytes already in the blob store."""

    stem: str
    sha256: str
    size_bytes: int
    filename: str
    media_type: str
    audio: Audio
    waveform: BlobRef | None = None


@dataclass(frozen=True)
class MediaAddress:
    """The signed addresses of an artifact and of its waveform, "" if it has none; they stop working at `expires`, a Unix time."""

    uri: str
    waveform_uri: str
    expires: int


def track_id(name: str) -> str:
    """Returns the id in `tracks/{id}`.

    Raises:
        TrackNotFound: no track can have this name.
    """
    prefix, _, tail = name.partition("/")
    if prefix != "tracks" or not is_id(tail):
        raise TrackNotFound(name)
    return tail


def artifact_ids(name: str) -> tuple[str, str]:
    """Returns the ids of track and artifact in `tracks/{id}/artifacts/{id}`.

    Raises:
        ArtifactNotFound: no artifact can have this name.
    """
    parts = name.split("/")
    if len(parts) != 4 or parts[0::2] != ["tracks", "artifacts"] or not all(map(is_id, parts[1::2])):  # noqa: PLR2004 (two pairs)
        raise ArtifactNotFound(name)
    return parts[1], parts[3]


def job_track(name: str, collection: str, *, field: str) -> str:
    """Returns the track's id in `tracks/{id}/{collection}/{id}`, the name of a separation or an analysis.

    Raises:
        InvalidRequest: it is not such a name; the fault is in the request's `field`.
    """
    parts = name.split("/")
    if len(parts) != 4 or parts[0::2] != ["tracks", collection] or not all(map(is_id, parts[1::2])):  # noqa: PLR2004 (two pairs)
        raise InvalidRequest([Violation(field, f"must be tracks/{{track}}/{collection}/{{id}}")])
    return parts[1]


@dataclass(frozen=True)
class Order:
    """How tracks are sorted: by a field, then in upload order."""

    field: str = "create_time"
    descending: bool = False


@dataclass(frozen=True)
class Filter:
    """What listed tracks must have.

    Attributes:
        words: texts, in folded form, that must all occur.
        bpm_milli: lowest and highest tempo, in thousandths of beats per minute.
        keys: the key; two of them exclude each other.
    """

    words: tuple[str, ...] = ()
    bpm_milli: tuple[tuple[int, int], ...] = ()
    keys: tuple[Key, ...] = ()


def sort_value(track: Track, by: str) -> str | int:
    """Returns what a track is sorted by; texts regardless of letter case."""
    values: dict[str, str | int] = {
        "create_time": track.created_us,
        "update_time": track.updated_us,
        "title": folded(track.title),
        "artist": folded(track.artist),
        "album": folded(track.album),
        "duration": track.audio.duration_ns,
        "bpm": track.music.bpm_milli,
        "key": track.music.key_order,
    }
    return values[by]


def search_text(track: Track) -> str:
    """Returns what a filter searches."""
    return folded(f"{track.title}\n{track.artist}\n{track.album}\n{track.filename}")


def folded(text: str) -> str:
    """Returns text in the form in which neither letter case nor the encoding of accents makes a difference."""
    return unicodedata.normalize("NFC", text.casefold())
