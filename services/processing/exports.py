"""All stems of a finished separation in one file, made while it is fetched: a zip archive, or a stem file for DJ software."""

import asyncio
import json
import zipfile
from collections.abc import AsyncIterator, Iterator, Mapping
from enum import StrEnum
from pathlib import Path

from services.mesh.blobs import LocalBlobStore
from services.mesh.errors import ModelNotFound, StemsUnsuitable
from services.mesh.filenames import titled_filename
from services.mesh.jobs.job import Job
from services.mesh.jobs.store import JobStore
from services.mesh.pieces import Export, read, threaded
from services.processing import runs
from services.processing.adapters import stem_mp4
from services.processing.adapters.encode import FORMATS
from services.processing.domain import SeparationSpec, TrackTags
from services.processing.finished import finished, stem_files, track_today
from services.processing.ports import Library
from services.processing.usecases import Catalogue

_KEEP_ALIVE_SECONDS = 10.0
# Muxing takes a core for seconds; more of them at once would only slow each other and the workers.
_MUXERS = 1
# Zip files with equal content are equal.
_NO_DATE = (1980, 1, 1, 0, 0, 0)
_ZIP64_FROM_BYTES = 2**31 - 1


class ExportFormat(StrEnum):
    """What a separation can be fetched as."""

    ZIP = "zip"
    STEM_MP4 = "stem.mp4"


class Exports:
    """Makes exports; every call names the user on whose behalf it is made."""

    def __init__(
        self,
        *,
        store: JobStore,
        library: Library,
        catalogue: Catalogue,
        blobs: LocalBlobStore,
        folder: Path,
        ffmpeg: str,
    ) -> None:
        """Makes the use case.

        Args:
            store: records of separations.
            library: knows what their tracks are called today.
            catalogue: the models.
            blobs: finished stems.
            folder: where stem files are made; they need as much room as the stems.
            ffmpeg: the program, from `ffmpeg_path`.
        """
        self._store = store
        self._library = library
        self._catalogue = catalogue
        self._blobs = blobs
        self._folder = folder
        self._ffmpeg = ffmpeg
        self._muxing = asyncio.Semaphore(_MUXERS)

    async def export(self, owner: str, name: str, form: ExportFormat) -> Export:
        """Begins an export. Raises what ExportSeparation documents."""
        job = await finished(self._store, owner, name)
        spec = SeparationSpec.from_record(job.spec)
        stems = stem_files(self._blobs, job)
        track = await track_today(self._library, job)
        tags = track.tags if track else spec.tags
        if form is ExportFormat.ZIP:
            pieces = threaded(_zipped(job, spec, tags.title, stems, self._license(spec.model)))
            return Export(titled_filename(tags.title, "stems", ".zip"), "application/zip", pieces)
        known = self._known_stems(spec.model)
        if spec.wanted_stems and not spec.complement and set(spec.wanted_stems) != set(known or spec.wanted_stems):
            raise StemsUnsuitable(name, "some stems of the model are missing, so that the others do not make the mix")
        tracks = stem_mp4.laid_out(name, list(stems))
        return Export(
            titled_filename(tags.title, spec.model, ".stem.mp4"),
            "video/mp4",
            self._muxed(tracks, stems, tags),
        )

    async def _muxed(
        self, tracks: list[stem_mp4.Track], stems: Mapping[str, Path], tags: TrackTags
    ) -> AsyncIterator[bytes]:
        yield b""
        known = {"title": tags.title, "artist": tags.artist, "album": tags.album, "date": tags.release_date}
        said = {name: text for name, text in known.items() if text}
        async with self._muxing:
            run = await asyncio.to_thread(runs.begin_anew, self._folder)
            try:
                path = run.path / "export.mp4"
                writing = asyncio.ensure_future(
                    asyncio.to_thread(stem_mp4.write, path, tracks, stems, tags=said, ffmpeg=self._ffmpeg)
                )
                try:
                    while not (await asyncio.wait({writing}, timeout=_KEEP_ALIVE_SECONDS))[0]:
                        yield b""
                    writing.result()
                finally:
                    await asyncio.wait({writing})
                async for piece in threaded(read(path)):
                    yield piece
            finally:
                run.remove()

    def _known_stems(self, model: str) -> tuple[str, ...]:
        try:
            return self._catalogue.entry(model).info.stems
        except ModelNotFound:  # one of the server's own, removed since
            return ()

    def _license(self, model: str) -> Mapping[str, str]:
        try:
            info = self._catalogue.entry(model).info
        except ModelNotFound:
            return {}
        return {"license": info.license, "license_uri": info.license_uri}


def _zipped(
    job: Job, spec: SeparationSpec, title: str, stems: Mapping[str, Path], terms: Mapping[str, str]
) -> Iterator[bytes]:
    """Yields a zip archive, nothing compressed: audio does not shrink further."""
    sink = _Sink()
    suffix = FORMATS[spec.encoding].suffix
    names = {stem: titled_filename(title, stem, suffix) for stem in stems}
    listed = [
        {"stem": found["stem"], "file": names[found["stem"]], "sha256": found["sha256"]}
        for found in (job.result or {})["stems"]
    ]
    about = {"separation": job.name, "title": title, "model": spec.model, **terms, "stems": listed}
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:  # type: ignore[call-overload]  # writes are enough
        for stem, path in stems.items():
            large = path.stat().st_size > _ZIP64_FROM_BYTES
            with archive.open(zipfile.ZipInfo(names[stem], _NO_DATE), "w", force_zip64=large) as entry:
                for piece in read(path):
                    entry.write(piece)
                    yield sink.take()
        entry_info = zipfile.ZipInfo("separation.json", _NO_DATE)
        archive.writestr(entry_info, json.dumps(about, indent=2, ensure_ascii=False) + "\n")
    yield sink.take()


class _Sink:
    """A file that cannot be sought, whose bytes are taken away as they come."""

    def __init__(self) -> None:
        self._pending = bytearray()

    def write(self, data: bytes) -> int:
        self._pending += data
        return len(data)

    def flush(self) -> None:
        """Nothing waits here."""

    def take(self) -> bytes:
        data, self._pending = bytes(self._pending), bytearray()
        return data
