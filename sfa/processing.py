"""Models and separations."""

import os
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Final

from alchemy_sdk.alchemy.processing import v1
from alchemy_sdk.alchemy.type.v1 import AudioEncoding, JobState
from sfa import errors
from sfa.answers import failure
from sfa.mixing import Mix, MixOptions
from sfa.options import SeparationOptions
from sfa.pages import pages
from sfa.snapshots import followed, saved
from sfa.transport import PATIENCE_SECONDS, Transport

ENCODINGS: Final = {
    "wav": AudioEncoding.WAV_PCM16,
    "wav16": AudioEncoding.WAV_PCM16,
    "wav24": AudioEncoding.WAV_PCM24,
    "wav32f": AudioEncoding.WAV_FLOAT32,
    "flac": AudioEncoding.FLAC_PCM16,
    "flac16": AudioEncoding.FLAC_PCM16,
    "flac24": AudioEncoding.FLAC_PCM24,
    "mp3": AudioEncoding.MP3,
    "m4a": AudioEncoding.M4A_AAC,
    "ogg": AudioEncoding.OGG_VORBIS,
    "opus": AudioEncoding.OGG_OPUS,
}
"""How stems can be written, by the names that `separate` takes."""

EXPORT_FORMATS: Final = {"zip": v1.ExportFormat.ZIP, "stem.mp4": v1.ExportFormat.STEM_MP4}
"""What a separation can be fetched as, by the names that `export` takes."""


_DEFAULTS: Final = SeparationOptions()
_NEUTRAL: Final = MixOptions()


