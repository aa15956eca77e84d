"""Fetches what pages play, with yt-dlp in a process of its own."""

import asyncio
import shutil
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from services.download.adapters.child import Children
from services.download.adapters.egress import egress
from services.download.adapters.said import error_for
from services.download.domain import PAGE, DownloadSpec, Song, file_name
from services.download.ports import Fetched, OnProgress, Progress, ProviderStatus
from services.mesh.errors import AddressForbidden, MeshError, SourceUnavailable


@dataclass(frozen=True, kw_only=True)
class PageLimits:
    """What pages may cost. `max_seconds` is the length of the song, `transfer_seconds` that of the whole run."""

    max_bytes: int
    max_seconds: float
    transfer_seconds: float
    stall_seconds: float


@dataclass(frozen=True, kw_only=True)
class PageOptions:
    """What the operator may set for yt-dlp; see the settings."""

    cookies: Path | None
    proxy: str
    ipv4: bool
    ffmpeg: str


class PageProvider:
    """Runs yt-dlp."""

    def __init__(
        self, *, enabled: bool, limits: PageLimits, options: PageOptions, allowed_hosts: frozenset[str]
    ) -> None:
        self._enabled = enabled
        self._limits = limits
        self._options = options
        self._allowed_hosts = allowed_hosts
        self._children = Children([sys.executable, "-m", "services.download.adapters.ytdlp_child"], sys.path)

    async def status(self) -> ProviderStatus:
        """Looks whether yt-dlp is installed."""
        try:
            found, missing = f"yt-dlp {version('yt-dlp')}", ""
        except PackageNotFoundError:
            found, missing = "", "yt-dlp is not installed; on the server: pip install 'sound-forge-alchemy[download]'."
        return ProviderStatus(
            id=PAGE,
            description="Songs that a page plays, on the sites that yt-dlp knows.",
            enabled=self._enabled,
            unavailable_reason=missing,
            version=found,
        )

    async def fetch(self, spec: DownloadSpec, folder: Path, on_progress: OnProgress) -> Fetched:
        """Fetches what a page plays; see `Provider`."""
        async with egress(self._allowed_hosts, ipv4=self._options.ipv4) as proxy:
            request = {
                "link": spec.uri,
                "folder": str(folder),
                "max_bytes": self._limits.max_bytes,
                "max_seconds": self._limits.max_seconds,
                "stall_seconds": self._limits.stall_seconds,
                "ffmpeg": self._options.ffmpeg,
                "cookies": await asyncio.to_thread(self._copied_cookies, folder),
                "proxy": self._options.proxy or proxy.url,
                "ipv4": self._options.ipv4,
            }
            try:
                async with asyncio.timeout(self._limits.transfer_seconds):
                    answer = await self._run(request, on_progress)
            except TimeoutError as error:
                detail = f"it takes longer than {self._limits.transfer_seconds:g} s"
                raise SourceUnavailable(host=urlsplit(spec.uri).netloc, detail=detail) from error
        if "done" not in answer:
            if proxy.refused:
                raise AddressForbidden(proxy.refused[-1])
            raise self._error(spec.uri, str(answer.get("error", "")))
        return _fetched(answer["done"])

    async def close(self) -> None:
        """Ends the programs that wait for another song."""
        await self._children.close()

    async def _run(self, request: dict[str, Any], on_progress: OnProgress) -> dict[str, Any]:
        answer: dict[str, Any] = {}
        async with self._children.one() as child:
            async for message in child.ask(request):
                answer = message
                if stage := message.get("stage"):
                    on_progress(
                        Progress(
                            stage=stage,
                            provider=PAGE,
                            received_bytes=message.get("received", 0),
                            total_bytes=message.get("total", 0),
                        )
                    )
        return answer

    def _copied_cookies(self, folder: Path) -> str:
        """yt-dlp writes into its cookie file; the operator's stays as it is."""
        if self._options.cookies is None:
            return ""
        return str(shutil.copyfile(self._options.cookies, folder / "cookies.txt"))

    def _error(self, link: str, text: str) -> MeshError:
        return error_for(PAGE, link, text, max_seconds=self._limits.max_seconds, max_bytes=self._limits.max_bytes)


def _fetched(done: dict[str, Any]) -> Fetched:
    path = Path(done["path"])
    return Fetched(
        path=path,
        filename=file_name(done["title"], path.suffix),
        provider=PAGE,
        song=Song(
            title=done["title"],
            artist=done["artist"],
            album=done["album"],
            release_date=done["release_date"],
            duration_seconds=done["duration"],
            artwork_uri=done["artwork"],
        ),
        license_note=done["license"],
    )
