"""The options of a separation, between the contract and the domain."""

from alchemy.processing.v1.separation_pb2 import Separation
from services.mesh.errors import Violation
from services.processing.domain import Options, Part

# As the contract's comments say; bounds that depend on model, encoding or track are the domain's.
RATES_HZ = (8_000, 192_000)
_OVERLAPS = (0.0, 0.75)
_LEAST_SEGMENT_SECONDS = 1.0
_MOST_SHIFTS = 10
_LEAST_PREVIEW_SECONDS = 0.1


def option_faults(wanted: Separation) -> list[Violation]:
    """Returns what of the options is out of bounds."""
    faults = []

    def expect(field: str, fine: bool, bounds: str) -> None:  # noqa: FBT001 - reads as a sentence
        if not fine:
            faults.append(Violation(f"separation.{field}", f"must be {bounds}"))

    low, high = RATES_HZ
    expect(
        "sample_rate_hz", not wanted.sample_rate_hz or low <= wanted.sample_rate_hz <= high, f"0, or {low} to {high}"
    )
    least, most = _OVERLAPS
    expect("overlap", not wanted.HasField("overlap") or least <= wanted.overlap <= most, f"{least:g} to {most:g}")
    seconds = wanted.segment_seconds
    expect(
        "segment_seconds",
        seconds == 0 or seconds >= _LEAST_SEGMENT_SECONDS,
        f"0, or at least {_LEAST_SEGMENT_SECONDS:g}",
    )
    expect("shifts", 0 <= wanted.shifts <= _MOST_SHIFTS, f"0 to {_MOST_SHIFTS}")
    expect("seed", wanted.seed >= 0, "at least 0")
    if wanted.HasField("preview"):
        preview = wanted.preview
        expect("preview.start", preview.start.ToNanoseconds() >= 0, "at least 0")
        duration = preview.duration.ToNanoseconds() / 1e9
        expect("preview.duration", duration >= _LEAST_PREVIEW_SECONDS, f"at least {_LEAST_PREVIEW_SECONDS} s")
    return faults


def options_from(wanted: Separation) -> Options:
    """Returns the options, which have no faults."""
    part = None
    if wanted.HasField("preview"):
        start, duration = (span.ToNanoseconds() / 1e9 for span in (wanted.preview.start, wanted.preview.duration))
        part = Part(start, duration)
    return Options(
        sample_rate_hz=wanted.sample_rate_hz,
        overlap=wanted.overlap if wanted.HasField("overlap") else None,
        segment_seconds=wanted.segment_seconds or None,
        shifts=wanted.shifts,
        seed=wanted.seed if wanted.shifts else 0,  # without shifts it changes nothing
        part=part,
    )


def set_options(message: Separation, options: Options) -> None:
    """Writes the options to a message."""
    message.sample_rate_hz = options.sample_rate_hz
    if options.overlap is not None:
        message.overlap = options.overlap
    message.segment_seconds = options.segment_seconds or 0
    message.shifts = options.shifts
    message.seed = options.seed
    if options.part is not None:
        message.preview.start.FromNanoseconds(round(options.part.start * 1e9))
        message.preview.duration.FromNanoseconds(round(options.part.duration * 1e9))
