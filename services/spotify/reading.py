"""From Spotify's JSON to records, whatever is missing.

Spotify has taken away fields in November 2024 and in February and March 2026, renamed `track` to `item` in playlists, and
sends null for what it has withdrawn. So no field is relied on; a track without a valid id is not a track.
"""

import html
import re
from datetime import UTC, datetime

from services.spotify.domain import (
    Album,
    Artist,
    Credit,
    Image,
    ItemKind,
    Json,
    JsonObject,
    Kind,
    Page,
    Playlist,
    PlaylistItem,
    Ref,
    Track,
)
from services.spotify.links import is_id, is_loopback

_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
_ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}\d{7}")


def track_from(payload: Json, album: Album | None = None) -> Track | None:
    """Returns the track in a payload, or None if it is none. `album` stands in where the payload has no album."""
    ref = _ref(payload, Kind.TRACK)
    if ref is None or not isinstance(payload, dict) or payload.get("is_local") is True:
        return None
    isrc = _text(_mapping(payload.get("external_ids")).get("isrc")).replace("-", "").upper()
    return Track(
        ref=ref,
        title=_text(payload.get("name")),
        artists=_credits(payload.get("artists")),
        album=album_from(payload.get("album")) or album,
        duration_ms=_count(payload.get("duration_ms")),
        track_number=_count(payload.get("track_number")),
        disc_number=_count(payload.get("disc_number")),
        explicit=payload.get("explicit") is True,
        isrc=isrc if _ISRC.fullmatch(isrc) else "",
        preview_uri=_https(payload.get("preview_url")),
    )


def album_from(payload: Json) -> Album | None:
    """Returns the album in a payload, or None if there is none."""
    if not isinstance(payload, dict) or not (title := _text(payload.get("name"))):
        return None
    date = _text(payload.get("release_date"))
    return Album(
        title=title,
        ref=_ref(payload, Kind.ALBUM),
        artists=_credits(payload.get("artists")),
        release_date=date if _DATE.fullmatch(date) and not date.startswith("0000") else "",
        track_count=_count(payload.get("total_tracks")),
        artwork=_images(payload.get("images")),
    )


def artist_from(payload: JsonObject, ref: Ref) -> Artist:
    """Returns the artist that was asked for."""
    genres = (_text(genre) for genre in _items(payload.get("genres")))
    return Artist(
        ref=ref,
        title=_text(payload.get("name")),
        genres=tuple(genre for genre in genres if genre),
        artwork=_images(payload.get("images")),
    )


def playlist_from(payload: JsonObject, ref: Ref) -> Playlist:
    """Returns the playlist that was asked for."""
    # `items` since 2026, `tracks` before; both say how many there are.
    contents = _mapping(payload.get("items")) or _mapping(payload.get("tracks"))
    return Playlist(
        ref=ref,
        title=_text(payload.get("name")),
        description=html.unescape(_text(payload.get("description"))),
        owner_title=_text(_mapping(payload.get("owner")).get("display_name")),
        item_count=_count(contents.get("total")),
        artwork=_images(payload.get("images")),
        snapshot=_text(payload.get("snapshot_id")),
    )


def items_from(payload: JsonObject, first: int) -> tuple[PlaylistItem, ...]:
    """Returns one page of a playlist whose first place is `first`; every entry becomes an item, null ones too."""
    return tuple(_item(entry, first + number) for number, entry in enumerate(_items(payload.get("items"))))


def tracks_from(payload: JsonObject, album: Album | None = None) -> tuple[Track, ...]:
    """Returns the tracks of one page of an album."""
    found = (track_from(entry, album) for entry in _items(payload.get("items")))
    return tuple(track for track in found if track is not None)


def search_page_from(payload: JsonObject) -> Page:
    """Returns one page of what a search found."""
    tracks = _mapping(payload.get("tracks"))
    return Page(tuple(track_from(entry) for entry in _items(tracks.get("items"))), _count(tracks.get("total")))


def entry_count(payload: JsonObject) -> int:
    """How many entries a page has, usable or not."""
    return len(_items(payload.get("items")))


def has_next(payload: JsonObject) -> bool:
    """Whether Spotify says that another page follows."""
    return bool(_text(payload.get("next")))


def _item(entry: Json, position: int) -> PlaylistItem:
    entry = _mapping(entry)
    content = entry.get("item") if isinstance(entry.get("item"), dict) else entry.get("track")
    added = _time(entry.get("added_at"))
    if not isinstance(content, dict):
        return PlaylistItem(position=position, kind=ItemKind.UNAVAILABLE, added=added)
    title = _text(content.get("name"))
    if entry.get("is_local") is True or content.get("is_local") is True:
        return PlaylistItem(position=position, kind=ItemKind.LOCAL_FILE, title=title, added=added)
    if content.get("type") == "episode":
        return PlaylistItem(position=position, kind=ItemKind.EPISODE, title=title, added=added)
    track = track_from(content)
    if track is None:
        return PlaylistItem(position=position, kind=ItemKind.UNAVAILABLE, title=title, added=added)
    return PlaylistItem(position=position, kind=ItemKind.TRACK, track=track, title=track.title, added=added)


def _ref(payload: Json, kind: Kind) -> Ref | None:
    identity = _text(_mapping(payload).get("id"))
    return Ref(kind, identity) if is_id(identity) else None


def _credits(payload: Json) -> tuple[Credit, ...]:
    entries = [entry for entry in _items(payload) if isinstance(entry, dict)]
    return tuple(Credit(title, _ref(entry, Kind.ARTIST)) for entry in entries if (title := _text(entry.get("name"))))


def _images(payload: Json) -> tuple[Image, ...]:
    entries = [entry for entry in _items(payload) if isinstance(entry, dict)]
    images = [
        Image(uri, _count(entry.get("width")), _count(entry.get("height")))
        for entry in entries
        # On loopback only in the sandbox: what is not https elsewhere is not passed on to browsers.
        if (uri := _https(entry.get("url")) or _loopback(entry.get("url")))
    ]
    # Sorted stably: where Spotify tells no sizes, its own order stands, which is largest first.
    return tuple(sorted(images, key=lambda image: -image.width))


def _mapping(payload: Json) -> JsonObject:
    return payload if isinstance(payload, dict) else {}


def _items(payload: Json) -> list[Json]:
    return payload if isinstance(payload, list) else []


def _text(payload: Json) -> str:
    return payload if isinstance(payload, str) else ""


def _https(payload: Json) -> str:
    address = _text(payload)
    return address if address.startswith("https://") else ""


def _loopback(payload: Json) -> str:
    address = _text(payload)
    return address if is_loopback(address) else ""


def _count(payload: Json) -> int:
    # Booleans are integers to Python, and no count exceeds what the contract's int32 holds.
    valid = isinstance(payload, int) and not isinstance(payload, bool) and 0 <= payload < 2**31
    return int(payload) if valid and isinstance(payload, int) else 0


def _time(payload: Json) -> datetime | None:
    try:
        time = datetime.fromisoformat(_text(payload))
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)