class Processing:
    """The separations of a mesh; `mesh.processing`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._stub = v1.ProcessingServiceStub(transport.channel)

    async def list_models(self) -> AsyncGenerator[v1.Model]:
        """The catalogue, best first, whether installed or not."""
        async for page in pages(
            lambda token: self._transport.unary(self._stub.list_models, v1.ListModelsRequest(page_token=token))
        ):
            for model in page.models:
                yield model

    async def get_model(self, name: str) -> v1.Model:
        """One model of the catalogue by its id, such as "htdemucs".

        Raises:
            NotFound: If there is none.
        """
        response = await self._transport.unary(self._stub.get_model, v1.GetModelRequest(name=model_name(name)))
        assert response.model is not None
        return response.model

    async def list_devices(self) -> v1.ListDevicesResponse:
        """The devices that separate songs at this moment, and how many separations wait for one."""
        return await self._transport.unary(self._stub.list_devices, v1.ListDevicesRequest())

    async def separate(
        self,
        track: str,
        *,
        model: str = "",
        stems: Sequence[str] = (),
        complement: bool = False,
        encoding: str = "wav16",
        options: SeparationOptions = _DEFAULTS,
    ) -> v1.Separation:
        """Queues a separation and returns at once; follow it with `watch` or `wait`.

        Args:
            track: Name of the track, `tracks/{id}`.
            model: Id of a model, such as "htdemucs"; empty = the best one installed.
            stems: The stems wanted, such as ["vocals"]; none = all that the model makes.
            complement: Whether to also write the rest of the mix as one more stem, "no-vocals" for ["vocals"].
            encoding: A key of `ENCODINGS`: wav16, wav24, wav32f, flac16, flac24, mp3, m4a, ogg or opus.
            options: How it is computed: a part only, another sample rate, shifts, overlap, segments.

        Raises:
            ValueError: If the encoding is none of these.
            NotFound: If there is no such track or model.
            InvalidArgument: If the model does not make one of the stems, or does not allow an option.
            FailedPrecondition: If the model is not installed; metadata["command"] installs it.
            ResourceExhausted: If too many jobs wait already; retry_after says when to try again.
        """
        wanted = v1.Separation(
            model=model_name(model) if model else "",
            wanted_stems=list(stems),
            complement=complement,
            encoding=_encoding(encoding),
        )
        options.apply(wanted)
        response = await self._transport.unary(
            self._stub.create_separation,
            v1.CreateSeparationRequest(parent=track, separation=wanted, request_id=str(uuid.uuid4())),
        )
        assert response.separation is not None
        return response.separation

    async def get(self, name: str) -> v1.Separation:
        """One separation as it is now, by its name `tracks/{id}/separations/{id}`.

        Raises:
            NotFound: If there is none.
        """
        response = await self._transport.unary(self._stub.get_separation, v1.GetSeparationRequest(name=name))
        assert response.separation is not None
        return response.separation

    async def list(self, track: str = "tracks/-") -> AsyncGenerator[v1.Separation]:
        """The separations of one track, or of all tracks, newest first."""
        async for page in pages(
            lambda token: self._transport.unary(
                self._stub.list_separations, v1.ListSeparationsRequest(parent=track, page_token=token)
            )
        ):
            for separation in page.separations:
                yield separation

    async def watch(self, name: str, *, patience: float = PATIENCE_SECONDS) -> AsyncGenerator[v1.Separation]:
        """The separation as it changes: its present state at once, its terminal state last.

        A stream that is cut, by a restart of the server or a lost connection, is reopened without the caller noticing.
        Leaving the loop does not cancel the job.

        Args:
            name: `tracks/{id}/separations/{id}`.
            patience: Seconds for which to keep trying while nothing comes through.

        Raises:
            NotFound: If there is no such separation, or its track was deleted meanwhile.
            Unavailable: If the mesh could not be reached for `patience` seconds.
        """
        jobs = followed(
            self._transport, lambda: self._snapshots(name), lambda response: response.separation, patience=patience
        )
        async with aclosing(jobs):
            async for separation in jobs:
                yield separation

    async def wait(
        self,
        name: str,
        *,
        on_snapshot: Callable[[v1.Separation], None] | None = None,
        patience: float = PATIENCE_SECONDS,
    ) -> v1.Separation:
        """Waits for the end of a separation.

        Args:
            name: `tracks/{id}/separations/{id}`.
            on_snapshot: Called with each snapshot on the way.
            patience: As in `watch`.

        Returns:
            The separation, SUCCEEDED, with its stems.

        Raises:
            SeparationFailed: If it failed; `reason` says why.
            SeparationCancelled: If it was cancelled.
            NotFound, Unavailable: As in `watch`.
        """
        snapshot: v1.Separation | None = None
        async with aclosing(self.watch(name, patience=patience)) as snapshots:
            async for snapshot in snapshots:
                if on_snapshot is not None:
                    on_snapshot(snapshot)
        assert snapshot is not None
        if snapshot.state == JobState.CANCELLED:
            raise errors.SeparationCancelled(f"{name} was cancelled.", separation=snapshot, reason="CANCELLED")
        if snapshot.state == JobState.FAILED:
            raise failure(snapshot)
        return snapshot

    async def cancel(self, name: str) -> v1.Separation:
        """Asks for the end of a separation; harmless to repeat, and without effect on one that has ended.

        Raises:
            NotFound: If there is no such separation.
        """
        response = await self._transport.unary(self._stub.cancel_separation, v1.CancelSeparationRequest(name=name))
        assert response.separation is not None
        return response.separation

    async def retry(self, name: str) -> v1.Separation:
        """Queues a failed or cancelled separation again, with the same options.

        Raises:
            NotFound: If there is no such separation.
            FailedPrecondition: If it is in any other state.
        """
        # Not repeated by itself: after a retry that worked, the next would be a conflict.
        response = await self._transport.unary(
            self._stub.retry_separation, v1.RetrySeparationRequest(name=name), idempotent=False
        )
        assert response.separation is not None
        return response.separation

    async def stream(self, name: str, stem: str, *, encoding: str = "wav16") -> AsyncGenerator[bytes]:
        """One stem as a WAVE file, in pieces, as soon as its samples are finished; of a finished separation, at once.

        Args:
            name: `tracks/{id}/separations/{id}`.
            stem: Which stem, such as "vocals".
            encoding: "wav16", "wav24" or "wav32f".

        Raises:
            NotFound: If there is no such separation.
            InvalidArgument: If it does not make this stem, or the encoding is not a WAVE one.
            FailedPrecondition: If it failed or was cancelled, before or during the stream.
            Unavailable: If the stream was cut: start again, and skip what has come already.
        """
        request = v1.StreamStemRequest(name=name, stem=stem, encoding=ENCODINGS[encoding])
        async with aclosing(self._transport.stream(self._stub.stream_stem(request))) as pieces:
            async for piece in pieces:
                if piece.data is not None and piece.data.data:
                    yield piece.data.data

    async def export(
        self,
        name: str,
        form: str,
        destination: str | os.PathLike[str],
        *,
        on_progress: Callable[[int], None] | None = None,
    ) -> Path:
        """Saves all stems of a finished separation as one file, which appears under its name when it is complete.

        Args:
            name: `tracks/{id}/separations/{id}`.
            form: A key of `EXPORT_FORMATS`: "zip", or "stem.mp4" for Traktor and Mixxx.
            destination: A folder, which gives the file the server's name for it, or the path of the new file. A path that
                ends with a separator is a folder, and made if it is missing. An existing file is replaced.
            on_progress: Called with the bytes that have arrived. Nobody knows beforehand how many there will be.

        Returns:
            Where the file lies now.

        Raises:
            ValueError: If the format is none of these.
            NotFound: If there is no such separation.
            FailedPrecondition: If it has not succeeded, or its stems do not fit the format.
            Unavailable: If the transfer was cut; it cannot be resumed.
            OSError: If the file cannot be written.
        """
        if form not in EXPORT_FORMATS:
            raise ValueError(f"Unknown format {form!r}: choose one of {', '.join(EXPORT_FORMATS)}.")
        request = v1.ExportSeparationRequest(name=name, format=EXPORT_FORMATS[form])
        return await saved(self._transport.stream(self._stub.export_separation(request)), destination, on_progress)

    async def mix(
        self,
        name: str,
        destination: str | os.PathLike[str],
        *,
        encoding: str = "wav16",
        options: MixOptions = _NEUTRAL,
        on_progress: Callable[[float], None] | None = None,
    ) -> Mix:
        """Saves a mix of the stems of a finished separation, rendered by the server. The file appears when it is complete.

        Args:
            name: `tracks/{id}/separations/{id}`.
            destination: As in `export`.
            encoding: A key of `ENCODINGS`.
            options: Gains, panorama, mutes, part, fades, sample rate, loudness.
            on_progress: Called with how much of the work is done, in [0, 1].

        Raises:
            ValueError: If the encoding is none of these.
            NotFound: If there is no such separation.
            InvalidArgument: If it has no such stem, or a value is out of bounds; `violations` name the fields.
            FailedPrecondition: If it has not succeeded.
            Unavailable: If the transfer was cut; it cannot be resumed.
            OSError: If the file cannot be written.
        """
        request = options.request(await self.get(name), _encoding(encoding))
        report = v1.MixReport()

        async def pieces() -> AsyncGenerator[v1.ExportMixResponse]:
            nonlocal report
            async with aclosing(self._transport.stream(self._stub.export_mix(request))) as responses:
                async for response in responses:
                    report = response.report or report
                    if on_progress is not None:
                        on_progress(response.fraction)
                    yield response

        return Mix(await saved(pieces(), destination), report)

    def _snapshots(self, name: str) -> AsyncIterator[v1.WatchSeparationResponse]:
        return self._stub.watch_separation(v1.WatchSeparationRequest(name=name))


def _encoding(name: str) -> AudioEncoding:
    if name not in ENCODINGS:
        raise ValueError(f"Unknown encoding {name!r}: choose one of {', '.join(ENCODINGS)}.")
    return ENCODINGS[name]


def model_name(text: str) -> str:
    """The resource name of a model that was given by its name, or by its id alone."""
    return text if text.startswith("models/") else f"models/{text}"
