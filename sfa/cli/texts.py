"""How values read: durations, sizes, names."""

from datetime import timedelta
from typing import Final

_KILO: Final = 1000
_MINUTE: Final = 60
_HOUR: Final = 3600


def duration(span: timedelta | None) -> str:
    """A length of audio or time: "0:11", "4:03", "1:02:03"; "" for an unknown one."""
    if span is None:
        return ""
    seconds = round(span.total_seconds())
    hours, minutes = seconds // _HOUR, seconds % _HOUR // _MINUTE
    return f"{hours}:{minutes:02}:{seconds % _MINUTE:02}" if hours else f"{minutes}:{seconds % _MINUTE:02}"


def size(count: int) -> str:
    """A number of bytes: "960 B", "1.9 MB"."""
    value = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if value < _KILO:
            return f"{value:.0f} {unit}" if unit == "B" or value >= 100 else f"{value:.1f} {unit}"  # noqa: PLR2004
        value /= _KILO
    return f"{value:.1f} TB"


def track_name(text: str) -> str:
    """A track as people type it: its name, or only the id in it."""
    return text if "/" in text else f"tracks/{text}"


def short(name: str) -> str:
    """The last part of a resource name: the id."""
    return name.rpartition("/")[2]


def plain(text: str) -> str:
    """Text that rich prints as it is: brackets in a song's title are not its markup."""
    return text.replace("[", r"\[")
