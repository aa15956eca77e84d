"""Exports are read back by the programs that they are for, or by those programs' own libraries."""

import csv
import io
import json
import wave
from dataclasses import replace
from pathlib import Path

import mido
import numpy as np
import pretty_midi
import pytest
from google.protobuf.json_format import Parse

from alchemy.analysis.v1 import results_pb2 as pb
from alchemy.analysis.v1.results_pb2 import ResultsFile
from services.analysis.codec import findings_from
from services.analysis.curves import curve_message
from services.analysis.exports import ExportFormat, Exports
from services.analysis.harte import pitch_classes
from services.analysis.ports import PlotRequest
from services.analysis.reading import Reading
from services.mesh.blobs import LocalBlobStore
from services.mesh.errors import ResultsMissing
from services.mesh.music import Corrections
from tests.analysis.made import DURATION, FIRST_BEAT, curve, file_of, findings, measurements, reading, sung


class NoPlotter:
    async def draw(self, request: PlotRequest) -> None:
        raise AssertionError(request)


async def exported(one: Reading, form: ExportFormat, tmp_path: Path) -> tuple[str, bytes]:
    exports = Exports(blobs=LocalBlobStore(tmp_path), plotter=NoPlotter(), folder=tmp_path)
    export = exports.export(one, form)
    return export.filename, b"".join([piece async for piece in export.pieces])


def rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode())))


def test_results_are_read_as_they_were_written() -> None:
    found = replace(measurements(), melody=sung())
    message = file_of("n", findings(found))
    again = findings_from(ResultsFile.FromString(message.SerializeToString()))
    assert file_of("n", again).SerializeToString() == message.SerializeToString()
    assert again.measurements.rhythm is not None
    assert found.rhythm is not None
    assert again.measurements.rhythm.beats == found.rhythm.beats
    assert again.analyses == findings(found).analyses


def test_thinned_curves_keep_their_time_and_mean() -> None:
    ramp = curve(np.arange(1000), step=0.01)
    thin = curve_message(pb.CURVE_KIND_ENERGY, ramp, 100)
    assert len(thin.values) == 100
    assert thin.step == pytest.approx(0.1)
    assert thin.start == pytest.approx(0.045)
    assert thin.values[:2] == pytest.approx([4.5, 14.5])
    assert list(curve_message(pb.CURVE_KIND_ENERGY, ramp, 1000).values) == list(range(1000))
    gaps = curve_message(pb.CURVE_KIND_F0, curve([np.nan, 2.0, np.nan, np.nan, 5.0]), 3)
    assert gaps.values[0] == 2.0
    assert np.isnan(gaps.values[1])
    assert gaps.values[2] == 5.0


async def test_json_holds_everything(tmp_path: Path) -> None:
    name, data = await exported(reading(), ExportFormat.JSON, tmp_path)
    assert name == "Song   Ä B (analysis).json"
    assert json.loads(data)["results"]["rhythm"]["tempo"]["bpm"] == 100
    message = Parse(data, ResultsFile())
    assert len(message.curves) == 10
    assert message.results.tonality.estimate.key.camelot == "8A"


async def test_tables(tmp_path: Path) -> None:
    beats = rows((await exported(reading(), ExportFormat.BEATS_CSV, tmp_path))[1])
    assert [(row["bar"], row["position"]) for row in beats[:4]] == [("0", "3"), ("0", "4"), ("1", "1"), ("1", "2")]
    assert float(beats[0]["time"]) == FIRST_BEAT
    chords = rows((await exported(reading(), ExportFormat.CHORDS_CSV, tmp_path))[1])
    assert [row["chord"] for row in chords][:3] == ["A:min", "F:maj", "C:maj/3"]
    sections = rows((await exported(reading(), ExportFormat.SECTIONS_CSV, tmp_path))[1])
    assert sections[1] == {"start": "8.000", "end": "20.000", "label": "verse", "group": "B", "confidence": "0.250"}


async def test_labels_of_audacity_are_sorted_and_tab_separated(tmp_path: Path) -> None:
    _, data = await exported(reading(), ExportFormat.AUDACITY_LABELS, tmp_path)
    labels = [line.split("\t") for line in data.decode().splitlines()]
    assert all(len(label) == 3 and float(label[0]) <= float(label[1]) for label in labels)
    assert [float(label[0]) for label in labels] == sorted(float(label[0]) for label in labels)
    texts = {label[2] for label in labels}
    assert {"bar 1", "A:min", "intro (A)", "drop"} <= texts


