"""Results in the forms of other programs, made while they are fetched."""

import asyncio
import csv
import io
import shutil
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from enum import StrEnum
from pathlib import Path

from google.protobuf.json_format import MessageToJson

from services.analysis import clicks, midi
from services.analysis.answers import whole_file
from services.analysis.ports import PlotRequest, Plotter
from services.analysis.reading import Reading
from services.analysis.results import Feature, Measurements
from services.mesh.blobs import LocalBlobStore
from services.mesh.child import ChildDied
from services.mesh.errors import BlobMissing, Internal, ResultsMissing
from services.mesh.filenames import titled_filename
from services.mesh.ids import new_id
from services.mesh.pieces import Export, read, threaded

_KEEP_ALIVE_SECONDS = 10.0
# Drawing takes a core for seconds; more of them at once would only slow each other and the workers.
_DRAWING = 1


class ExportFormat(StrEnum):
    """What results can be fetched as; the value is what the file's name ends with."""

    JSON = "analysis.json"
    BEATS_CSV = "beats.csv"
    CHORDS_CSV = "chords.csv"
    SECTIONS_CSV = "sections.csv"
    AUDACITY_LABELS = "labels.txt"
    MIDI = "chords.mid"
    CLICK_WAV = "click.wav"
    PLOT_PNG = "plot.png"


_MEDIA_TYPES = {
    ".json": "application/json",
    ".csv": "text/csv; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".mid": "audio/midi",
    ".wav": "audio/wav",
    ".png": "image/png",
}
_NEEDS: dict[ExportFormat, tuple[Feature, str]] = {
    ExportFormat.BEATS_CSV: (Feature.RHYTHM, "rhythm"),
    ExportFormat.CHORDS_CSV: (Feature.CHORDS, "chords"),
    ExportFormat.SECTIONS_CSV: (Feature.FORM, "form"),
    ExportFormat.MIDI: (Feature.RHYTHM, "rhythm"),
    ExportFormat.CLICK_WAV: (Feature.RHYTHM, "rhythm"),
}


class Exports:
    """Makes exports."""

    def __init__(self, *, blobs: LocalBlobStore, plotter: Plotter, folder: Path) -> None:
        """Makes the use case; pictures are drawn in `folder`."""
        self._blobs = blobs
        self._plotter = plotter
        self._folder = folder
        self._drawing = asyncio.Semaphore(_DRAWING)

    def export(self, reading: Reading, form: ExportFormat) -> Export:
        """Begins an export. Raises ResultsMissing if what the format shows is not known."""
        found = reading.shown
        feature, field = _NEEDS.get(form, (None, ""))
        if found is None or (feature is not None and getattr(found, field) is None):
            raise ResultsMissing(reading.name, feature or "results")
        pieces = self._drawn(reading) if form is ExportFormat.PLOT_PNG else threaded(_MAKERS[form](reading, found))
        return Export(_filename(reading.title, form), _MEDIA_TYPES[Path(form).suffix], pieces)

    async def _drawn(self, reading: Reading) -> AsyncIterator[bytes]:
        yield b""
        audio = self._blobs.path(reading.audio)
        if not audio.exists():
            raise BlobMissing(reading.name)
        folder = self._folder / new_id()
        async with self._drawing:
            await asyncio.to_thread(folder.mkdir, parents=True)
            try:
                results = folder / "results.binpb"
                await asyncio.to_thread(results.write_bytes, whole_file(reading).SerializeToString())
                request = PlotRequest(results=results, audio=audio, title=reading.title, out=folder / "plot.png")
                drawing = asyncio.ensure_future(self._plotter.draw(request))
                try:
                    while not (await asyncio.wait({drawing}, timeout=_KEEP_ALIVE_SECONDS))[0]:
                        yield b""
                    drawing.result()
                except ChildDied as death:
                    raise Internal(reading.name) from death
                finally:
                    drawing.cancel()
                    await asyncio.wait({drawing})
                async for piece in threaded(read(request.out)):
                    yield piece
            finally:
                await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


def _json(reading: Reading, _found: Measurements) -> Iterator[bytes]:
    text = MessageToJson(whole_file(reading), preserving_proto_field_name=False, indent=None)
    yield text.encode()


def _beats(_reading: Reading, found: Measurements) -> Iterator[bytes]:
    assert found.rhythm is not None
    bar = 0
    rows = []
    for beat in found.rhythm.beats:
        bar += beat.position == 1
        rows.append((f"{beat.time:.3f}", bar, beat.position))
    yield _table(("time", "bar", "position"), rows)


def _chords(_reading: Reading, found: Measurements) -> Iterator[bytes]:
    assert found.chords is not None
    rows = (
        (f"{one.start:.3f}", f"{one.end:.3f}", one.label, one.simple, f"{one.confidence:.3f}")
        for one in found.chords.chords
    )
    yield _table(("start", "end", "chord", "simple", "confidence"), rows)


def _sections(_reading: Reading, found: Measurements) -> Iterator[bytes]:
    assert found.form is not None
    rows = (
        (f"{one.start:.3f}", f"{one.end:.3f}", one.label, one.group, f"{one.confidence:.3f}")
        for one in found.form.sections
    )
    yield _table(("start", "end", "label", "group", "confidence"), rows)


def _labels(_reading: Reading, found: Measurements) -> Iterator[bytes]:
    """Yields a label track of Audacity, sorted by time: bars, chords, sections, cue points."""
    labels: list[tuple[float, float, str]] = []
    if found.rhythm:
        bars = [beat.time for beat in found.rhythm.beats if beat.position == 1]
        labels += [(time, time, f"bar {number}") for number, time in enumerate(bars, 1)]
    if found.chords:
        labels += [(one.start, one.end, one.label) for one in found.chords.chords]
    if found.form:
        labels += [(one.start, one.end, f"{one.label} ({one.group})") for one in found.form.sections]
        labels += [(one.time, one.time, one.kind) for one in found.form.cues]
    for start, end, text in sorted(labels):
        yield f"{start:.6f}\t{end:.6f}\t{text}\n".encode()


def _midi(reading: Reading, found: Measurements) -> Iterator[bytes]:
    yield midi.song(reading.title, found)


def _click(_reading: Reading, found: Measurements) -> Iterator[bytes]:
    assert found.rhythm is not None
    return clicks.wav(found.rhythm.beats, found.duration)


_MAKERS: dict[ExportFormat, Callable[[Reading, Measurements], Iterator[bytes]]] = {
    ExportFormat.JSON: _json,
    ExportFormat.BEATS_CSV: _beats,
    ExportFormat.CHORDS_CSV: _chords,
    ExportFormat.SECTIONS_CSV: _sections,
    ExportFormat.AUDACITY_LABELS: _labels,
    ExportFormat.MIDI: _midi,
    ExportFormat.CLICK_WAV: _click,
}


def _table(header: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()


def _filename(title: str, form: ExportFormat) -> str:
    kind, _, suffix = form.rpartition(".")
    return titled_filename(title, kind, f".{suffix}")
