"""The music that the sandbox knows: made up, and the same every time."""

import hashlib
import string
from typing import Any, Final

_ALPHABET: Final = string.digits + string.ascii_letters
ROAD: Final = "The Long Road"
ODDITIES: Final = "Odds and Ends"
ROAD_TRACKS: Final = 230
SILENT: Final = 57
"""The number of a track that nobody plays."""
ADULT: Final = 113
"""The number of a track that is played to adults only."""
REFUSED: Final = 171
"""The number of a track whose site refuses to play it."""
IMAGES: Final = "https://i.scdn.co"
"""Where Spotify keeps its pictures."""
_ALBUM_TRACKS: Final = 23
_COLOURS: Final = ("Amber", "Blue", "Crimson", "Golden", "Green", "Indigo", "Scarlet", "Silver", "Violet", "White")
_THINGS: Final = ("Bridge", "Canyon", "Desert", "Garden", "Harbour", "Lantern", "Meadow", "Mirror", "River", "Tower")
_MOODS: Final = ("", " at Dawn", " in the Rain")

Json = dict[str, Any]


def identity(label: str) -> str:
    """An id of 22 letters and digits, always the same for a label."""
    number = int.from_bytes(hashlib.sha256(label.encode()).digest(), "big")
    digits = []
    for _ in range(22):
        number, digit = divmod(number, len(_ALPHABET))
        digits.append(_ALPHABET[digit])
    return "".join(digits)


def _object(kind: str, label: str, name: str) -> Json:
    one = identity(f"{kind}:{label}")
    return {
        "id": one,
        "name": name,
        "type": kind,
        "uri": f"spotify:{kind}:{one}",
        "href": f"https://api.spotify.com/v1/{kind}s/{one}",
        "external_urls": {"spotify": f"https://open.spotify.com/{kind}/{one}"},
    }


def _images(label: str) -> list[Json]:
    picture = hashlib.sha256(label.encode()).hexdigest()[:40]
    return [{"url": f"{IMAGES}/image/{picture}", "width": side, "height": side} for side in (640, 300, 64)]


def _artist(number: int) -> Json:
    name = f"The {_COLOURS[number]} {_THINGS[number]}s"
    return _object("artist", name, name) | {"genres": ["sandbox rock"], "images": _images(name)}


def _credit(artist: Json) -> Json:
    return {key: artist[key] for key in ("id", "name", "type", "uri", "href", "external_urls")}


def _album(number: int) -> Json:
    name = f"{_COLOURS[number]} Roads"
    return _object("album", name, name) | {
        "album_type": "album",
        "artists": [_credit(ARTISTS[number])],
        "images": _images(name),
        "release_date": f"{1970 + number}-0{number % 9 + 1}-12",
        "release_date_precision": "day",
        "total_tracks": _ALBUM_TRACKS,
    }


def _track(number: int) -> Json:
    album = ALBUMS[number // _ALBUM_TRACKS]
    mood, rest = divmod(number, 100)
    name = f"{_COLOURS[rest % 10]} {_THINGS[rest // 10]}{_MOODS[mood]}"
    return _object("track", str(number), name) | {
        "album": album,
        "artists": album["artists"],
        "disc_number": 1,
        "duration_ms": 3000 + number,
        "explicit": False,
        "external_ids": {"isrc": f"QZSFA26{number:05}"},
        "is_local": False,
        "preview_url": None,
        "track_number": number % _ALBUM_TRACKS + 1,
    }


ARTISTS: Final = [_artist(number) for number in range(10)]
ALBUMS: Final = [_album(number) for number in range(10)]
TRACKS: Final = [_track(number) for number in range(ROAD_TRACKS)]

EPISODE: Final = _object("episode", "one", "Episode One") | {"duration_ms": 1_800_000}
LOCAL_FILE: Final = {
    "id": None, "name": "Demo Tape", "type": "track", "uri": "spotify:local:Somebody::Demo+Tape:95", "is_local": True,
    "artists": [{"name": "Somebody", "id": None}], "album": {"name": "", "id": None}, "duration_ms": 95_000,
}  # fmt: skip


def _entry(content: Json | None, *, local: bool = False) -> Json:
    return {"added_at": "2026-02-03T04:05:06Z", "added_by": {"id": "sandbox"}, "is_local": local, "item": content}


def _playlist(name: str, entries: list[Json | None], *, private: bool = False) -> Json:
    return _object("playlist", name, name) | {
        "description": "Made for trying things out &amp; for tests.",
        "images": _images(name),
        "owner": {"id": "sandbox", "display_name": "Sandbox"},
        "public": not private,
        "snapshot_id": identity(f"snapshot:{name}"),
        "entries": entries,
    }


PLAYLISTS: Final = [
    _playlist(ROAD, [_entry(track) for track in TRACKS]),
    _playlist(
        ODDITIES,
        [
            _entry(TRACKS[0]),
            _entry(None),
            None,
            _entry(LOCAL_FILE, local=True),
            _entry(EPISODE),
            # The form of before 2026.
            {"added_at": None, "is_local": False, "track": TRACKS[1]},
        ],
    ),
    _playlist("Private Stock", [_entry(track) for track in TRACKS[:3]], private=True),
]


def link(kind: str, name: str) -> str:
    """The address under which people share something of the sandbox, by its name."""
    collection = {"track": TRACKS, "album": ALBUMS, "artist": ARTISTS, "playlist": PLAYLISTS}[kind]
    found = next(one for one in collection if one["name"] == name)
    return str(found["external_urls"]["spotify"])


def searchable(track: Json) -> str:
    """What a search for a track looks at, in lower case."""
    return f"{track['name']} {track['artists'][0]['name']} {track['album']['name']}".lower()
