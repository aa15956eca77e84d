"""What the download service asks of others."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from services.download.domain import DownloadSpec, Match, Song
from services.mesh.errors import ErrorRecord


@dataclass(frozen=True, kw_only=True)
class Progress:
    """What a provider says on the way.

    Attributes:
        stage: "searching", "downloading" or "converting".
        provider: who fetches.
        received_bytes, total_bytes: of the transfer; 0 total = unknown.
        match: what was found, once something is.
    """

    stage: str
    provider: str
    received_bytes: int = 0
    total_bytes: int = 0
    match: Match | None = None


OnProgress = Callable[[Progress], None]


@dataclass(frozen=True)
class Image:
    """A cover."""

    data: bytes
    media_type: str


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """A file that has arrived.

    Attributes:
        path: where it lies, in the folder that was given.
        filename: what to call it.
        provider: who fetched it.
        song: what the provider knows about it.
        license_note: what the source says about its licence.
        artwork: its cover, for a file that holds none.
    """

    path: Path
    filename: str
    provider: str
    song: Song = field(default_factory=Song)
    license_note: str = ""
    artwork: Image | None = None


@dataclass(frozen=True, kw_only=True)
class ProviderStatus:
    """Whether a provider can be used; see Provider in the contract."""

    id: str
    description: str
    enabled: bool
    unavailable_reason: str = ""
    version: str = ""


@dataclass(frozen=True)
class Health:
    """How a provider has fared of late: times in seconds since 1970, None = not within a week."""

    succeeded: float | None = None
    failed: float | None = None
    failure: ErrorRecord | None = None


class Provider(Protocol):
    """One way to fetch songs."""

    async def status(self) -> ProviderStatus:
        """Looks whether it can work here."""
        ...

    async def fetch(self, spec: DownloadSpec, folder: Path, on_progress: OnProgress) -> Fetched:
        """Fetches what a spec asks for into a folder; goes on with what an earlier attempt left there if it can.

        Raises:
            MeshError: it cannot be fetched.
            LooksLikePage: the link leads to a page, and this provider fetches files.
            WorkDied: what fetched it died.
        """
        ...

    async def close(self) -> None:
        """Ends what it keeps running between songs. Harmless to repeat."""
        ...


class LooksLikePage(Exception):
    """What was to be an audio file is a page."""


@dataclass(frozen=True)
class Stored:
    """A track of the library, and the download that brought it there."""

    name: str
    download: str


class Library(Protocol):
    """Where songs go."""

    async def find(self, owner: str, download: str, uri: str, then: bytes) -> Stored | None:
        """Returns the track that the download, or the address, led to before; adds what should follow."""
        ...

    async def store(self, owner: str, download: str, uri: str, fetched: Fetched, then: bytes) -> Stored:
        """Adds a file that came from `uri`. Raises what the library says about it."""
        ...


class Songs(Protocol):
    """What is known about the songs of Spotify's catalogue."""

    async def resolve(self, owner: str, link: str) -> str:
        """Returns what a short link leads to, as an address that `parse_link` reads. Raises MeshError."""
        ...

    async def song(self, owner: str, uri: str) -> Song:
        """Returns a song by its address, "spotify:track:...". Raises MeshError."""
        ...


class Healths(Protocol):
    """How all providers have fared, told by every worker."""

    async def note(self, provider: str, failure: ErrorRecord | None) -> None:
        """Remembers that a provider has worked, or how it has failed."""
        ...

    async def of(self, provider: str) -> Health:
        """Returns how a provider has fared."""
        ...


class Covers(Protocol):
    """Where covers come from."""

    async def cover(self, uri: str) -> Image | None:
        """Fetches an image; None if that does not work: a song without its cover is better than none."""
        ...


class Sources(Protocol):
    """Who fetches what, of all workers."""

    async def under_way(self, owner: str, fingerprint: str) -> str | None:
        """Returns the name of the download that was made last for the same wish."""
        ...

    async def remember(self, owner: str, fingerprint: str, name: str) -> None:
        """Keeps that name for a day."""
        ...

    def held(self, owner: str, uri: str) -> AbstractAsyncContextManager[None]:
        """Waits until nobody else fetches the source for the owner, and keeps others waiting during the block."""
        ...
