"""Fetches songs of Spotify's catalogue: spotdl finds where they are played, and they are fetched from there.

spotdl pins versions that conflict with ours, so it has an interpreter of its own. Only its search is used. What it finds is
fetched as every other link is: with the limits, the part files and the yt-dlp of this service, and without another encoding.
"""

import asyncio
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from services.download.adapters.child import Children
from services.download.adapters.egress import Egress, egress
from services.download.adapters.said import error_for
from services.download.domain import SPOTDL, DownloadSpec, Match, Song, file_name
from services.download.ports import Fetched, OnProgress, Progress, ProviderStatus
from services.mesh.errors import MeshError, NoMatch, SourceUnavailable, TooLong

_CHILD = Path(__file__).with_name("spotdl_child.py")
_VERSION = "from importlib.metadata import version; print(version('spotdl'))"
_VERSION_SECONDS = 60.0
_MISSING = "spotdl is not installed. Run on the server: sfa spotdl install. It needs no restart."


@dataclass(frozen=True, kw_only=True)
class SpotdlOptions:
    """What the operator may set for spotdl; see the settings. `sources` are its audio providers, or addresses."""

    python: Path
    sources: tuple[str, ...]
    cookies: Path | None
    proxy: str
    ipv4: bool
    ffmpeg: str
    max_seconds: float
    max_bytes: int
    search_seconds: float = 60.0


class Fetches(Protocol):
    """What fetches a song from where it was found."""

    async def fetch(self, spec: DownloadSpec, folder: Path, on_progress: OnProgress) -> Fetched:
        """Fetches a song; see `Provider`."""
        ...

    async def close(self) -> None:
        """Ends what it keeps running between songs."""
        ...


class SpotdlProvider:
    """Finds songs with spotdl."""

    def __init__(self, *, enabled: bool, options: SpotdlOptions, found: Fetches, allowed_hosts: frozenset[str]) -> None:
        """Starts nothing yet.

        Args:
            enabled: whether the operator has switched it on.
            options: for spotdl.
            found: what fetches from where a song was found.
            allowed_hosts: "host:port" that need not be public.
        """
        self._enabled = enabled
        self._options = options
        self._found = found
        self._allowed_hosts = allowed_hosts
        # Isolated: no modules from the folder of the script, which has names of its own, or of this interpreter.
        self._children = Children([str(options.python), "-I", str(_CHILD)])
        self._open = AsyncExitStack()
        self._opening = asyncio.Lock()
        self._egress: Egress | None = None
        self._seen = ("", 0.0)

    async def status(self) -> ProviderStatus:
        """Looks whether spotdl is installed."""
        version = await self._version()
        return ProviderStatus(
            id=SPOTDL,
            description="Tracks of Spotify: spotdl finds where else they are played.",
            enabled=self._enabled,
            unavailable_reason="" if version else _MISSING,
            version=f"spotdl {version}" if version else "",
        )

    async def close(self) -> None:
        """Ends the programs that wait for another song."""
        await self._found.close()
        await self._children.close()
        self._egress = None
        await self._open.aclose()

    async def fetch(self, spec: DownloadSpec, folder: Path, on_progress: OnProgress) -> Fetched:
        """Finds a song and fetches it; see `Provider`."""
        song = spec.song
        if (song.duration_seconds or 0) > self._options.max_seconds:
            raise TooLong(limit_seconds=self._options.max_seconds)
        on_progress(Progress(stage="searching", provider=SPOTDL))
        match = await self._search(spec)
        on_progress(Progress(stage="searching", provider=SPOTDL, match=match))

        def passed_on(progress: Progress) -> None:
            on_progress(replace(progress, provider=SPOTDL))

        fetched = await self._found.fetch(replace(spec, uri=match.uri), folder, passed_on)
        name = file_name(f"{_artist(song)} - {song.title}", Path(fetched.filename).suffix)
        # What Spotify does not know, the page does not know better: it may be about a video.
        return replace(fetched, provider=SPOTDL, filename=name, song=Song())

    async def _search(self, spec: DownloadSpec) -> Match:
        song = spec.song
        request = {
            "song": {
                "title": song.title,
                "artists": list(song.artists) or [song.artist],
                "album": song.album,
                "isrc": song.isrc,
                "seconds": song.duration_seconds,
                "uri": spec.uri,
            },
            "sources": list(self._options.sources),
            "proxy": self._options.proxy or await self._proxy(),
            "cookies": "" if self._options.cookies is None else str(self._options.cookies),
            "ffmpeg": self._options.ffmpeg,
        }
        answer = await self._asked(request)
        if "done" not in answer:
            raise self._error(spec, answer)
        done = answer["done"]
        return Match.of(
            song,
            uri=done["uri"],
            title=done["title"],
            author=done["author"],
            seconds=done["seconds"],
            score=done["score"],
        )

    async def _asked(self, request: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = {}
        try:
            async with asyncio.timeout(self._options.search_seconds), self._children.one() as child:
                async for message in child.ask(request):
                    answer = message
        except TimeoutError as error:
            detail = f"the search takes longer than {self._options.search_seconds:g} s"
            raise SourceUnavailable(host=SPOTDL, detail=detail) from error
        return answer

    def _error(self, spec: DownloadSpec, answer: dict[str, Any]) -> MeshError:
        if answer.get("searched"):
            return NoMatch(spec.uri, spec.song.title, _artist(spec.song))
        said = str(answer.get("error", ""))
        options = self._options
        return error_for(SPOTDL, spec.uri, said, max_seconds=options.max_seconds, max_bytes=options.max_bytes)

    async def _proxy(self) -> str:
        """The address of a proxy that reaches public addresses only; one for all searches, so that spotdl stays set up."""
        async with self._opening:
            if self._egress is None:
                proxy = egress(self._allowed_hosts, ipv4=self._options.ipv4)
                self._egress = await self._open.enter_async_context(proxy)
        return self._egress.url

    async def _version(self) -> str:
        """The version of what is installed; asked for again after a minute, because it may be upgraded meanwhile."""
        if not self._options.python.exists():
            return ""
        version, until = self._seen
        if not version or time.monotonic() > until:
            version = await self._asked_version()
            self._seen = version, time.monotonic() + _VERSION_SECONDS
        return version

    async def _asked_version(self) -> str:
        process = await asyncio.create_subprocess_exec(
            *(str(self._options.python), "-I", "-c", _VERSION),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        return (await process.communicate())[0].decode().strip()


def _artist(song: Song) -> str:
    return song.artist or ", ".join(song.artists)
