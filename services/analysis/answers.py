"""Readings as messages of the contract."""

from collections.abc import Set as AbstractSet

from alchemy.analysis.v1 import results_pb2 as pb
from services.analysis.codec import results_message, rhythm_message, tonality_message
from services.analysis.curves import curve_message, curves_of
from services.analysis.domain import Findings
from services.analysis.reading import Reading
from services.mesh.music import Corrections
from services.mesh.music_messages import corrections_message, key_message

MAX_STEPS = 20_000
"""Of each curve in one answer: with all of them, three quarters of what gRPC takes in one message."""


def reading_message(reading: Reading) -> pb.Results:
    """Returns results as they are shown, with what was measured beside what was corrected."""
    measured, shown = reading.measured, reading.shown
    if measured is None or shown is None:
        message = pb.Results(name=reading.name)
    else:
        message = results_message(
            reading.name,
            Findings(measurements=shown, analyses=measured.analyses, measured_at=measured.measured_at),
        )
        found = measured.measurements
        if found.rhythm is not None and shown.rhythm is not found.rhythm:
            message.measured_rhythm.CopyFrom(rhythm_message(found.rhythm))
        if found.tonality is not None and shown.tonality is not found.tonality:
            message.measured_tonality.CopyFrom(tonality_message(found.tonality))
    if reading.corrections != Corrections():
        message.corrections.CopyFrom(corrections_message(reading.corrections))
        if reading.corrections.key and not message.HasField("tonality"):
            # Nobody measured it, but somebody knows it.
            message.tonality.estimate.key.CopyFrom(key_message(reading.corrections.key))
            message.tonality.estimate.confidence = 1.0
    message.revision = reading.revision
    return message


def curve_messages(reading: Reading, kinds: AbstractSet[pb.CurveKind], max_steps: int) -> list[pb.Curve]:
    """Returns curves of these kinds, all if there are none, of at most so many steps each; 0 = all steps."""
    if reading.shown is None:
        return []
    return [
        curve_message(kind, curve, max_steps)
        for kind, curve in sorted(curves_of(reading.shown).items())
        if not kinds or kind in kinds
    ]


def whole_file(reading: Reading) -> pb.ResultsFile:
    """Returns results as they are shown, with all curves."""
    return pb.ResultsFile(results=reading_message(reading), curves=curve_messages(reading, frozenset(), 0))
