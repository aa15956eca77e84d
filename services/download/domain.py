"""What a download is, apart from how it travels and who fetches it."""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from difflib import SequenceMatcher
from typing import Any

KIND = "download"
ACTOR = "fetch"

DIRECT, PAGE, SPOTDL = "direct", "page", "spotdl"
PROVIDERS = (DIRECT, PAGE, SPOTDL)


@dataclass(frozen=True, kw_only=True)
class Song:
    """What is known about a song; see Download.Song in the contract. `duration_seconds` is None if unknown."""

    title: str = ""
    artist: str = ""
    artists: tuple[str, ...] = ()
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

    @property
    def can_be_searched(self) -> bool:
        """Whether enough is known to find it elsewhere, and to tell it from other recordings."""
        return bool(self.title and (self.artist or self.artists) and self.duration_seconds)


@dataclass(frozen=True, kw_only=True)
class Match:
    """What was found for a song; see Download.Match in the contract. None = unknown."""

    uri: str
    title: str
    author: str
    duration_seconds: float | None
    score: float
    title_similarity: float
    duration_difference_seconds: float | None

    @classmethod
    def of(cls, song: Song, *, uri: str, title: str, author: str, seconds: float | None, score: float) -> "Match":
        """Compares what was found with the song that was looked for; `score` in [0, 1] is the searcher's own."""
        known = song.duration_seconds is not None and seconds is not None
        return cls(
            uri=uri,
            title=title,
            author=author,
            duration_seconds=seconds,
            score=score,
            title_similarity=round(SequenceMatcher(None, song.title.casefold(), title.casefold()).ratio(), 3),
            duration_difference_seconds=round((seconds or 0.0) - (song.duration_seconds or 0.0), 3) if known else None,
        )


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
            "song": Song(**{**record["song"], "artists": tuple(record["song"].get("artists", ()))}),
            "then": base64.b64decode(record["then"]),
        }
        return cls(**values)

    def fingerprint(self) -> str:
        """Returns what two requests for the same have in common, as 16 hexadecimal digits."""
        text = json.dumps({**self.to_record(), "link": ""}, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def file_name(title: str, suffix: str) -> str:
    """Returns a title as a file's name that every system takes, of at most 255 bytes; `suffix` with its dot."""
    clean = "".join(" " if c in '/\\:*?"<>|' or not c.isprintable() else c for c in title).strip() or "download"
    return clean.encode()[: 255 - len(suffix.encode())].decode(errors="ignore") + suffix
