"""`sfa analyze`."""

import sys
from dataclasses import dataclass
from pathlib import Path

import click

from sfa.analysis import EXPORT_FORMATS, FEATURES
from sfa.cli import analyses, pipeline, views
from sfa.cli.output import as_dict, complain, exit_status, json_option, run
from sfa.cli.pipeline import Item, Wish
from sfa.cli.session import Exit, Session
from sfa.cli.views import Step, View
from sfa.errors import MeshError
from sfa.mesh import Mesh


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--features", default="", metavar="A,B", help=f"Only these: {', '.join(FEATURES)}.  [default: all]")
@click.option("--stems", "separate_first", is_flag=True, help="Separate first: drums, bass and voice tell more alone.")
@click.option("--mix-only", is_flag=True, help="Use no stems, even if the track has some.")
@click.option("--plot", type=click.Path(dir_okay=False, path_type=Path), help="Save a picture (PNG). One FILE only.")
@click.option(
    "--export",
    "exports",
    nargs=2,
    type=(str, click.Path(file_okay=False, path_type=Path)),
    metavar="FORMATS DIR",
    help=f"Save results into a folder: {', '.join([*EXPORT_FORMATS, *analyses.GROUPS])}, comma-separated.",
)
@json_option
@click.pass_obj
def analyze(
    session: Session,
    files: tuple[str, ...],
    features: str,
    separate_first: bool,
    mix_only: bool,
    plot: Path | None,
    exports: tuple[str, Path] | None,
    as_json: bool,
) -> None:
    """Tells tempo, key, chords, form and loudness of songs.

    FILE is a file on this machine, or what the library has already: a track, tracks/ID, or one file of it, such as a stem,
    tracks/ID/artifacts/ID, which is then measured alone. What was measured before is not measured again.

    \b
    Examples:
      sfa analyze song.mp3
      sfa analyze song.mp3 --plot song.png --export csv,midi,click results/
      sfa analyze tracks/ID --features rhythm,key --json | jq .results.rhythm.tempo.bpm
      sfa analyze song.mp3 --stems
      sfa analyze tracks/ID/artifacts/ID --features melody

    With --json every line is one object with an "event": uploaded, progress, done (with "results") or failed.
    """
    for file in files:
        if not file.startswith("tracks/") and not Path(file).is_file():
            raise click.UsageError(f"{file} is not a file. Name audio files, or tracks of the library as tracks/ID.")
        if _artifact(file) and separate_first:
            raise click.UsageError("--stems separates tracks: name the track, tracks/ID.")
    if plot is not None and len(files) > 1:
        raise click.UsageError("--plot names one picture: give one FILE.")
    wanted = [name.strip() for name in features.split(",") if name.strip()]
    if unknown := [name for name in wanted if name not in FEATURES]:
        raise click.UsageError(f"{unknown[0]} is not a feature. Choose from {', '.join(FEATURES)}.")
    request = _Request(
        features=wanted, mix_only=mix_only, separate_first=separate_first, plot=plot, exports=_exports(exports)
    )
    sys.exit(run(_analyze_all(session, files, request, as_json=as_json), as_json=as_json))


def _artifact(file: str) -> str:
    """Returns what FILE names, if it is one file of a track."""
    return file if file.startswith("tracks/") and "/artifacts/" in file else ""


@dataclass(frozen=True, kw_only=True)
class _Request:
    """What to do with each file."""

    features: list[str]
    mix_only: bool
    separate_first: bool
    plot: Path | None
    exports: tuple[list[str], Path] | None


def _exports(given: tuple[str, Path] | None) -> tuple[list[str], Path] | None:
    if given is None:
        return None
    forms: list[str] = []
    for name in filter(None, (part.strip() for part in given[0].split(","))):
        if name not in EXPORT_FORMATS and name not in analyses.GROUPS:
            known = ", ".join([*EXPORT_FORMATS, *analyses.GROUPS])
            raise click.UsageError(f"{name} is not a format. Choose from {known}.")
        forms += analyses.GROUPS.get(name, (name,))
    return list(dict.fromkeys(forms)), given[1]


async def _analyze_all(session: Session, files: tuple[str, ...], request: _Request, *, as_json: bool) -> int:
    worst = 0
    async with session.connect() as mesh:
        with views.chosen(as_json=as_json) as view:
            for file in dict.fromkeys(files):
                track = file.partition("/artifacts/")[0] if file.startswith("tracks/") else ""
                item = Item(source=file, label=file, track=track)
                worst = max(worst, await _one(mesh, item, request, view, as_json=as_json))
    return worst


async def _one(mesh: Mesh, item: Item, request: _Request, view: View, *, as_json: bool) -> int:
    """Takes one item from its file to its results. Returns 0, or the exit status that its failure calls for."""
    try:
        if request.separate_first:
            await pipeline.separate(mesh, item, Wish(), view)
        else:
            await pipeline.upload(mesh, item, view)
        results = await analyses.analyze(
            mesh,
            item.label,
            item.track,
            view,
            features=request.features,
            artifact=_artifact(item.source),
            mix_only=request.mix_only,
        )
        saved = []
        if request.plot is not None:
            view.show(Step(file=item.label, stage="drawing"))
            saved.append(await mesh.analysis.export(results.name, "plot", request.plot))
        if request.exports is not None:
            forms, folder = request.exports
            saved += await analyses.save(mesh, results.name, forms, folder)
    except MeshError as error:
        view.show(Step(file=item.label, stage="failed"))
        view.event("failed", {"file": item.label, "reason": error.reason})
        complain(error, as_json=as_json, about=item.label)
        return exit_status(error)
    except OSError as error:
        view.show(Step(file=item.label, stage="failed"))
        view.event("failed", {"file": item.label, "reason": "FILE"})
        click.echo(f"sfa: {item.label}: {error}", err=True)
        return Exit.FAILED
    view.show(Step(file=item.label, stage="done", fraction=1.0))
    paths = [str(path) for path in saved]
    view.event("done", {"file": item.label, "track": item.track, "results": as_dict(results), "files": paths})
    if not as_json:
        lines = [item.label, *(f"  {name:9} {value}" for name, value in analyses.facts(results))]
        for line in (*lines, *paths):
            view.say(line) if sys.stdout.isatty() else click.echo(line)
    return 0
