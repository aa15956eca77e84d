"""The command line. One module per command; each is imported when it is called, so that `sfa --help` is instant."""

from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Final

import click

from sfa.cli.session import Session

_COMMANDS: Final = {
    "up": "sfa.cli.up",
    "demo": "sfa.cli.demo",
    "doctor": "sfa.cli.doctor",
    "separate": "sfa.cli.separate",
    "models": "sfa.cli.models",
    "tracks": "sfa.cli.tracks",
    "jobs": "sfa.cli.jobs",
    "watch": "sfa.cli.watch",
}
"""Where each command lives, in the order of the help page: a newcomer reads it top down."""


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        command = getattr(import_module(_COMMANDS[cmd_name]), cmd_name)
        assert isinstance(command, click.Command)
        return command


def _version() -> str:
    try:
        return version("sound-forge-alchemy")
    except PackageNotFoundError:
        return "unknown (not installed)"


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(_version(), prog_name="sfa")
@click.option(
    "--target",
    metavar="URL",
    help="The mesh to talk to, such as http://host:3000 or https://host.  [default: $SFA_TARGET, else the mesh that "
    "`sfa up` runs here, else http://127.0.0.1:3000]",
)
@click.option(
    "--token", metavar="TOKEN", envvar="SFA_TOKEN", help="Bearer token for meshes that ask for one. [$SFA_TOKEN]"
)
@click.pass_context
def main(context: click.Context, target: str | None, token: str | None) -> None:
    r"""Sound Forge Alchemy: separates songs into stems, on your own machine.

    \b
    Try it:
      sfa demo                       bring up a mesh, separate a song, show the stems
      sfa up                         run the mesh until Ctrl-C
      sfa separate song.mp3          split a song into stems, with any mesh running
      sfa separate *.flac --stems vocals --complement --out karaoke/
      sfa doctor                     find out what is missing on this machine

    Results go to stdout, everything else to stderr; every command that prints results takes --json.

    \b
    Exit status: 0 done · 1 failed · 2 wrong usage · 3 the mesh cannot be reached · 4 the mesh said no ·
                 130 interrupted
    """
    context.obj = Session(target=target, token=token)
