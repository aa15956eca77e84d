"""How Spotify's tracks read in a table."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.table import Column, Table

from sfa.cli import texts

if TYPE_CHECKING:
    from alchemy_sdk.alchemy.spotify.v1 import Track


def track_table(tracks: "Iterable[Track]") -> Table:
    """Tracks in rows, each with the address to give to other commands."""
    table = Table("title", "artist", "album", "length", Column("link", overflow="fold"), box=None, pad_edge=False)
    for track in tracks:
        artists = ", ".join(artist.title for artist in track.artists)
        album = track.album.title if track.album else ""
        row = (track.title, artists, album, texts.duration(track.duration), track.page_uri)
        table.add_row(*map(texts.plain, row))
    return table
