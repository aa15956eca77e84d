"""`sfa models`."""

import json
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from sfa.cli import installing, texts
from sfa.cli.output import as_dict, json_option, print_json, run, stdout_console
from sfa.cli.session import Exit, Session
from sfa.local import weights
from sfa.local.datadir import DataDir
from sfa.local.weights import InstallFailed

_data_dir_option = click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Change this data directory itself, whatever mesh runs.  [$SFA_DATA_DIR]",
)


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def models(context: click.Context, as_json: bool) -> None:
    """Lists the separation models, best first, installs and removes their weights, and adds your own.

    \b
    Examples:
      sfa models
      sfa models install htdemucs                   from where its authors publish it
      sfa models install htdemucs --from ~/weights  from a folder, without network
      sfa models remove htdemucs
      sfa models add ~/my-model                     a folder with model.yaml, see docs/models.md
      sfa models add best.th --id mine --license MIT

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
@_data_dir_option
@json_option
@click.pass_obj
def install(session: Session, name: str, source: Path | None, data_dir: Path | None, as_json: bool) -> None:
    """Installs the weights of a model. A running mesh does it itself, as a job, and uses them at once.

    Without a mesh, or with --from or --data-dir, this machine's models folder is written directly. Ctrl-C stops it; what
    has been downloaded is kept for the next time.

    With --json: one object with an "event" per line: license, progress, installed.
    """
    if source is None and data_dir is None and session.names_mesh:
        sys.exit(run(installing.by_mesh(session, name, as_json=as_json), as_json=as_json))
    _local(installing.here(name, source, DataDir.chosen(data_dir), as_json=as_json), as_json=as_json)


@models.command()
@click.argument("name", metavar="NAME")
@_data_dir_option
@json_option
@click.pass_obj
def remove(session: Session, name: str, data_dir: Path | None, as_json: bool) -> None:
    """Removes the weights of a model, unless a job that has not ended uses them."""
    if data_dir is None and session.names_mesh:
        run(_remove_by_mesh(session, name), as_json=as_json)
    else:
        _local(weights.remove(name, DataDir.chosen(data_dir)), as_json=as_json)
    if as_json:
        print_json({"event": "removed", "model": name})
    else:
        click.echo(f"{name} is removed.", err=True)


@models.command()
@click.argument("source", metavar="FOLDER|CHECKPOINT", type=click.Path(exists=True, path_type=Path))
@click.option("--id", "model_id", default="", help="For a checkpoint: the new model's id, such as my-demucs.")
@click.option("--license", "license_id", default="", help="For a checkpoint: the licence of its weights, such as MIT.")
@click.option("--license-uri", default="", help="For a checkpoint: where that is stated.")
@click.option("--name", "display_name", default="", help="For a checkpoint: a name for people.")
@_data_dir_option
@json_option
def add(
    source: Path,
    model_id: str,
    license_id: str,
    license_uri: str,
    display_name: str,
    data_dir: Path | None,
    as_json: bool,
) -> None:
    """Adds a Demucs model of your own to this machine: a folder with model.yaml, or a checkpoint (.th).

    A checkpoint is a pickle, that is, a program: it is converted once, here, in a process without network or environment,
    by a reader that refuses everything but tensors. A running mesh on this machine lists the model at once.
    """
    if source.is_file() and not (model_id and license_id):
        raise click.UsageError("A checkpoint says neither its name nor its licence: give --id and --license.")
    described = {"id": model_id, "license": license_id, "license-uri": license_uri, "display-name": display_name}
    _local(installing.added(source, DataDir.chosen(data_dir), described, as_json=as_json), as_json=as_json)


def _local(work: Coroutine[Any, Any, None], *, as_json: bool) -> None:
    """Runs what changes this machine's models folder without a mesh."""
    try:
        run(work, as_json=as_json)
    except InstallFailed as error:
        text = (
            json.dumps({"error": {"reason": "INSTALL_FAILED", "message": str(error)}}) if as_json else f"sfa: {error}"
        )
        click.echo(text, err=True)
        sys.exit(Exit.FAILED)


async def _remove_by_mesh(session: Session, name: str) -> None:
    async with session.connect() as mesh:
        await mesh.installations.remove(name)


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
