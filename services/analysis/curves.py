"""Curves as messages of the contract, and back."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from alchemy.analysis.v1 import results_pb2 as pb
from services.analysis.results import Curve, Measurements

# Where each curve is: the feature's field in `Measurements`, and the field in there.
CURVES: Mapping[pb.CurveKind, tuple[str, str]] = {
    pb.CURVE_KIND_TEMPO: ("rhythm", "tempo_curve"),
    pb.CURVE_KIND_MOMENTARY_LUFS: ("loudness", "momentary_lufs"),
    pb.CURVE_KIND_SHORT_TERM_LUFS: ("loudness", "short_term_lufs"),
    pb.CURVE_KIND_ENERGY: ("timbre", "energy"),
    pb.CURVE_KIND_CENTROID: ("timbre", "centroid"),
    pb.CURVE_KIND_ROLLOFF: ("timbre", "rolloff"),
    pb.CURVE_KIND_FLATNESS: ("timbre", "flatness"),
    pb.CURVE_KIND_CONTRAST: ("timbre", "contrast"),
    pb.CURVE_KIND_MFCC: ("timbre", "mfcc"),
    pb.CURVE_KIND_CHROMA: ("timbre", "chroma"),
    pb.CURVE_KIND_F0: ("melody", "f0"),
}


def curves_of(measurements: Measurements) -> dict[pb.CurveKind, Curve]:
    """Returns all curves that there are."""
    return {
        kind: getattr(part, field)
        for kind, (owner, field) in CURVES.items()
        if (part := getattr(measurements, owner)) is not None
    }


def curve_message(kind: pb.CurveKind, curve: Curve, max_steps: int = 0) -> pb.Curve:
    """Returns a curve as the contract has it, of at most so many steps; 0 = all of them."""
    steps = len(curve.values)
    merged = -(-steps // max_steps) if max_steps else 1
    # One has no steps if the audio is shorter than its window: below 3 s there is no short-term loudness.
    values = curve.values.reshape(steps, -1) if steps else np.zeros((0, 1))
    if merged > 1:
        values = _averaged(values, merged)
    return pb.Curve(
        kind=kind,
        start=curve.start + curve.step * (merged - 1) / 2,
        step=curve.step * merged,
        dimensions=values.shape[1],
        values=values.astype(np.float32).ravel(),
    )


def _averaged(values: NDArray[np.floating], merged: int) -> NDArray[np.floating]:
    """Returns means of so many neighbouring steps, of those that have values; NaN where none has."""
    padding = np.full((-len(values) % merged, values.shape[1]), np.nan, values.dtype)
    groups = np.concatenate([values, padding]).reshape(-1, merged, values.shape[1])
    there = np.isfinite(groups)
    counts = there.sum(axis=1)
    means = np.where(there, groups, 0).sum(axis=1, dtype=np.float64) / np.maximum(counts, 1)
    return np.where(counts > 0, means, np.nan)


def curve_from(message: pb.Curve) -> Curve:
    """Reads a curve of the contract."""
    values = np.array(message.values, np.float32)
    if message.dimensions > 1:
        values = values.reshape(-1, message.dimensions)
    return Curve(start=message.start, step=message.step, values=values)
