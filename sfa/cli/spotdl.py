"""`sfa spotdl`."""

import asyncio
from pathlib import Path

import click

from sfa.cli.output import json_option, print_json
from sfa.local import spotdl as installation
from sfa.local.datadir import DataDir
from sfa.local.weights import InstallFailed


@click.group()
def spotdl() -> None:
    """Installs spotdl, with which a mesh finds the songs of Spotify's links.

    \b
    Examples:
      sfa spotdl install            for the meshes on this machine; none needs a restart
    """


@spotdl.command()
@click.option(
    "--into",
    type=click.Path(file_okay=False, path_type=Path),
    help="Another folder than the data directory's; let SPOTDL_PYTHON name the bin/python in it.",
)
@json_option
def install(into: Path | None, as_json: bool) -> None:
    """Installs spotdl and its yt-dlp in a virtual environment of their own, or upgrades them.

    Sites that play songs change often: when searches begin to fail, run this again.
    """
    folder = into.expanduser().resolve() if into is not None else _default_folder()
    try:
        version = asyncio.run(installation.install(folder, lambda text: click.echo(f"sfa: {text}", err=True)))
    except InstallFailed as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        print_json({"event": "installed", "version": version, "python": str(installation.interpreter(folder))})
    else:
        click.echo(f"spotdl {version} is installed: {installation.interpreter(folder)}", err=True)


def _default_folder() -> Path:
    home = DataDir.chosen()
    home.create()
    return home.spotdl
