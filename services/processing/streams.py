"""Playing a stem: while it is made, from its first sample on, or when it is finished."""

import asyncio
from collections.abc import AsyncIterator, Generator
from pathlib import Path

import numpy as np

from services.mesh.audio.decode import open_stereo
from services.mesh.blobs import LocalBlobStore
from services.mesh.drain import Drain
from services.mesh.errors import BlobMissing, DependencyUnavailable, JobStateConflict, SeparationNotFound, StemUnknown
from services.mesh.jobs.job import Job, JobState
from services.mesh.jobs.store import JobStore
from services.processing.adapters import wav
from services.processing.adapters.encode import FORMATS
from services.processing.catalogue import complement_stem
from services.processing.domain import Encoding, SeparationSpec
from services.processing.live import FRAME_BYTES, LiveFormat, LiveStem
from services.processing.ports import FloatArray
from services.processing.usecases import Catalogue

WAV_ENCODINGS = frozenset({Encoding.WAV_PCM16, Encoding.WAV_PCM24, Encoding.WAV_FLOAT32})

_PIECE_FRAMES = 1 << 14
_LOOK_SECONDS = 0.1
# The record is read this often while nothing new is finished: that is how the end of a job is noticed.
_RECORD_SECONDS = 0.5
# Nothing for this long, and an empty piece says that the stream is alive.
_KEEP_ALIVE_SECONDS = 10.0
_CHANNELS = 2


class StemStreams:
    """Streams stems as WAVE files; every call names the user on whose behalf it is made."""

    def __init__(
        self,
        *,
        store: JobStore,
        catalogue: Catalogue,
        blobs: LocalBlobStore,
        work_dir: Path,
        ffmpeg: str,
        drain: Drain,
    ) -> None:
        """Makes the use case.

        Args:
            store: records of separations.
            catalogue: the models.
            blobs: finished stems.
            work_dir: where workers make stems, on a disk that they share with this process.
            ffmpeg: the program that decodes finished stems.
            drain: when this process ends.
        """
        self._store = store
        self._catalogue = catalogue
        self._blobs = blobs
        self._work_dir = work_dir
        self._ffmpeg = ffmpeg
        self._drain = drain

    async def stream(self, owner: str, name: str, stem: str, encoding: Encoding) -> AsyncIterator[bytes]:
        """Yields a WAVE file in pieces, its header first; an empty piece now and then while there is nothing to send.

        Raises what StreamStem documents.
        """
        job = await self._job(owner, name, stem)
        if job.state is not JobState.SUCCEEDED:
            live = LiveStem(self._work_dir / job.id, stem)
            try:
                async for piece in self._live(owner, job, live, stem, encoding):
                    yield piece
                if live.format is not None:
                    return
            finally:
                live.close()
            job = await self._job(owner, name, stem)
        async for piece in self._finished(job, stem, encoding):
            yield piece

    async def _live(self, owner: str, job: Job, live: LiveStem, stem: str, encoding: Encoding) -> AsyncIterator[bytes]:
        """Yields what is finished, as it gets finished; nothing if the job ends before anything of it could be read."""
        loop = asyncio.get_running_loop()
        bits = FORMATS[encoding].bits
        sent, spoke, looked = 0, loop.time(), loop.time()
        while live.format is None or sent < live.length:
            data = await asyncio.to_thread(live.read, sent, _PIECE_FRAMES)
            if data and live.format is not None:
                if sent == 0:
                    rate = live.format.sample_rate_hz
                    yield wav.header(sample_rate=rate, channels=_CHANNELS, bits=bits, frames=live.length)
                yield wav.data(np.frombuffer(data, "<f4").reshape(-1, _CHANNELS).T, bits)
                sent += len(data) // FRAME_BYTES
                spoke = loop.time()
                continue
            if loop.time() - looked >= _RECORD_SECONDS:
                looked = loop.time()
                now = await self._job(owner, job.name, stem)
                if now.state is JobState.SUCCEEDED and live.format is None:
                    return
                if now.state is JobState.SUCCEEDED and live.format is not None:
                    # Its samples came from a run that another one has overtaken; the rest is in the finished stem.
                    async for piece in self._rest(now, stem, live.format, sent, bits):
                        yield piece
                    return
            if loop.time() - spoke >= _KEEP_ALIVE_SECONDS:
                spoke = loop.time()
                yield b""
            await self._drain.unless_started(asyncio.sleep(_LOOK_SECONDS))

    async def _finished(self, job: Job, stem: str, encoding: Encoding) -> AsyncIterator[bytes]:
        path = self._blob(job, stem)
        if SeparationSpec.from_record(job.spec).encoding is encoding:
            with await asyncio.to_thread(path.open, "rb") as file:
                while piece := await asyncio.to_thread(file.read, _PIECE_FRAMES * FRAME_BYTES):
                    yield piece
            return
        bits = FORMATS[encoding].bits
        started = False
        async for rate, block in _blocks(path, self._ffmpeg):
            if not started:
                yield wav.header(sample_rate=rate, channels=_CHANNELS, bits=bits, frames=None)
                started = True
            yield wav.data(block, bits)

    async def _rest(self, job: Job, stem: str, form: LiveFormat, first: int, bits: int) -> AsyncIterator[bytes]:
        skip = first
        async for rate, block in _blocks(self._blob(job, stem), self._ffmpeg):
            if rate != form.sample_rate_hz:  # a cut, after which the caller gets the finished stem
                raise DependencyUnavailable("the worker")
            left = block[:, skip:]
            skip -= block.shape[1] - left.shape[1]
            if left.size:
                yield wav.data(left, bits)

    def _blob(self, job: Job, stem: str) -> Path:
        (sha256,) = [found["sha256"] for found in (job.result or {})["stems"] if found["stem"] == stem]
        path = self._blobs.path(sha256)
        if not path.exists():
            raise BlobMissing(f"{job.name} ({stem})")
        return path

    async def _job(self, owner: str, name: str, stem: str) -> Job:
        job = await self._store.get(name)
        if job is None or job.owner != owner:
            raise SeparationNotFound(name)
        known = self._stems(job)
        if stem not in known:
            raise StemUnknown(stem, SeparationSpec.from_record(job.spec).model, known)
        if job.state in {JobState.FAILED, JobState.CANCELLED}:
            raise JobStateConflict(name, job.state.value, "its stems cannot be played. Retry it.")
        return job

    def _stems(self, job: Job) -> list[str]:
        """Returns the stems that a separation makes, or has made."""
        if job.result is not None:
            return [stem["stem"] for stem in job.result["stems"]]
        spec = SeparationSpec.from_record(job.spec)
        wanted = list(spec.wanted_stems or self._catalogue.entry(spec.model).info.stems)
        return [*wanted, complement_stem(wanted)] if spec.complement else wanted


async def _blocks(path: Path, ffmpeg: str) -> AsyncIterator[tuple[int, FloatArray]]:
    """Yields the sample rate and the next samples, shape (2, n), of a finished stem."""

    def decoded() -> Generator[tuple[int, FloatArray], None, None]:
        with open_stereo(path, ffmpeg=ffmpeg) as stream:
            for block in stream.blocks():
                yield stream.sample_rate_hz, block

    blocks = decoded()
    try:
        while (block := await asyncio.to_thread(next, blocks, None)) is not None:
            yield block
    finally:
        await asyncio.shield(asyncio.to_thread(blocks.close))
