"""Fetches what pages play, with yt-dlp in a process of its own."""

import asyncio
import re
import shutil
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from services.download.adapters.child import child
from services.download.adapters.egress import egress
from services.download.domain import PAGE, DownloadSpec, Song
from services.download.ports import Fetched, OnProgress, Progress, ProviderStatus
from services.mesh.errors import (
    AddressForbidden,
    AgeRestricted,
    LinkUnsupported,
    MeshError,
    ProviderBlocked,
    ProviderFailed,
    SourceNotAudio,
    SourceNotFound,
    SourceUnavailable,
    TooLarge,
    TooLong,
)

_DETAIL = 200
# The first that fits counts. Texts of yt-dlp and of the sites that it reads, which change: what fits none is PROVIDER_FAILED.
_REASONS = (
    ("too long", r"refused: it is too long"),
    ("too large", r"refused: it is too large|larger than max-filesize"),
    ("not audio", r"refused: it is live|requested format is not available|no video formats|nothing was downloaded"),
    ("age", r"confirm your age|age.restricted|inappropriate for some users"),
    (
        "blocked",
        r"not a bot|http error (403|429|451)|too many requests|captcha|login required|sign in|premium|members.only",
    ),
    (
        "blocked",
        r"not (made this video )?available (in|from) your (country|location)|geo.?restrict|blocked it in your country",
    ),
    ("unsupported", r"unsupported url|is not a valid url|no suitable extractor"),
    (
        "gone",
        r"http error (404|410)|private video|video unavailable|has been removed|does not exist|not found|terminated",
    ),
    (
        "unreachable",
        r"http error 5\d\d|timed? ?out|connection (refused|reset|aborted)|unable to connect|name or service",
    ),
    ("unreachable", r"getaddrinfo|remote end closed|proxyerror|tunnel connection failed|incompleteread|ssl"),
)


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
        async with egress(self._allowed_hosts) as proxy:
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
                    answer = await self._run(request, folder, on_progress)
            except TimeoutError as error:
                detail = f"it takes longer than {self._limits.transfer_seconds:g} s"
                raise SourceUnavailable(host=urlsplit(spec.uri).netloc, detail=detail) from error
        if "done" not in answer:
            if proxy.refused:
                raise AddressForbidden(proxy.refused[-1])
            raise self._error(spec.uri, str(answer.get("error", "")))
        return _fetched(answer["done"])

    async def _run(self, request: dict[str, Any], folder: Path, on_progress: OnProgress) -> dict[str, Any]:
        answer: dict[str, Any] = {}
        command = [sys.executable, "-m", "services.download.adapters.ytdlp_child"]
        async with child(command, request, folder=folder, python_path=sys.path) as running:
            async for message in running.messages():
                if "done" in message or "error" in message:
                    answer = message
                elif stage := message.get("stage"):
                    on_progress(
                        Progress(
                            stage=stage,
                            provider=PAGE,
                            received_bytes=message.get("received", 0),
                            total_bytes=message.get("total", 0),
                        )
                    )
            return answer or {"error": (await running.last_words()).rpartition("\n")[2]}

    def _copied_cookies(self, folder: Path) -> str:
        """yt-dlp writes into its cookie file; the operator's stays as it is."""
        if self._options.cookies is None:
            return ""
        return str(shutil.copyfile(self._options.cookies, folder / "cookies.txt"))

    def _error(self, link: str, text: str) -> MeshError:
        return error_for(link, text, max_seconds=self._limits.max_seconds, max_bytes=self._limits.max_bytes)


def error_for(link: str, text: str, *, max_seconds: float, max_bytes: int) -> MeshError:
    """Returns the error of the contract for what yt-dlp says."""
    detail = re.sub(r"^ERROR:\s*|\x1b\[[0-9;]*m", "", text).partition("\n")[0].strip()
    detail = detail.partition("; please report this issue")[0][:_DETAIL] or "it says nothing"
    kind = next((name for name, pattern in _REASONS if re.search(pattern, text, re.IGNORECASE)), "")
    errors: dict[str, MeshError] = {
        "too long": TooLong(limit_seconds=max_seconds),
        "too large": TooLarge(limit_bytes=max_bytes),
        "not audio": SourceNotAudio(link=link, detail=detail),
        "age": AgeRestricted(link=link),
        "blocked": ProviderBlocked(PAGE, detail),
        "unsupported": LinkUnsupported(link, "yt-dlp knows nothing on that page"),
        "gone": SourceNotFound(link=link, detail=detail),
        "unreachable": SourceUnavailable(host=urlsplit(link).netloc, detail=detail),
    }
    return errors.get(kind) or ProviderFailed(PAGE, detail)


def _fetched(done: dict[str, Any]) -> Fetched:
    path = Path(done["path"])
    title = "".join(" " if c in '/\\:*?"<>|' or not c.isprintable() else c for c in done["title"]).strip() or "download"
    filename = title.encode()[: 255 - len(path.suffix.encode())].decode(errors="ignore") + path.suffix
    return Fetched(
        path=path,
        filename=filename,
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
