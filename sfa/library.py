"""Tracks and their files."""

import asyncio
import os
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Final

from alchemy_sdk.alchemy.library import v1
from alchemy_sdk.google.api import HttpBody
from alchemy_sdk.google.protobuf import FieldMask
from sfa import partial
from sfa.pages import pages
from sfa.transport import Transport

OnProgress = Callable[[int, int], None]
"""Called with (bytes done, bytes in all) as a transfer goes on."""

_PIECE_BYTES: Final = 256 * 1024
_SLOWEST_BYTES_PER_SECOND: Final = 32 * 1024
_DECODING_SECONDS: Final = 600.0  # the server decodes the whole file before it answers


class Library:
    """The tracks of a mesh; `mesh.library`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._stub = v1.LibraryServiceStub(transport.channel)

    async def upload(
        self,
        path: str | os.PathLike[str],
        *,
        filename: str | None = None,
        on_progress: OnProgress | None = None,
    ) -> v1.Track:
        """Adds an audio file to the library.

        A transfer that is cut starts again by itself, and never leaves two tracks behind.

        Args:
            path: The file; wav, aiff, flac, mp3, ogg, opus, m4a, or the audio of mp4, webm and mkv.
            filename: The name to give it; its own if None.
            on_progress: Called as the bytes leave. After the last of them the server still decodes the file.

        Returns:
            The new track, durable on the server.

        Raises:
            OSError: If the file cannot be read.
            InvalidArgument: If it is not audio that the server accepts; `reason` says why.
            ResourceExhausted: If the server's disk is full.
            Unavailable: If the mesh cannot be reached.
        """
        source = Path(path)
        total = await asyncio.to_thread(lambda: source.stat().st_size)
        request_id = str(uuid.uuid4())

        async def requests() -> AsyncGenerator[v1.UploadTrackRequest]:
            yield v1.UploadTrackRequest(filename=filename or source.name, request_id=request_id)
            done = 0
            async with aclosing(_pieces_of(source)) as pieces:
                async for piece in pieces:
                    yield v1.UploadTrackRequest(data=HttpBody(data=piece))
                    done += len(piece)
                    if on_progress is not None:
                        on_progress(done, total)

        try:
            response = await self._transport.upload(
                self._stub.upload_track, requests, seconds=_DECODING_SECONDS + total / _SLOWEST_BYTES_PER_SECOND
            )
        except _Unreadable as error:
            raise error.reason from None
        assert response.track is not None
        return response.track

    async def get_track(self, name: str) -> v1.Track:
        """One track by its name, `tracks/{id}`.

        Raises:
            NotFound: If there is none.
        """
        response = await self._transport.unary(self._stub.get_track, v1.GetTrackRequest(name=name))
        assert response.track is not None
        return response.track

    async def list_tracks(self, *, filter: str = "", order_by: str = "") -> AsyncGenerator[v1.Track]:  # noqa: A002 -- the contract's word
        """All matching tracks, fetched page by page as they are consumed.

        Args:
            filter: Words that must all occur in title, artist, album or filename, in any letter case; "bpm:120-128" and
                "key:8A" (or "key:Am") stand for what was measured.
            order_by: A field, with an optional " desc": create_time, update_time, title, artist, album, duration, bpm or
                key.

        Raises:
            InvalidArgument: If order_by names no such field.
        """
        async for page in pages(
            lambda token: self._transport.unary(
                self._stub.list_tracks, v1.ListTracksRequest(filter=filter, order_by=order_by, page_token=token)
            )
        ):
            for track in page.tracks:
                yield track

    async def update_track(self, track: v1.Track, fields: Sequence[str]) -> v1.Track:
        """Writes the given fields of `track`, for example ["title", "artist"], to the server.

        Raises:
            NotFound: If the track does not exist.
            InvalidArgument: If a field may not be changed, or a value is out of bounds.
        """
        response = await self._transport.unary(
            self._stub.update_track, v1.UpdateTrackRequest(track=track, update_mask=FieldMask(paths=list(fields)))
        )
        assert response.track is not None
        return response.track

    async def delete_track(self, name: str) -> None:
        """Removes a track with all its files and jobs. It cannot be undone.

        Raises:
            NotFound: If there is no such track.
        """
        # Not repeated by itself: the second try of a deletion that worked would say NOT_FOUND.
        await self._transport.unary(self._stub.delete_track, v1.DeleteTrackRequest(name=name), idempotent=False)

    async def get_artifact(self, name: str) -> v1.Artifact:
        """One file of a track by its name, `tracks/{id}/artifacts/{id}`, with a fresh media_uri.

        Raises:
            NotFound: If there is none.
        """
        response = await self._transport.unary(self._stub.get_artifact, v1.GetArtifactRequest(name=name))
        assert response.artifact is not None
        return response.artifact

    async def list_artifacts(self, track: str) -> AsyncGenerator[v1.Artifact]:
        """All files of a track, oldest first.

        Raises:
            NotFound: If there is no such track.
        """
        async for page in pages(
            lambda token: self._transport.unary(
                self._stub.list_artifacts, v1.ListArtifactsRequest(parent=track, page_token=token)
            )
        ):
            for artifact in page.artifacts:
                yield artifact

    async def download(
        self,
        artifact: v1.Artifact | str,
        destination: str | os.PathLike[str],
        *,
        on_progress: OnProgress | None = None,
    ) -> Path:
        """Saves a file of a track.

        What arrived of an earlier, interrupted download of the same bytes is not fetched again. The file appears under
        its name in one step, and only when its SHA-256 is right.

        Args:
            artifact: The artifact, or its name.
            destination: A folder, which gives the file the artifact's name, or the path of the new file. A path that
                ends with a separator is a folder, and made if it is missing. An existing file is replaced.
            on_progress: Called as the bytes arrive.

        Returns:
            Where the file lies now.

        Raises:
            NotFound: If there is no such artifact.
            DataLoss: If the server has lost the bytes, or sent others than it promised.
            OSError: If the file cannot be written.
        """
        if isinstance(artifact, str):
            artifact = await self.get_artifact(artifact)
        final = await asyncio.to_thread(partial.destination, destination, artifact.filename)
        with await asyncio.to_thread(partial.PartialFile, final, artifact.sha256, artifact.size_bytes) as file:
            if file.received < artifact.size_bytes:
                await self._fetch(artifact, file, on_progress)
            await asyncio.to_thread(file.finish)
        return final

    async def _fetch(self, artifact: v1.Artifact, file: partial.PartialFile, on_progress: OnProgress | None) -> None:
        def rest() -> AsyncIterator[v1.DownloadArtifactResponse]:
            return self._stub.download_artifact(v1.DownloadArtifactRequest(name=artifact.name, offset=file.received))

        async with aclosing(self._transport.resuming(rest)) as pieces:
            async for piece in pieces:
                await asyncio.to_thread(file.write, piece.offset, piece.data)
                if on_progress is not None:
                    on_progress(file.received, artifact.size_bytes)
                if file.received >= artifact.size_bytes:
                    return


class _Unreadable(Exception):
    """Carries an OSError of the file past the connection, whose own OSErrors mean something else."""

    def __init__(self, reason: OSError) -> None:
        super().__init__(str(reason))
        self.reason = reason


async def _pieces_of(source: Path) -> AsyncGenerator[bytes]:
    try:
        with await asyncio.to_thread(source.open, "rb") as file:
            while piece := await asyncio.to_thread(file.read, _PIECE_BYTES):
                yield piece
    except OSError as error:
        raise _Unreadable(error) from error
