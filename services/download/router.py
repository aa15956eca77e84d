"""Finds the provider for a link."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from services.download.domain import DIRECT, PAGE, SPOTDL, DownloadSpec
from services.download.links import Link, is_song
from services.download.ports import Fetched, LooksLikePage, OnProgress, Provider, ProviderStatus
from services.mesh.errors import LinkUnsupported, ProviderDisabled, ProviderNotReady

# Sites of pages: asking these for a file first would only cost a request.
_PAGE_SITES = ("youtube.com", "youtu.be", "soundcloud.com", "bandcamp.com", "vimeo.com", "mixcloud.com")


class Router:
    """All providers as one."""

    def __init__(self, providers: Mapping[str, Provider], enabled: frozenset[str]) -> None:
        self._providers = providers
        self._enabled = enabled

    async def statuses(self) -> Sequence[ProviderStatus]:
        """Looks at every provider."""
        return [await provider.status() for provider in self._providers.values()]

    def check(self, link: Link) -> None:
        """Checks that something may fetch the link.

        Raises:
            ProviderDisabled: the operator has switched off what would.
        """
        if link.names_song:
            if SPOTDL not in self._enabled:
                raise ProviderDisabled(SPOTDL)
        elif not self._enabled & {DIRECT, PAGE}:
            raise ProviderDisabled(PAGE if _is_page_site(link.uri) else DIRECT)

    async def fetch(self, spec: DownloadSpec, folder: Path, on_progress: OnProgress) -> Fetched:
        """Fetches what a spec asks for; see `Provider`."""
        if is_song(spec.uri):
            return await self._ready(SPOTDL, spec, folder, on_progress)
        if DIRECT in self._enabled and not (PAGE in self._enabled and _is_page_site(spec.uri)):
            try:
                return await self._providers[DIRECT].fetch(spec, folder, on_progress)
            except LooksLikePage:
                if PAGE not in self._enabled:
                    raise LinkUnsupported(spec.uri, "it is a page, and pages are switched off on this server") from None
        return await self._ready(PAGE, spec, folder, on_progress)

    async def close(self) -> None:
        """Ends what providers keep running between songs."""
        for provider in self._providers.values():
            await provider.close()

    async def _ready(self, name: str, spec: DownloadSpec, folder: Path, on_progress: OnProgress) -> Fetched:
        if name not in self._enabled:
            raise ProviderDisabled(name)
        provider = self._providers[name]
        if reason := (await provider.status()).unavailable_reason:
            raise ProviderNotReady(name, reason)
        return await provider.fetch(spec, folder, on_progress)


def _is_page_site(uri: str) -> bool:
    host = urlsplit(uri).hostname or ""
    return any(host == site or host.endswith(f".{site}") for site in _PAGE_SITES)
