"""What a mix is: how its stems are levelled and panned, and how loud it becomes."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from services.processing.domain import Encoding

DEFAULT_CEILING_DBTP = -1.0


class GainReason(StrEnum):
    """Why a mix was made louder or quieter than its stems make it; see the contract."""

    NONE = "none"
    LOUDNESS = "loudness"
    CEILING = "ceiling"
    FULL_SCALE = "full_scale"


@dataclass(frozen=True, kw_only=True)
class StemLevel:
    """How one stem goes into a mix: gain in decibels, panorama in [-1, 1]."""

    stem: str
    gain_db: float = 0.0
    pan: float = 0.0

    @property
    def matrix(self) -> tuple[float, float, float, float]:
        """How left and right become the mix's: (left to left, right to left, left to right, right to right).

        The same as `panMatrix` of the studio: what is heard there is what is exported.
        """
        volume = 10 ** (self.gain_db / 20)
        if self.pan == 0:  # exactly: the cosine of a right angle is not quite 0 here
            return (volume, 0.0, 0.0, volume)
        x = self.pan + 1 if self.pan <= 0 else self.pan
        cos, sin = volume * math.cos(x * math.pi / 2), volume * math.sin(x * math.pi / 2)
        return (volume, cos, 0.0, sin) if self.pan <= 0 else (cos, 0.0, sin, volume)


@dataclass(frozen=True, kw_only=True)
class LoudnessTarget:
    """How loud a mix is to be, in LUFS, and what its true peak must not exceed, in dBTP."""

    lufs: float
    ceiling_dbtp: float = DEFAULT_CEILING_DBTP


@dataclass(frozen=True, kw_only=True)
class MixSpec:
    """What is wanted of a mix.

    Attributes:
        stems: what is mixed; empty = every stem as it is.
        start, end: the part, in seconds; end 0 = at the end of the stems.
        fade_in, fade_out: in seconds.
        encoding: how it is written.
        sample_rate_hz: 0 = that of the stems, or the next that the encoding has.
        loudness: None = as loud as the stems make it.
    """

    stems: tuple[StemLevel, ...] = ()
    start: float = 0.0
    end: float = 0.0
    fade_in: float = 0.0
    fade_out: float = 0.0
    encoding: Encoding = Encoding.WAV_PCM16
    sample_rate_hz: int = 0
    loudness: LoudnessTarget | None = None

    @classmethod
    def from_wire(cls, message: Mapping[str, Any]) -> "MixSpec":
        """Reads what `dataclasses.asdict` made."""
        values = {
            **message,
            "stems": tuple(StemLevel(**level) for level in message["stems"]),
            "encoding": Encoding(message["encoding"]),
            "loudness": message["loudness"] and LoudnessTarget(**message["loudness"]),
        }
        return cls(**values)


@dataclass(frozen=True, kw_only=True)
class MixReport:
    """What a mix became; see the contract. None where it is silent, or too short to have a loudness."""

    gain_db: float
    gain_reason: GainReason
    integrated_lufs: float | None
    true_peak_dbtp: float | None
    sample_count: int
    sample_rate_hz: int

    @classmethod
    def from_wire(cls, message: Mapping[str, Any]) -> "MixReport":
        """Reads what `dataclasses.asdict` made."""
        return cls(**{**message, "gain_reason": GainReason(message["gain_reason"])})


def described(levels: tuple[StemLevel, ...]) -> str:
    """Says in one line what is in a mix: "mix of vocals -6 dB, drums 30% left"; one stem is not called a mix."""

    def one(level: StemLevel) -> str:
        gain = f" {level.gain_db:+.3g} dB" if level.gain_db else ""
        pan = f" {abs(level.pan):.0%} {'left' if level.pan < 0 else 'right'}" if level.pan else ""
        return f"{level.stem}{gain}{pan}"

    return ("mix of " if len(levels) > 1 else "") + ", ".join(map(one, levels))
