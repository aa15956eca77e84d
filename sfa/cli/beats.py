"""`sfa beats`."""

import asyncio
import sys
from pathlib import Path

import click

from sfa.cli import texts
from sfa.cli.output import json_option, print_json
from sfa.local import beats as local
from sfa.local.weights import InstallFailed


@click.group()
def beats() -> None:
    """Prepares a network that finds beats in place of the built-in method: Beat This! (docs/analysis.md).

    \b
    Examples:
      sfa beats convert final0.ckpt ~/beat-this.safetensors
      BEAT_MODEL=~/beat-this.safetensors sfa up
    """


@beats.command()
@click.argument("checkpoint", metavar="CHECKPOINT", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("out", metavar="OUT", type=click.Path(dir_okay=False, path_type=Path))
@json_option
def convert(checkpoint: Path, out: Path, as_json: bool) -> None:
    """Makes OUT, the file that BEAT_MODEL names, of what the authors of Beat This! publish: small0.ckpt, final0.ckpt...

    A checkpoint is a pickle, that is, a program: it is read once, here, in a process without network or environment, by a
    reader that refuses everything but tensors. OUT is safetensors, which holds numbers only.

    Needs the extra "beats": pip install 'sound-forge-alchemy[beats]'.
    """
    try:
        made = asyncio.run(local.convert(checkpoint, out.expanduser().resolve()))
    except InstallFailed as error:
        raise click.ClickException(str(error)) from error
    except KeyboardInterrupt:
        sys.exit(130)
    if as_json:
        print_json({"event": "converted", **made})
    else:
        click.echo(
            f"{made['path']} is written ({texts.size(int(made['size_bytes']))}, SHA-256 {made['sha256']}).", err=True
        )
        click.echo(f"To use it: BEAT_MODEL={made['path']} sfa up", err=True)
