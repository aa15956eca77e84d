"""Mixes of separated stems: what may be wanted of one, and what it became."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from alchemy_sdk.alchemy.processing import v1
from alchemy_sdk.alchemy.type.v1 import AudioEncoding
from sfa.errors import InvalidArgument


@dataclass(frozen=True, kw_only=True)
class MixOptions:
    """How stems are mixed; without any, every stem as it was separated. The contract's ExportMixRequest says what bounds there are.

    Attributes:
        gains: In decibels, by stem; 0 = as separated.
        pans: From -1 (left) to 1 (right), by stem; 0 = as separated.
        muted: Stems that are left out.
        start: Where the mix begins, in seconds.
        end: Where it ends, in seconds; 0 = where the stems end.
        fade_in: In seconds.
        fade_out: In seconds.
        sample_rate_hz: 0 = that of the stems.
        lufs: Integrated loudness to reach; None = as loud as it comes out.
        ceiling_dbtp: What the true peak must not exceed then; None = -1.
    """

    gains: Mapping[str, float] = field(default_factory=dict)
    pans: Mapping[str, float] = field(default_factory=dict)
    muted: Sequence[str] = ()
    start: float = 0.0
    end: float = 0.0
    fade_in: float = 0.0
    fade_out: float = 0.0
    sample_rate_hz: int = 0
    lufs: float | None = None
    ceiling_dbtp: float | None = None

    def request(self, separation: v1.Separation, encoding: AudioEncoding) -> v1.ExportMixRequest:
        """What is asked of the server.

        Raises:
            InvalidArgument: If the separation lacks a stem that is named, or nothing is left to be mixed.
        """
        known = [stem.stem for stem in separation.stems]
        for stem in (*self.gains, *self.pans, *self.muted):
            if known and stem not in known:  # without stems the server has more to say
                raise InvalidArgument(
                    f"{separation.name} has no stem {stem!r}. It has {', '.join(known)}.",
                    reason="STEM_UNKNOWN",
                    metadata={"stem": stem, "model": separation.model, "known": ",".join(known)},
                )
        heard = [stem for stem in known if stem not in self.muted]
        if known and not heard:
            raise InvalidArgument("Every stem is muted: nothing is left to be mixed.", reason="INVALID_REQUEST")
        target = None
        if self.lufs is not None:
            target = v1.LoudnessTarget(target_lufs=self.lufs, ceiling_dbtp=self.ceiling_dbtp)
        return v1.ExportMixRequest(
            name=separation.name,
            stems=[
                v1.StemLevel(stem=stem, gain_db=self.gains.get(stem, 0.0), pan=self.pans.get(stem, 0.0))
                for stem in heard
            ],
            start=self.start,
            end=self.end,
            fade_in=self.fade_in,
            fade_out=self.fade_out,
            encoding=encoding,
            sample_rate_hz=self.sample_rate_hz,
            loudness=target,
        )


@dataclass(frozen=True)
class Mix:
    """A mix that was saved.

    Attributes:
        path: Where it lies.
        report: What it became: its loudness and true peak, and what the server had to do to its level.
    """

    path: Path
    report: v1.MixReport
