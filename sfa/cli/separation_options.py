"""The options of `sfa separate` that say how stems are computed."""

import functools
import re
from collections.abc import Callable
from typing import Any, TypeVar

import click

from sfa.options import SeparationOptions

Command = TypeVar("Command", bound=Callable[..., Any])

ENCODING_CHOICE = click.Choice(
    ["wav16", "wav24", "wav32f", "flac16", "flac24", "mp3", "m4a", "ogg", "opus", "wav", "flac"], case_sensitive=False
)
"""How files can be written; the keys of `sfa.processing.ENCODINGS`, which is slow to import."""

_TIME = re.compile(r"(?:(?:(\d+):)?(\d+):)?(\d+(?:\.\d+)?)")


class TimeRange(click.ParamType[tuple[float, float]]):
    """A part of a song as people write it: 30-45, 1:30-2:00, 1:02:03.5-1:02:10."""

    name = "range"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[float, float]:
        """Returns start and duration in seconds."""
        times = [_seconds(text) for text in str(value).split("-")]
        if len(times) != 2 or None in times:  # noqa: PLR2004 - from and to
            self.fail(f"{value!r} is not a range such as 30-45 or 1:30-2:00.", param, ctx)
        start, end = (time or 0.0 for time in times)
        if end <= start:
            self.fail(f"{value!r} ends before it begins.", param, ctx)
        return start, end - start


def _seconds(text: str) -> float | None:
    match = _TIME.fullmatch(text.strip())
    if match is None:
        return None
    hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return hours * 3600 + minutes * 60 + seconds


_OPTIONS = (
    click.option(
        "--preview",
        type=TimeRange(),
        metavar="FROM-TO",
        help="Only this part of the song: 30-45, or 1:30-2:00.  [default: all]",
    ),
    click.option(
        "--sample-rate",
        "sample_rate_hz",
        type=click.IntRange(8_000, 192_000),
        metavar="HZ",
        help="Sample rate of the stems.  [default: the song's own]",
    ),
    click.option(
        "--shifts",
        type=click.IntRange(0, 10),
        metavar="N",
        help="Average over N moved grids of segments: a little better, N times as slow.  [default: 0]",
    ),
    click.option(
        "--seed",
        type=click.IntRange(0),
        metavar="N",
        help="Makes the grids of --shifts; the same seed, the same bytes.",
    ),
    click.option(
        "--overlap",
        type=click.FloatRange(0, 0.75),
        metavar="SHARE",
        help="How much of each segment the next one covers again.  [default: 0.25]",
    ),
    click.option(
        "--segment",
        "segment_seconds",
        type=click.FloatRange(1),
        metavar="SECONDS",
        help="Shorter segments need less memory and are worse.  [default: the model's own]",
    ),
)


def separation_options(command: Command) -> Callable[..., Any]:
    """Adds the options to a command, which gets them as one argument, `options`."""

    @functools.wraps(command)
    def collected(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - whatever the command takes
        given = {name: kwargs.pop(name) for name in SeparationOptions.__dataclass_fields__}
        said = {name: value for name, value in given.items() if value is not None}
        return command(*args, options=SeparationOptions(**said), **kwargs)

    for option in reversed(_OPTIONS):
        collected = option(collected)
    return collected
