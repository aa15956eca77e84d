"""What a download is, apart from how it travels and who fetches it."""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

KIND = "download"
ACTOR = "fetch"

DIRECT, PAGE = "direct", "page"
PROVIDERS = (DIRECT, PAGE)


@dataclass(frozen=True, kw_only=True)
class Song:
    """What is known about a song; see Download.Song in the contract. `duration_seconds` is None if unknown."""

    title: str = ""
    artist: str = ""
    album: str = ""
    album_artist: str = ""
    release_date: str = ""
    track_number: int = 0
    isrc: str = ""
    duration_seconds: float | None = None
    artwork_uri: str = ""

    def over(self, other: "Song") -> "Song":
        """Returns the song with what is known here, and what `other` knows besides."""
        return Song(**asdict(other) | {key: value for key, value in asdict(self).items() if value})


@dataclass(frozen=True, kw_only=True)
class DownloadSpec:
    """What is wanted of one download; kept in the job's record.

    Attributes:
        link: as the user gave it.
        uri: the link in its one spelling.
        song: what is known about it.
        allow_duplicate: fetch it even if the library has a track of the same source.
        then: what follows, as the contract's message, serialized.
    """

    link: str
    uri: str
    song: Song = field(default_factory=Song)
    allow_duplicate: bool = False
    then: bytes = b""

    def to_record(self) -> dict[str, Any]:
        """Returns the spec as JSON values."""
        return asdict(self) | {"then": base64.b64encode(self.then).decode()}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "DownloadSpec":
        """Reads what `to_record` made."""
        values = {
            **record,
            "song": Song(**record["song"]),
            "then": base64.b64decode(record["then"]),
        }
        return cls(**values)

    def fingerprint(self) -> str:
        """Returns what two requests for the same have in common, as 16 hexadecimal digits."""
        text = json.dumps({**self.to_record(), "link": ""}, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]
