"""Spotify's catalogue as this mesh sees it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

# What Spotify answers: JSON of which any part may be missing, null, or of another type than documented.
Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"
JsonObject: TypeAlias = dict[str, Json]


class Kind(StrEnum):
    """What Spotify's ids can name here; the values are those in its addresses."""

    TRACK = "track"
    ALBUM = "album"
    ARTIST = "artist"
    PLAYLIST = "playlist"


@dataclass(frozen=True)
class Ref:
    """A resource of Spotify: a kind, and an id of 22 letters and digits."""

    kind: Kind
    id: str

    @property
    def name(self) -> str:
        """The resource's name in this mesh: "spotify/tracks/..."."""
        return f"spotify/{self.kind.value}s/{self.id}"

    @property
    def page_uri(self) -> str:
        """The resource's page for people."""
        return f"https://open.spotify.com/{self.kind.value}/{self.id}"


@dataclass(frozen=True)
class ShortLink:
    """A link whose meaning only Spotify knows. The host is one of `links.SHORT_HOSTS`."""

    host: str
    path: str


@dataclass(frozen=True)
class Image:
    """A picture at one size; 0 pixels = unknown."""

    uri: str
    width: int = 0
    height: int = 0


@dataclass(frozen=True)
class Credit:
    """An artist as printed on a track or album. No `ref` = one without a page."""

    title: str
    ref: Ref | None = None


@dataclass(frozen=True, kw_only=True)
class Album:
    """See Album in the contract."""

    title: str
    ref: Ref | None = None
    artists: tuple[Credit, ...] = ()
    release_date: str = ""
    track_count: int = 0
    artwork: tuple[Image, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Track:
    """See Track in the contract. 0 and "" = unknown."""

    ref: Ref
    title: str
    artists: tuple[Credit, ...] = ()
    album: Album | None = None
    duration_ms: int = 0
    track_number: int = 0
    disc_number: int = 0
    explicit: bool = False
    isrc: str = ""
    preview_uri: str = ""


@dataclass(frozen=True, kw_only=True)
class Artist:
    """See Artist in the contract."""

    ref: Ref
    title: str
    genres: tuple[str, ...] = ()
    artwork: tuple[Image, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Playlist:
    """See Playlist in the contract."""

    ref: Ref
    title: str
    description: str = ""
    owner_title: str = ""
    item_count: int = 0
    artwork: tuple[Image, ...] = ()
    snapshot: str = ""


class ItemKind(StrEnum):
    """What stands at one place of a playlist; named as in the contract."""

    TRACK = "TRACK"
    EPISODE = "EPISODE"
    LOCAL_FILE = "LOCAL_FILE"
    UNAVAILABLE = "UNAVAILABLE"


@dataclass(frozen=True, kw_only=True)
class PlaylistItem:
    """One place of a playlist, from 0."""

    position: int
    kind: ItemKind
    track: Track | None = None
    title: str = ""
    added: datetime | None = None


@dataclass(frozen=True)
class Page:
    """One page of a search: its places, of which some may hold no track, and how many there are in all."""

    places: tuple[Track | None, ...]
    total: int
