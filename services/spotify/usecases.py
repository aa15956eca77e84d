"""Search, links, and reading what they lead to."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from services.mesh.errors import SpotifyForbidden, SpotifyNotFound
from services.spotify import links, reading
from services.spotify.domain import Album, Artist, JsonObject, Kind, Playlist, PlaylistItem, Ref, ShortLink, Track
from services.spotify.ports import Accounts, Catalogue, Question, Request, ShortLinks

Resource: TypeAlias = Track | Album | Artist | Playlist

# Spotify gives applications in development mode at most ten search results at a time, since February 2026.
SEARCH_BLOCK: Final = 10
SEARCH_END: Final = 1000
_PAGE: Final = 50
# 20,000 items, twice what Spotify allows in a playlist: an end for a server that always promises one page more.
_MOST_PAGES: Final = 400

_QUESTIONS: Final = {
    Kind.TRACK: Question.TRACK,
    Kind.ALBUM: Question.ALBUM,
    Kind.ARTIST: Question.ARTIST,
    Kind.PLAYLIST: Question.PLAYLIST,
}


@dataclass(frozen=True)
class Found:
    """Results of a search from one offset on.

    Attributes:
        tracks: the tracks, best first.
        next_offset: where the next page begins, or None on the last one.
        total: how many there are in all, by Spotify's estimate.
    """

    tracks: tuple[Track, ...]
    next_offset: int | None
    total: int


class Spotify:
    """Reads Spotify's catalogue."""

    def __init__(self, catalogue: Catalogue, short_links: ShortLinks, accounts: Accounts) -> None:
        self._catalogue = catalogue
        self._short_links = short_links
        self.accounts = accounts

    async def search(self, query: str, *, offset: int, size: int) -> Found:
        """Searches tracks. Results are read in blocks that begin at multiples of ten, so that page sizes share a cache."""
        end = min(offset + size, SEARCH_END)
        starts = range(offset - offset % SEARCH_BLOCK, end, SEARCH_BLOCK)
        requests = [Request(Question.SEARCH, query, offset=start, limit=SEARCH_BLOCK) for start in starts]
        payloads = await asyncio.gather(*(self._catalogue.ask(request) for request in requests))
        pages = [reading.search_page_from(payload) for payload in payloads]
        places = [place for page in pages for place in page.places]
        skipped = offset % SEARCH_BLOCK
        tracks = tuple(track for track in places[skipped : skipped + end - offset] if track is not None)
        total = max((page.total for page in pages), default=0)
        more = end < min(total, SEARCH_END) and len(places) >= skipped + end - offset
        return Found(tracks, end if more else None, total)

    async def resolve(self, user: str, link: str) -> Resource:
        """Returns what a link leads to, for a user.

        Raises:
            LinkInvalid: it is no link to music.
            SpotifyNotFound: nothing is there.
        """
        target = links.parse(link)
        ref = await self._short_links.target(target) if isinstance(target, ShortLink) else target
        match ref.kind:
            case Kind.TRACK:
                return await self.track(ref)
            case Kind.ALBUM:
                return await self._album(ref)
            case Kind.ARTIST:
                return await self.artist(ref)
            case Kind.PLAYLIST:
                return (await self.playlist(user, ref))[0]

    async def track(self, ref: Ref) -> Track:
        """Returns one track."""
        track = reading.track_from(await self._one(ref))
        if track is None:
            raise SpotifyNotFound(ref.name)
        return track

    async def album(self, ref: Ref) -> tuple[Album, tuple[Track, ...]]:
        """Returns an album and all its tracks."""
        album = await self._album(ref)
        tracks: tuple[Track, ...] = ()
        async for payload in self._pages(Request(Question.ALBUM_TRACKS, ref.id, limit=_PAGE), album.track_count):
            tracks += reading.tracks_from(payload, album)
        return album, tracks

    async def artist(self, ref: Ref) -> Artist:
        """Returns one artist."""
        return reading.artist_from(await self._one(ref), ref)

    async def playlist(self, user: str, ref: Ref) -> tuple[Playlist, str]:
        """Returns a playlist without its items, and who must ask for them: "" = the mesh, else the user's own account.

        The mesh asks first: what everyone may see is kept for everyone.
        """
        try:
            return reading.playlist_from(await self._one(ref), ref), ""
        except (SpotifyNotFound, SpotifyForbidden):
            if not await self.accounts.connected(user):
                raise
        payload = await self._catalogue.ask(Request(Question.PLAYLIST, ref.id, user=user))
        return reading.playlist_from(payload, ref), user

    async def items(self, playlist: Playlist, asker: str) -> AsyncIterator[tuple[PlaylistItem, ...]]:
        """Yields all items of a playlist, a page at a time; `asker` as `playlist` returned it."""
        position = 0
        first = Request(Question.PLAYLIST_ITEMS, playlist.ref.id, limit=_PAGE, version=playlist.snapshot, user=asker)
        async for payload in self._pages(first, playlist.item_count):
            items = reading.items_from(payload, position)
            position += len(items)
            yield items

    async def _one(self, ref: Ref) -> JsonObject:
        return await self._catalogue.ask(Request(_QUESTIONS[ref.kind], ref.id))

    async def _album(self, ref: Ref) -> Album:
        album = reading.album_from(await self._one(ref))
        if album is None:
            raise SpotifyNotFound(ref.name)
        return album

    async def _pages(self, first: Request, total: int) -> AsyncIterator[JsonObject]:
        """Yields every page. What says that there is more may be the total, or the page itself; either is enough."""
        offset = 0
        for _ in range(_MOST_PAGES):
            payload = await self._catalogue.ask(replace(first, offset=offset))
            count = reading.entry_count(payload)
            if not count:
                return
            yield payload
            offset += count
            if not reading.has_next(payload) and offset >= total:
                return
