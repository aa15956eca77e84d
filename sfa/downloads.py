"""Songs from links."""

import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing

from alchemy_sdk.alchemy.chain.v1 import Then
from alchemy_sdk.alchemy.download import v1
from sfa.answers import reason_of_status
from sfa.errors import DownloadFailed
from sfa.pages import pages
from sfa.snapshots import followed
from sfa.transport import PATIENCE_SECONDS, Transport

_BATCH = 200


class Downloads:
    """The downloads of a mesh; `mesh.downloads`. Whoever asks for one must hold the rights to copy what it fetches."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._stub = v1.DownloadServiceStub(transport.channel)

    async def create(self, link: str, *, then: Then | None = None, allow_duplicate: bool = False) -> v1.Download:
        """Queues a download and returns at once; follow it with `watch`.

        Args:
            link: Address of an audio file, of a page that plays one, or of a track of Spotify.
            then: What to do with the track then.
            allow_duplicate: Whether to fetch it even if the library has a track of the same source.

        Raises:
            InvalidArgument: If the link cannot be fetched, or leads to an address that is not public.
            FailedPrecondition: If downloads of this kind are switched off.
            ResourceExhausted: If too many jobs wait already.
        """
        request = self._request(link, then, allow_duplicate=allow_duplicate)
        response = await self._transport.unary(self._stub.create_download, request)
        assert response.download is not None
        return response.download

    async def create_all(
        self, wanted: Sequence[str | v1.Download], *, then: Then | None = None
    ) -> list[v1.Download | DownloadFailed]:
        """Queues many downloads.

        Args:
            wanted: Links; or downloads of which `link`, and what is known as `song`, is set.
            then: What to do with each track then.

        Returns:
            For each, in order, the download or why it was refused.
        """
        results: list[v1.Download | DownloadFailed] = []
        for start in range(0, len(wanted), _BATCH):
            requests = [self._request(one, then) for one in wanted[start : start + _BATCH]]
            response = await self._transport.unary(
                self._stub.batch_create_downloads, v1.BatchCreateDownloadsRequest(requests=requests)
            )
            for result in response.results:
                if result.download is not None:
                    results.append(result.download)
                else:
                    reason, message = reason_of_status(result.error)
                    results.append(DownloadFailed(message, reason=reason))
        return results

    async def get(self, name: str) -> v1.Download:
        """One download as it is now, by its name `downloads/{id}`.

        Raises:
            NotFound: If there is none.
        """
        response = await self._transport.unary(self._stub.get_download, v1.GetDownloadRequest(name=name))
        assert response.download is not None
        return response.download

    async def list(self) -> AsyncGenerator[v1.Download]:
        """All downloads, newest first."""
        async for page in pages(
            lambda token: self._transport.unary(self._stub.list_downloads, v1.ListDownloadsRequest(page_token=token))
        ):
            for download in page.downloads:
                yield download

    async def watch(self, name: str, *, patience: float = PATIENCE_SECONDS) -> AsyncGenerator[v1.Download]:
        """The download as it changes: its present state at once, its terminal state last; see `Processing.watch`.

        Raises:
            NotFound: If there is no such download.
            Unavailable: If the mesh could not be reached for `patience` seconds.
        """
        jobs = followed(
            self._transport, lambda: self._snapshots(name), lambda response: response.download, patience=patience
        )
        async with aclosing(jobs):
            async for download in jobs:
                yield download

    async def cancel(self, name: str) -> v1.Download:
        """Asks for the end of a download; harmless to repeat, and without effect on one that has ended.

        Raises:
            NotFound: If there is no such download.
        """
        response = await self._transport.unary(self._stub.cancel_download, v1.CancelDownloadRequest(name=name))
        assert response.download is not None
        return response.download

    async def retry(self, name: str) -> v1.Download:
        """Queues a failed or cancelled download again, with the same options.

        Raises:
            NotFound: If there is no such download.
            FailedPrecondition: If it is in any other state.
        """
        # Not repeated by itself: after a retry that worked, the next would be a conflict.
        response = await self._transport.unary(
            self._stub.retry_download, v1.RetryDownloadRequest(name=name), idempotent=False
        )
        assert response.download is not None
        return response.download

    async def providers(self) -> Sequence[v1.Provider]:
        """The ways to fetch songs, and whether each can be used on this mesh."""
        return (await self._transport.unary(self._stub.list_providers, v1.ListProvidersRequest())).providers

    def _snapshots(self, name: str) -> AsyncIterator[v1.WatchDownloadResponse]:
        return self._stub.watch_download(v1.WatchDownloadRequest(name=name))

    def _request(
        self, wanted: str | v1.Download, then: Then | None, *, allow_duplicate: bool = False
    ) -> v1.CreateDownloadRequest:
        link, song = (wanted, None) if isinstance(wanted, str) else (wanted.link, wanted.song)
        download = v1.Download(link=link, song=song, then=then, allow_duplicate=allow_duplicate)
        return v1.CreateDownloadRequest(download=download, request_id=str(uuid.uuid4()))
