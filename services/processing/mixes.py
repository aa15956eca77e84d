"""Mixes of a finished separation, rendered while they are fetched."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path

from services.mesh.blobs import LocalBlobStore
from services.mesh.errors import InvalidRequest, StemUnknown, Violation
from services.mesh.filenames import titled_filename
from services.mesh.jobs.job import Job
from services.mesh.jobs.store import JobStore
from services.mesh.pieces import read, threaded
from services.processing import runs
from services.processing.adapters.encode import FORMATS
from services.processing.domain import RATES, SeparationSpec, TrackTags
from services.processing.finished import finished, stem_files, track_today
from services.processing.mix import MixReport, MixSpec, StemLevel, described
from services.processing.ports import Library, Mixer, MixRequest
from services.processing.stem_blobs import cover_file

# Each takes a core for seconds; more of them at once would only slow each other and the workers.
_AT_ONCE = 2
_KEEP_ALIVE_SECONDS = 10.0
# The share of the work that is rendering; the rest is sending.
_RENDERING = 0.7


@dataclass(frozen=True, kw_only=True)
class MixPiece:
    """A piece of a mix; see ExportMixResponse."""

    filename: str
    media_type: str
    data: bytes = b""
    fraction: float = 0.0
    total_bytes: int = 0
    report: MixReport | None = None


class Mixes:
    """Makes mixes; every call names the user on whose behalf it is made."""

    def __init__(self, *, store: JobStore, library: Library, blobs: LocalBlobStore, mixer: Mixer, folder: Path) -> None:
        """Makes the use case.

        Args:
            store: records of separations.
            library: knows the tags of their tracks.
            blobs: finished stems.
            mixer: what renders.
            folder: where mixes are made; one needs about three times the room that it has as 32-bit WAV.
        """
        self._store = store
        self._library = library
        self._blobs = blobs
        self._mixer = mixer
        self._folder = folder
        self._rendering = asyncio.Semaphore(_AT_ONCE)

    async def mix(self, owner: str, name: str, wanted: MixSpec) -> AsyncGenerator[MixPiece, None]:
        """Yields a mix in pieces. Raises what ExportMix documents, before the first piece where it can be known by then."""
        job = await finished(self._store, owner, name)
        separation = SeparationSpec.from_record(job.spec)
        files = stem_files(self._blobs, job)
        spec = _completed(wanted, list(files), separation.model)
        tags, seconds = await self._track(job, separation)
        output = FORMATS[spec.encoding]
        piece = MixPiece(filename=titled_filename(tags.title, _kind(spec), output.suffix), media_type=output.media_type)
        run = await asyncio.to_thread(runs.begin_anew, self._folder)
        try:
            request = MixRequest(
                stems=[files[level.stem] for level in spec.stems],
                spec=spec,
                seconds=seconds,
                out=run.path / f"mixed{output.suffix}",
                tags=_fields(tags, spec, separation),
                cover=await asyncio.to_thread(cover_file, self._blobs, tags),
            )
            async with aclosing(self._rendered(request, piece)) as steps:
                async for piece in steps:
                    if piece.report is None:
                        yield piece
            async for sent in _sent(request.out, piece):
                yield sent
        finally:
            run.remove()

    async def _rendered(self, request: MixRequest, piece: MixPiece) -> AsyncGenerator[MixPiece, None]:
        """Renders, as soon as there is room; yields pieces without data, with the report in the last one."""
        async with aclosing(self._turn()) as waiting:
            async for _ in waiting:
                yield piece
        try:
            async with aclosing(self._mixer.mix(request)) as steps:
                async for step in steps:
                    if isinstance(step, MixReport):
                        yield replace(piece, fraction=_RENDERING, report=step)
                    else:
                        yield replace(piece, fraction=step * _RENDERING)
        finally:
            self._rendering.release()

    async def _turn(self) -> AsyncGenerator[None, None]:
        """Takes a place among those that render; yields now and then while it waits."""
        waiting = asyncio.ensure_future(self._rendering.acquire())
        try:
            while not (await asyncio.wait({waiting}, timeout=_KEEP_ALIVE_SECONDS))[0]:
                yield
        except BaseException:
            if not waiting.cancel():
                self._rendering.release()
            raise

    async def _track(self, job: Job, separation: SeparationSpec) -> tuple[TrackTags, float]:
        """Returns the tags that the mix carries, those of today where the library answers; and how long the stems are."""
        part = separation.options.part
        track = await track_today(self._library, job)
        if track is None:
            return separation.tags, part.duration if part else 0.0
        return track.tags, part.duration if part else track.duration_seconds


async def _sent(path: Path, piece: MixPiece) -> AsyncIterator[MixPiece]:
    """Yields what is in a file; of no use to anybody else."""
    size, sent = (await asyncio.to_thread(path.stat)).st_size, 0
    async for data in threaded(read(path)):
        sent += len(data)
        fraction = _RENDERING + (1 - _RENDERING) * sent / size
        yield replace(piece, data=data, total_bytes=size, fraction=1.0 if sent == size else fraction)


def _completed(wanted: MixSpec, known: list[str], model: str) -> MixSpec:
    """Returns the spec with its stems named. Raises StemUnknown, or InvalidRequest for a rate that the encoding has not."""
    for level in wanted.stems:
        if level.stem not in known:
            raise StemUnknown(level.stem, model, known)
    rates = RATES.get(wanted.encoding)
    if rates and wanted.sample_rate_hz and wanted.sample_rate_hz not in rates:
        fault = f"must be one of {', '.join(map(str, rates))} for this encoding"
        raise InvalidRequest([Violation("sample_rate_hz", fault)])
    return replace(wanted, stems=wanted.stems or tuple(StemLevel(stem=stem) for stem in known))


def _kind(spec: MixSpec) -> str:
    """Says in a word what is in a mix: the one stem, or the mix of several."""
    return spec.stems[0].stem if len(spec.stems) == 1 else "mix"


def _fields(tags: TrackTags, spec: MixSpec, separation: SeparationSpec) -> dict[str, str]:
    fields = {**tags.fields(_kind(spec)), "COMMENT": f"{described(spec.stems)}; {separation.origin}"}
    return {name: text for name, text in fields.items() if text}
