"""Results as messages of the contract, and back."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, fields, replace
from datetime import UTC
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from google.protobuf.message import Message

from alchemy.analysis.v1 import results_pb2 as pb
from services.analysis import results
from services.analysis.curves import CURVES, curve_from, curve_message, curves_of
from services.analysis.domain import Findings
from services.analysis.messages import feature_value, features_from, key_of
from services.analysis.results import Curve, KeyEstimate, Measurements, Mode, Tempo
from services.analysis.spectrogram import Spectrogram
from services.mesh.music_messages import key_from, key_message

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_LOUDNESS = (
    "integrated_lufs",
    "range_lu",
    "true_peak_dbtp",
    "replay_gain_db",
    "momentary_max_lufs",
    "short_term_max_lufs",
)

_STEPS_TOGETHER = 8192  # of a spectrogram: a megabyte

D = TypeVar("D", bound="DataclassInstance")
M = TypeVar("M", bound=Message)


def results_message(name: str, findings: Findings) -> pb.Results:
    """Returns results without their curves, as measured."""
    found = findings.measurements
    message = pb.Results(
        name=name,
        duration=found.duration,
        provenance=[
            pb.Provenance(feature=feature_value(feature), version=found.versions.get(feature, ""), analysis=analysis)
            for feature, analysis in findings.analyses.items()
        ],
        shortfalls=[
            pb.Shortfall(feature=feature_value(one.feature), reason=one.reason, message=one.message)
            for one in found.shortfalls
        ],
        rhythm=rhythm_message(found.rhythm) if found.rhythm else None,
        tonality=tonality_message(found.tonality) if found.tonality else None,
        chords=_chords(found.chords) if found.chords else None,
        form=_form(found.form) if found.form else None,
        loudness=_loudness(found.loudness) if found.loudness else None,
        timbre=_timbre(found.timbre) if found.timbre else None,
        melody=_melody(found.melody) if found.melody else None,
        curves=list(curves_of(found)),
    )
    message.measure_time.FromDatetime(findings.measured_at.astimezone(UTC))
    return message


def file_parts(name: str, findings: Findings) -> Iterator[bytes]:
    """Yields results with all their curves, for the library: a ResultsFile piece by piece, for in one piece an hour would take 60 MB."""
    yield _wire(pb.ResultsFile(results=results_message(name, findings)))
    for kind, curve in curves_of(findings.measurements).items():
        yield _wire(pb.ResultsFile(curves=[curve_message(kind, curve)]))
    if spectrogram := findings.measurements.spectrogram:
        levels = spectrogram.levels
        head = _wire(spectrogram_message(replace(spectrogram, levels=levels[:0])))
        head += _prefix(pb.Spectrogram.LEVELS_FIELD_NUMBER, levels.size)
        yield _prefix(pb.ResultsFile.SPECTROGRAM_FIELD_NUMBER, len(head) + levels.size) + head
        for start in range(0, len(levels), _STEPS_TOGETHER):
            yield levels[start : start + _STEPS_TOGETHER].tobytes()


def _wire(message: Message) -> bytes:
    return message.SerializeToString(deterministic=True)


def _prefix(field_number: int, length: int) -> bytes:
    """Returns what stands before a field of this many bytes: its number with the wire type of such fields, and its length."""
    return b"".join(_varint(value) for value in (field_number << 3 | 2, length))


def _varint(value: int) -> bytes:
    """Returns a number as seven bits a byte, the lowest first; all bytes but the last have their highest bit set."""
    lower = bytearray()
    while value > 0x7F:  # noqa: PLR2004 - seven bits
        lower.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(lower) + bytes([value])


def findings_from(file: pb.ResultsFile) -> Findings:
    """Reads what `file_parts` made."""
    message = file.results
    curves = {curve.kind: curve_from(curve) for curve in file.curves}

    def curve(kind: pb.CurveKind) -> Curve:
        return curves.get(kind) or Curve(start=0.0, step=1.0, values=np.zeros(0, np.float32))

    def curves_in(part: str) -> dict[str, Curve]:
        return {field: curve(kind) for kind, (owner, field) in CURVES.items() if owner == part}

    found: dict[str, Any] = {}
    if message.HasField("rhythm"):
        found["rhythm"] = _rhythm_from(message.rhythm, curves_in("rhythm")["tempo_curve"])
    if message.HasField("tonality"):
        found["tonality"] = _tonality_from(message.tonality)
    if message.HasField("chords"):
        one = message.chords
        found["chords"] = results.Chords(
            source=tuple(one.source),
            method=one.method,
            chords=tuple(_plain(results.Chord, part) for part in one.chords),
        )
    if message.HasField("form"):
        form = message.form
        found["form"] = results.Form(
            source=tuple(form.source),
            sections=tuple(_plain(results.Section, part) for part in form.sections),
            cues=tuple(_plain(results.Cue, part) for part in form.cues),
            loops=tuple(_plain(results.Loop, part) for part in form.loops),
        )
    if message.HasField("loudness"):
        loud = message.loudness
        values: dict[str, Any] = {field: getattr(loud, field) if loud.HasField(field) else None for field in _LOUDNESS}
        found["loudness"] = results.Loudness(replay_gain_peak=loud.replay_gain_peak, **(values | curves_in("loudness")))
    if message.HasField("timbre"):
        found["timbre"] = results.Timbre(**curves_in("timbre"))
    if message.HasField("melody"):
        voice = message.melody
        found["melody"] = results.Melody(
            source=tuple(voice.source), f0=curves_in("melody")["f0"], confidence=voice.confidence
        )
    origins = {features_from([one.feature])[0]: one for one in message.provenance}
    measurements = Measurements(
        duration=message.duration,
        shortfalls=tuple(
            results.Shortfall(feature=features_from([one.feature])[0], reason=one.reason, message=one.message)
            for one in message.shortfalls
        ),
        versions={feature: one.version for feature, one in origins.items()},
        spectrogram=_spectrogram_from(file),
        **found,
    )
    return Findings(
        measurements=measurements,
        analyses={feature: one.analysis for feature, one in origins.items()},
        measured_at=message.measure_time.ToDatetime(UTC),
    )


def spectrogram_message(spectrogram: Spectrogram) -> pb.Spectrogram:
    """Returns a spectrogram, or a stretch of it, as the contract has it."""
    return pb.Spectrogram(
        start=spectrogram.start,
        step=spectrogram.step,
        band_hz=spectrogram.band_hz,
        levels=spectrogram.levels.tobytes(),
    )


def _spectrogram_from(file: pb.ResultsFile) -> Spectrogram | None:
    if not file.HasField("spectrogram"):
        return None
    message = file.spectrogram
    bands = np.array(message.band_hz, np.float32)
    return Spectrogram(
        start=message.start,
        step=message.step,
        band_hz=bands,
        levels=np.frombuffer(message.levels, np.uint8).reshape(-1, len(bands)),
    )


def rhythm_message(rhythm: results.Rhythm) -> pb.Rhythm:
    """Returns the pulse as the contract has it."""
    metre = rhythm.metre
    return pb.Rhythm(
        source=rhythm.source,
        tempo=_tempo(rhythm.tempo),
        alternatives=map(_tempo, rhythm.alternatives),
        beats=[pb.Beat(time=beat.time, position=beat.position) for beat in rhythm.beats],
        confidence=rhythm.confidence,
        metre=pb.Metre(beats_per_bar=metre.beats_per_bar, beat_unit=metre.beat_unit, confidence=metre.confidence)
        if metre
        else None,
        onsets=rhythm.onsets,
    )


def _rhythm_from(message: pb.Rhythm, curve: Curve) -> results.Rhythm:
    return results.Rhythm(
        source=tuple(message.source),
        tempo=_plain(Tempo, message.tempo),
        alternatives=tuple(_plain(Tempo, one) for one in message.alternatives),
        beats=tuple(_plain(results.Beat, one) for one in message.beats),
        confidence=message.confidence,
        metre=_plain(results.Metre, message.metre) if message.HasField("metre") else None,
        tempo_curve=curve,
        onsets=tuple(message.onsets),
    )


def tonality_message(tonality: results.Tonality) -> pb.Tonality:
    """Returns key and tuning as the contract has it."""
    return pb.Tonality(
        source=tonality.source,
        estimate=_estimate(tonality.key),
        runner_up=_estimate(tonality.runner_up),
        tuning_cents=tonality.tuning_cents,
        spans=[pb.KeySpan(start=span.start, end=span.end, estimate=_estimate(span.key)) for span in tonality.spans],
    )


def _tonality_from(message: pb.Tonality) -> results.Tonality:
    return results.Tonality(
        source=tuple(message.source),
        key=_estimate_from(message.estimate),
        runner_up=_estimate_from(message.runner_up),
        tuning_cents=message.tuning_cents,
        spans=tuple(
            results.KeySpan(start=span.start, end=span.end, key=_estimate_from(span.estimate)) for span in message.spans
        ),
    )


def _estimate(estimate: KeyEstimate) -> pb.KeyEstimate:
    return pb.KeyEstimate(key=key_message(key_of(estimate)), confidence=estimate.confidence)


def _estimate_from(message: pb.KeyEstimate) -> KeyEstimate:
    key = key_from(message.key)
    mode = Mode.MINOR if key.minor else Mode.MAJOR
    return KeyEstimate(tonic=key.tonic, mode=mode, confidence=message.confidence)


def _tempo(tempo: Tempo) -> pb.Tempo:
    return pb.Tempo(bpm=tempo.bpm, confidence=tempo.confidence)


def _chords(chords: results.Chords) -> pb.Chords:
    return pb.Chords(source=chords.source, method=chords.method, chords=_all(pb.Chord, chords.chords))


def _form(form: results.Form) -> pb.Form:
    return pb.Form(
        source=form.source,
        sections=_all(pb.Section, form.sections),
        cues=_all(pb.Cue, form.cues),
        loops=_all(pb.Loop, form.loops),
    )


def _loudness(loudness: results.Loudness) -> pb.Loudness:
    values = {field: getattr(loudness, field) for field in _LOUDNESS}
    return pb.Loudness(**values, replay_gain_peak=loudness.replay_gain_peak)


def _timbre(timbre: results.Timbre) -> pb.Timbre:
    return pb.Timbre(
        energy_db=_median(timbre.energy),
        centroid_hz=_median(timbre.centroid),
        rolloff_hz=_median(timbre.rolloff),
        flatness=_median(timbre.flatness),
    )


def _melody(melody: results.Melody) -> pb.Melody:
    sung = melody.f0.values[np.isfinite(melody.f0.values)]
    low, middle, high = np.percentile(sung, (10, 50, 90)) if sung.size else (0.0, 0.0, 0.0)
    return pb.Melody(source=melody.source, confidence=melody.confidence, low_hz=low, median_hz=middle, high_hz=high)


def _median(curve: Curve) -> float | None:
    values = curve.values[np.isfinite(curve.values)]
    return float(np.median(values)) if values.size else None


def _all(kind: type[M], items: "Iterable[DataclassInstance]") -> list[M]:
    """Returns messages whose fields have the names of those of the dataclasses."""
    return [kind(**asdict(item)) for item in items]


def _plain(kind: type[D], message: Message) -> D:
    """Returns a dataclass whose fields have the names of those of the message."""
    return kind(**{field.name: getattr(message, field.name) for field in fields(kind)})
