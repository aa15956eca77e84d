"""How a separation is computed, beside model, stems and encoding."""

from dataclasses import dataclass
from datetime import timedelta

from alchemy_sdk.alchemy.processing import v1


@dataclass(frozen=True, kw_only=True)
class SeparationOptions:
    """Options of a separation; each has the server's default. The contract's Separation says what bounds they have.

    Attributes:
        sample_rate_hz: Sample rate of the stems; 0 = that of the track.
        overlap: Share of a segment that the next one covers again, 0 to 0.75; None = the model's own.
        segment_seconds: Length of the segments that the track is cut into; 0 = the model's own.
        shifts: Over how many grids of segments the estimates are averaged, at as many times the cost; 0 = one that is not moved.
        seed: Makes the grids: the same seed gives the same bytes.
        preview: Only this part of the track: where it begins and how long it is, in seconds; None = all of it.
    """

    sample_rate_hz: int = 0
    overlap: float | None = None
    segment_seconds: float = 0.0
    shifts: int = 0
    seed: int = 0
    preview: tuple[float, float] | None = None

    def apply(self, separation: v1.Separation) -> None:
        """Writes the options into a request."""
        separation.sample_rate_hz = self.sample_rate_hz
        separation.overlap = self.overlap
        separation.segment_seconds = self.segment_seconds
        separation.shifts = self.shifts
        separation.seed = self.seed
        if self.preview is not None:
            start, duration = (timedelta(seconds=seconds) for seconds in self.preview)
            separation.preview = v1.SeparationPreview(start=start, duration=duration)
