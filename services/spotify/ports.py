"""What the use cases need from outside."""

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from services.spotify.domain import JsonObject, Ref, ShortLink


class Question(StrEnum):
    """The questions that are put to Spotify."""

    SEARCH = "search"
    TRACK = "track"
    ALBUM = "album"
    ALBUM_TRACKS = "album-tracks"
    ARTIST = "artist"
    PLAYLIST = "playlist"
    PLAYLIST_ITEMS = "playlist-items"


@dataclass(frozen=True)
class Request:
    """One question to Spotify; equal requests have equal answers.

    Attributes:
        question: which.
        subject: the id, or the words to search for.
        offset: where the wanted page begins, for questions with pages.
        limit: how long the page is.
        user: whose account asks; "" = the mesh's own application, whose answers all users share.
        version: of what pages are asked for, so that pages of different versions are never mixed.
    """

    question: Question
    subject: str
    offset: int = 0
    limit: int = 0
    version: str = ""
    user: str = ""

    @property
    def name(self) -> str:
        """What is asked for, as errors name it: "spotify/albums/..."."""
        if self.question is Question.SEARCH:
            return "the search"
        return f"spotify/{self.question.value.split('-')[0]}s/{self.subject}"

    @property
    def key(self) -> str:
        """The request as one text, without two requests ever sharing one."""
        return json.dumps([self.question.value, self.subject, self.offset, self.limit, self.version, self.user])


class Catalogue(Protocol):
    """Spotify's Web API, or a cache in front of it."""

    async def ask(self, request: Request) -> JsonObject:
        """Returns the answer.

        Raises:
            SpotifyNotFound: there is no such thing.
            MeshError: Spotify refuses or does not answer; nothing is known about the thing.
        """
        ...


class ShortLinks(Protocol):
    """Follows short links."""

    async def target(self, link: ShortLink) -> Ref:
        """Returns what a short link leads to.

        Raises:
            LinkInvalid: it leads elsewhere, or nowhere.
            DependencyUnavailable: Spotify's link server does not answer.
        """
        ...


class Accounts(Protocol):
    """The Spotify accounts that users have connected."""

    async def begin(self, user: str, redirect_uri: str) -> tuple[str, str]:
        """Returns the page to send the user to, and the state that names the attempt."""
        ...

    async def complete(self, user: str, state: str, code: str) -> None:
        """Connects the account.

        Raises:
            SpotifyAuthorizationFailed: the attempt is unknown, over, or refused.
        """
        ...

    async def connected(self, user: str) -> bool:
        """Whether the user has connected an account."""
        ...

    async def revoke(self, user: str) -> None:
        """Forgets the user's account."""
        ...
