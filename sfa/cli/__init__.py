"""The command line. One module per command, imported when it is called, so that `sfa --help` is instant."""

from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from keyword import iskeyword
from typing import Final

import click

from sfa.cli.session import Session

_COMMANDS: Final = {
    "up": "Run the whole mesh on this machine.",
    "demo": "Separate and analyse a song, from nothing.",
    "doctor": "Find out what is missing on this machine.",
    "separate": "Split songs into stems.",
    "mix": "Mix separated stems into a file.",
    "analyze": "Tell tempo, key, chords and more.",
    "import": "Fetch songs from links.",
    "models": "List models; install their weights.",
    "beats": "Prepare a network for beats.",
    "devices": "Show what computes, and what waits.",
    "tracks": "List, show and delete songs.",
    "jobs": "List, cancel and retry separations.",
    "search": "Search Spotify for tracks.",
    "resolve": "Show what a Spotify link leads to.",
    "spotify": "Connect your own Spotify account.",
    "spotdl": "Install what finds Spotify's songs.",
    "watch": "Follow a separation, or everything.",
    "login": "Sign in to a mesh of several people.",
    "logout": "Sign out of it.",
    "whoami": "Show who is signed in.",
}
"""Every command, in the order of the help page: a newcomer reads it top down. `module_of(NAME)` holds its code."""


def module_of(command: str) -> str:
    """The module that holds a command, under a name that Python allows."""
    return f"sfa.cli.{command}_" if iskeyword(command) else f"sfa.cli.{command}"


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        module = module_of(cmd_name)
        command = getattr(import_module(module), module.rpartition(".")[2])
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):  # click's own would import every command to ask for its help
            formatter.write_dl(list(_COMMANDS.items()))


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
    help="The mesh to talk to: http://host:3000 or https://host.  [default: $SFA_TARGET, else the mesh that `sfa up` "
    "runs here, else http://127.0.0.1:3000]",
)
@click.option(
    "--token", metavar="TOKEN", envvar="SFA_TOKEN", help="Bearer token, for meshes that want one. [$SFA_TOKEN]"
)
@click.pass_context
def main(context: click.Context, target: str | None, token: str | None) -> None:
    """Sound Forge Alchemy separates songs into stems, on your own machine.

    \b
    Try it:
      sfa demo                       bring up a mesh, separate a song, show the stems
      sfa up                         run the mesh until Ctrl-C
      sfa separate song.mp3          split a song into stems, with any mesh running
      sfa separate *.flac --stems vocals --complement --out karaoke/
      sfa doctor                     find out what is missing on this machine

    Results go to stdout, everything else to stderr; commands that print results take --json.

    \b
    Exit status:
      0 done    1 failed    2 wrong usage    3 the mesh cannot be reached
      4 the mesh said no    130 interrupted
    """
    context.obj = Session(target=target, token=token)
