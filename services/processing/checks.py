"""What a model, an encoding and a track allow to be asked for."""

from collections.abc import Sequence
from dataclasses import replace

from services.mesh.errors import InvalidRequest, StemUnknown, Violation
from services.processing.catalogue import ModelInfo
from services.processing.domain import RATES, Encoding, Options, Part, TrackSource, stem_rate


def checked_stems(model: ModelInfo, wanted: Sequence[str], *, complement: bool) -> tuple[str, ...]:
    """Returns the wanted stems in the model's order, without repetitions.

    Raises:
        StemUnknown: one of them is not the model's.
        InvalidRequest: a complement of nothing, or of everything, is wanted.
    """
    for stem in wanted:
        if stem not in model.stems:
            raise StemUnknown(stem, model.id, model.stems)
    ordered = tuple(stem for stem in model.stems if stem in wanted)
    if complement and len(ordered) in {0, len(model.stems)}:
        fault = "needs wanted_stems that are some, but not all, stems of the model"
        raise InvalidRequest([Violation("separation.complement", fault)])
    return ordered


def checked_options(model: ModelInfo, options: Options, encoding: Encoding, source: TrackSource) -> Options:
    """Returns the options with what follows from the track filled in: the rate of the stems, and where the part ends.

    Raises:
        InvalidRequest: the model, the encoding or the track does not allow an option.
    """
    faults = []
    if model.segment_seconds is None:
        if options.overlap is not None:
            faults.append(Violation("separation.overlap", f"cannot be chosen for {model.id}"))
        if options.segment_seconds is not None:
            faults.append(Violation("separation.segment_seconds", f"cannot be chosen for {model.id}"))
    elif options.segment_seconds is not None and options.segment_seconds > model.segment_seconds:
        fault = f"must be at most {model.segment_seconds:g} for {model.id}"
        faults.append(Violation("separation.segment_seconds", fault))
    if options.sample_rate_hz and options.sample_rate_hz not in RATES.get(encoding, (options.sample_rate_hz,)):
        fault = f"must be one of {', '.join(map(str, RATES[encoding]))} for this encoding"
        faults.append(Violation("separation.sample_rate_hz", fault))
    if options.part and options.part.start >= source.duration_seconds:
        faults.append(Violation("separation.preview.start", "must lie within the track"))
    if faults:
        raise InvalidRequest(faults)
    part = options.part
    if part is not None:
        part = Part(part.start, min(part.duration, source.duration_seconds - part.start))
    rate = options.sample_rate_hz or stem_rate(encoding, source.sample_rate_hz)
    return replace(options, sample_rate_hz=rate, part=part)
