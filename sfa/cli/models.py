"""`sfa models`."""

import json
import sys
from contextlib import aclosing
from pathlib import Path

import click
from rich.table import Table

from sfa.cli import texts, views
from sfa.cli.output import as_dict, json_option, print_json, run, stdout_console
from sfa.cli.session import Exit, Session
from sfa.cli.views import Step
from sfa.local import weights
from sfa.local.datadir import DataDir
from sfa.local.weights import InstallFailed


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def models(context: click.Context, as_json: bool) -> None:
    """Lists the separation models, best first, and installs their weights.

    \b
    Examples:
      sfa models
      sfa models install htdemucs                   from where its authors publish it
      sfa models install htdemucs --from ~/weights  from a folder, without network

    With --json: one model per line, as REST returns it.
    """
    if context.invoked_subcommand is None:
        session: Session = context.obj
        run(_list(session, as_json=as_json), as_json=as_json)


@models.command()
@click.argument("name", metavar="NAME")
@click.option(
    "--from",
    "source",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder that holds the weights, instead of the network.",
)
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the mesh keeps its data.  [$SFA_DATA_DIR]",
)
@json_option
def install(name: str, source: Path | None, data_dir: Path | None, as_json: bool) -> None:
    """Installs the weights of a model on this machine. A running mesh uses them at once.

    With --json: one object with an "event" per line: license, progress, installed.
    """
    try:
        run(_install(name, source, data_dir, as_json=as_json), as_json=as_json)
    except InstallFailed as error:
        text = (
            json.dumps({"error": {"reason": "INSTALL_FAILED", "message": str(error)}}) if as_json else f"sfa: {error}"
        )
        click.echo(text, err=True)
        sys.exit(Exit.FAILED)


async def _list(session: Session, *, as_json: bool) -> None:

    table = Table("model", "stems", "quality", "size", "licence", "installed", box=None, pad_edge=False)
    missing = False
    async with session.connect() as mesh:
        async for model in mesh.processing.list_models():
            if as_json:
                print_json(as_dict(model))
                continue
            quality = sum(q.sdr_db for q in model.quality) / len(model.quality) if model.quality else None
            row = (
                texts.short(model.name),
                ", ".join(model.stems),
                f"{quality:.1f} dB" if quality is not None else "",
                texts.size(model.size_bytes),
                model.license,
                ("default" if model.default else "yes") if model.installed else "no",
            )
            table.add_row(*map(texts.plain, row))
            missing = missing or not model.installed
    if as_json:
        return
    stdout_console().print(table)
    if missing:
        click.echo("\nTo install one, on the server: sfa models install MODEL", err=True)


async def _install(name: str, source: Path | None, data_dir: Path | None, *, as_json: bool) -> None:

    home = DataDir.chosen(data_dir)
    home.create()
    with views.chosen(as_json=as_json) as view:
        async with aclosing(weights.install(name, home, source=source)) as events:
            async for event in events:
                kind = event.pop("event", "")
                view.event(kind, event)
                match kind:
                    case "license":
                        if not as_json:
                            view.say(f"{name}: licence {event.get('license')}, {event.get('license_uri')}")
                    case "progress":
                        view.show(
                            Step(file=name, stage=str(event.get("stage")), fraction=float(event.get("fraction", 0)))
                        )
                    case "installed" if not as_json:
                        view.say(f"{name} is installed ({texts.size(int(event.get('size_bytes', 0)))}).")
