"""`sfa mix`."""

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sfa.cli import signals, texts, views
from sfa.cli.output import as_dict, json_option, print_json, run
from sfa.cli.separation_options import ENCODING_CHOICE, TimeRange
from sfa.cli.session import Exit, Session
from sfa.cli.views import Step
from sfa.errors import NotFound

if TYPE_CHECKING:
    from alchemy_sdk.alchemy.processing.v1 import MixReport
    from sfa.mesh import Mesh
    from sfa.mixing import Mix, MixOptions


class _Setting(click.ParamType[tuple[str, float]]):
    """A stem and a number: vocals=-6."""

    name = "setting"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, float]:
        """Returns both."""
        stem, equals, number = str(value).partition("=")
        try:
            return stem.strip(), float(number if equals and stem.strip() else "none")
        except ValueError:
            self.fail(f"{value!r} is not a stem and a number such as vocals=-6.", param, ctx)


@click.command()
@click.argument("separation", metavar="SEPARATION")
@click.option(
    "--gain", "gains", multiple=True, type=_Setting(), metavar="STEM=DB", help="Make a stem louder or quieter."
)
@click.option(
    "--pan", "pans", multiple=True, type=_Setting(), metavar="STEM=X", help="Place a stem: -1 is left, 1 is right."
)
@click.option("--mute", "muted", multiple=True, metavar="STEM[,STEM]", help="Leave stems out.")
@click.option("--range", "part", type=TimeRange(), metavar="FROM-TO", help="Only this part: 30-45, or 1:30-2:00.")
@click.option("--fade-in", type=click.FloatRange(0, 600), default=0.0, metavar="SECONDS", help="Fade in.")
@click.option("--fade-out", type=click.FloatRange(0, 600), default=0.0, metavar="SECONDS", help="Fade out.")
@click.option(
    "--format",
    "encoding",
    type=ENCODING_CHOICE,
    help="How the mix is written.  [default: by the ending of FILE, else wav16]",
)
@click.option(
    "--sample-rate",
    "sample_rate_hz",
    type=click.IntRange(8_000, 192_000),
    metavar="HZ",
    help="Sample rate.  [default: that of the stems]",
)
@click.option("--lufs", type=float, metavar="LUFS", help="Make it so loud: -14 for streaming, -23 for broadcast.")
@click.option(
    "--ceiling", type=float, metavar="DBTP", help="What the true peak must not exceed with --lufs.  [default: -1]"
)
@click.option(
    "--out",
    "-o",
    type=click.Path(path_type=Path),
    help="The new file, or a folder for it. An existing file is replaced.  [default: here, under the song's title]",
)
@json_option
@click.pass_obj
def mix(
    session: Session,
    separation: str,
    gains: tuple[tuple[str, float], ...],
    pans: tuple[tuple[str, float], ...],
    muted: tuple[str, ...],
    part: tuple[float, float] | None,
    fade_in: float,
    fade_out: float,
    encoding: str | None,
    sample_rate_hz: int | None,
    lufs: float | None,
    ceiling: float | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Mixes the stems of a SEPARATION on the server, and saves the result.

    SEPARATION is a name or an id, as `sfa jobs` lists them, or a track: its newest finished separation. Stems that are not
    named go in as they were separated. What would clip is made quieter as a whole; the last line says so.

    \b
    Examples:
      sfa mix ID --mute vocals -o karaoke.flac
      sfa mix ID --gain vocals=-6 --pan other=0.3 --format flac24 --lufs -14
      sfa mix tracks/ID --range 0:30-1:00 --fade-in 0.5 --fade-out 2 -o part.mp3

    With --json: one object per step, the last one with the path and what was measured.
    """
    if ceiling is not None and lufs is None:
        raise click.UsageError("--ceiling goes with --lufs.")
    from sfa.mixing import MixOptions  # noqa: PLC0415 -- 0.3 s that `--help` and usage errors need not spend

    start, duration = part or (0.0, 0.0)
    options = MixOptions(
        gains=dict(gains),
        pans=dict(pans),
        muted=[stem.strip() for stems in muted for stem in stems.split(",") if stem.strip()],
        start=start,
        end=start + duration if part else 0.0,
        fade_in=fade_in,
        fade_out=fade_out,
        sample_rate_hz=sample_rate_hz or 0,
        lufs=lufs,
        ceiling_dbtp=ceiling,
    )
    where = f"{os.curdir}{os.sep}" if out is None else out
    run(_mix(session, separation, options, encoding or _encoding_of(out), where, as_json=as_json), as_json=as_json)


async def _mix(
    session: Session, named: str, options: "MixOptions", encoding: str, where: str | Path, *, as_json: bool
) -> None:
    async with session.connect() as mesh:
        name = await _separation(mesh, named)
        label = texts.short(name)
        with views.chosen(as_json=as_json) as view:

            def on_progress(fraction: float) -> None:
                view.show(Step(file=label, stage="mixing", fraction=fraction))
                view.event("progress", {"separation": name, "fraction": fraction})

            mixing = asyncio.ensure_future(
                mesh.processing.mix(name, where, encoding=encoding, options=options, on_progress=on_progress)
            )

            def stop() -> None:
                mixing.cancel()

            with signals.handled(first=stop, again=stop):
                try:
                    made = await mixing
                except asyncio.CancelledError:
                    view.show(Step(file=label, stage="cancelled"))
                    raise SystemExit(Exit.INTERRUPTED) from None
            view.show(Step(file=label, stage="done", fraction=1.0))
    _tell(name, made, as_json=as_json)


def _tell(name: str, made: "Mix", *, as_json: bool) -> None:
    if as_json:
        print_json({"event": "done", "separation": name, "path": str(made.path), "report": as_dict(made.report)})
        return
    click.echo(str(made.path))
    click.echo(_words(made.report), err=True)


def _words(report: "MixReport") -> str:
    loudness = "silent" if report.integrated_lufs is None else f"{report.integrated_lufs:.1f} LUFS"
    peak = "" if report.true_peak_dbtp is None else f", peak {report.true_peak_dbtp:+.1f} dBTP"
    why = {
        "CEILING": ": louder, its peaks would exceed the ceiling",
        "FULL_SCALE": f": made {-report.gain_db:.1f} dB quieter, so that nothing clips",
    }
    return f"{loudness}{peak}{why.get(report.gain_reason.name or '', '')}"


async def _separation(mesh: "Mesh", named: str) -> str:
    from alchemy_sdk.alchemy.type.v1 import JobState  # noqa: PLC0415 -- as above
    from sfa.cli.jobs import full_name  # noqa: PLC0415

    if "/separations/" in named or not named.startswith("tracks/"):
        return await full_name(mesh, named)
    async for job in mesh.processing.list(named):
        if job.state == JobState.SUCCEEDED:
            return job.name
    raise NotFound(
        f"{named} has no finished separation.",
        reason="SEPARATION_NOT_FOUND",
        metadata={"name": f"{named}/separations/-"},
    )


def _encoding_of(out: Path | None) -> str:
    """What the ending of a file asks for."""
    ending = out.suffix.lower().removeprefix(".") if out is not None else ""
    return ending if ending in ENCODING_CHOICE.choices else "wav16"
