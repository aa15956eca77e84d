"""What can be imported from a link, song by song."""

import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from alchemy_sdk.alchemy.download.v1 import Download, DownloadSong
from alchemy_sdk.alchemy.spotify import v1
from sfa.errors import DownloadFailed, InvalidArgument
from sfa.spotify import Spotify

_HOSTS: Final = frozenset({"open.spotify.com", "play.spotify.com", "spotify.link", "spotify.app.link"})
_NO_SONGS: Final = {
    "EPISODE": "It is an episode of a podcast.",
    "LOCAL_FILE": "It is a file on somebody's own disk.",
    "UNAVAILABLE": "Spotify has withdrawn it, or does not show it.",
}
_ID: Final = re.compile(r"[0-9A-Za-z]{22}")


@dataclass(frozen=True, kw_only=True)
class Song:
    """One song that a link leads to."""

    label: str
    """What to call it: the link itself, or artist and title."""
    download: Download | None
    """What to ask the mesh's downloads for; None = it cannot be imported."""
    refused: DownloadFailed | None = None
    """Why not: its `reason` is EPISODE, LOCAL_FILE or UNAVAILABLE."""


async def songs_of(spotify: Spotify, link: str) -> AsyncGenerator[Song]:
    """All songs of a link, as they become known: those of an album or playlist of Spotify, or the one of any other link.

    Raises:
        InvalidArgument: If it is Spotify's, and no link to a track, album or playlist.
        NotFound: If Spotify has nothing there.
        MeshError: What `Spotify` raises besides.
    """
    if _ID.fullmatch(link):
        link = f"spotify:track:{link}"
    if not _is_spotify(link):
        yield Song(label=link, download=Download(link=link))
        return
    match await spotify.resolve(link):
        case v1.Track() as track:
            yield _song(track)
        case v1.Album() as album:
            for track in await spotify.album_tracks(album.name):
                yield _song(track, album)
        case v1.Playlist() as playlist:
            async with aclosing(spotify.playlist_items(playlist.name)) as items:
                async for item in items:
                    yield _song(item.track) if item.track is not None else _no_song(item)
        case v1.Artist() as artist:
            raise InvalidArgument(
                f"{artist.title} is an artist, whose songs are on many albums: name a track, album or playlist.",
                reason="LINK_UNSUPPORTED",
                metadata={"link": link},
            )


def _is_spotify(link: str) -> bool:
    if link[:8].lower() == "spotify:":
        return True
    try:
        return urlsplit(link if "://" in link else f"https://{link}").hostname in _HOSTS
    except ValueError:
        return False


def _song(track: v1.Track, album: v1.Album | None = None) -> Song:
    album = album or track.album or v1.Album()
    artists = [artist.title for artist in track.artists]
    artist, album_artist = ", ".join(artists), ", ".join(one.title for one in album.artists)
    song = DownloadSong(
        title=track.title,
        artist=artist,
        artists=artists,
        album=album.title,
        album_artist=album_artist if album_artist != artist else "",
        release_date=album.release_date,
        track_number=track.track_number,
        isrc=track.isrc,
        duration=track.duration,
        artwork_uri=album.artwork[0].uri if album.artwork else "",
    )
    link = f"spotify:track:{track.name.rpartition('/')[2]}"
    return Song(label=f"{artist} - {track.title}", download=Download(link=link, song=song))


def _no_song(item: v1.PlaylistItem) -> Song:
    label = item.title or f"item {item.position + 1}"
    reason = item.kind.name or "UNAVAILABLE"
    message = _NO_SONGS.get(reason, "It is no song.")
    return Song(label=label, download=None, refused=DownloadFailed(message, reason=reason))