@pytest.mark.parametrize("bpm", [None, 200.0, 87.0])
async def test_beats_of_the_midi_file_are_the_beats_of_the_track(tmp_path: Path, bpm: float | None) -> None:
    one = reading(Corrections(bpm=bpm))
    assert one.shown is not None
    assert one.shown.rhythm is not None
    _, data = await exported(one, ExportFormat.MIDI, tmp_path)
    song = pretty_midi.PrettyMIDI(io.BytesIO(data))
    beats, downbeats = song.get_beats(), song.get_downbeats()
    for beat in one.shown.rhythm.beats:
        assert np.abs(beats - beat.time).min() < 0.002
        if beat.position == 1:
            assert np.abs(downbeats - beat.time).min() < 0.002
    assert (song.time_signature_changes[0].numerator, song.time_signature_changes[0].denominator) == (4, 4)


async def test_chords_of_the_midi_file_sound_when_they_should(tmp_path: Path) -> None:
    _, data = await exported(reading(), ExportFormat.MIDI, tmp_path)
    song = pretty_midi.PrettyMIDI(io.BytesIO(data))
    (instrument,) = song.instruments
    first = [note for note in instrument.notes if note.start < 0.01]
    assert {note.pitch % 12 for note in first} == {9, 0, 4}
    assert min(first, key=lambda note: note.pitch).pitch % 12 == 9
    assert all(note.end == pytest.approx(2.5, abs=0.005) for note in first)
    third = [note for note in instrument.notes if abs(note.start - 5.0) < 0.01]
    assert min(third, key=lambda note: note.pitch).pitch % 12 == 4  # C over E
    assert not [note for note in instrument.notes if abs(note.start - 10.0) < 0.01]  # N
    markers = [m.text for m in mido.MidiFile(file=io.BytesIO(data)).tracks[0] if m.type == "marker"]
    assert markers == ["intro (A)", "verse (B)"]


async def test_clicks_are_where_the_beats_are(tmp_path: Path) -> None:
    name, data = await exported(reading(), ExportFormat.CLICK_WAV, tmp_path)
    assert name.endswith(" (click).wav")
    with wave.open(io.BytesIO(data)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (44100, 1, 2)
        assert file.getnframes() == round(DURATION * 44100)
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(float)
    beats = measurements().rhythm
    assert beats is not None
    for beat in beats.beats:
        start = round(beat.time * 44100)
        assert not samples[start - 400 : start].any()
        assert np.abs(samples[start : start + 400]).max() > 8000
        spectrum = np.abs(np.fft.rfft(samples[start : start + 2205]))
        assert spectrum.argmax() * 20 == pytest.approx(1500 if beat.position == 1 else 1000, abs=40)


@pytest.mark.parametrize("form", [ExportFormat.BEATS_CSV, ExportFormat.MIDI, ExportFormat.CLICK_WAV])
async def test_what_was_not_measured_cannot_be_exported(form: ExportFormat, tmp_path: Path) -> None:
    one = reading(found=replace(measurements(), rhythm=None))
    with pytest.raises(ResultsMissing):
        await exported(one, form, tmp_path)


@pytest.mark.parametrize(
    ("label", "bass", "classes"),
    [
        ("C:maj", 0, {0, 4, 7}),
        ("A", 9, {9, 1, 4}),
        ("F#:min7", 6, {6, 9, 1, 4}),
        ("Bb:7/b7", 8, {10, 2, 5, 8}),
        ("G:maj/5", 2, {7, 11, 2}),
        ("D:sus4(b7)", 2, {2, 7, 9, 0}),
        ("C:maj(9)", 0, {0, 4, 7, 2}),
        ("C:(1,5)", 0, {0, 7}),
        ("E:hdim7", 4, {4, 7, 10, 2}),
        ("N", 0, set()),
        ("nonsense", 0, set()),
    ],
)
def test_labels_stand_for_notes(label: str, bass: int, classes: set[int]) -> None:
    assert pitch_classes(label) == (bass, frozenset(classes))
