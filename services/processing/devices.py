"""What computes separations, as far as people want to know."""

from dataclasses import dataclass
from enum import StrEnum


class DeviceState(StrEnum):
    """What a device is doing; see Device.State in the contract."""

    STARTING = "starting"
    IDLE = "idle"
    BUSY = "busy"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, kw_only=True)
class Device:
    """A processor that separates songs, one at a time.

    Attributes:
        name: PyTorch's name for it; the one of the settings until it has started, and where it is unavailable.
        hardware: what the hardware calls itself, or empty.
        precision: what networks compute with there.
        started_at: since when its worker runs, in seconds since the epoch.
        separation: name of the separation that it has in hand, or empty.
        owner: whose that is, or empty.
    """

    name: str
    hardware: str
    precision: str
    state: DeviceState
    started_at: float
    separation: str = ""
    owner: str = ""
