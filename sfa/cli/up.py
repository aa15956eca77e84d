"""`sfa up`."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import click
from rich.panel import Panel
from rich.table import Table

from sfa.cli import signals
from sfa.cli.output import json_option, print_json, stderr_console
from sfa.local import state
from sfa.local.datadir import DataDir
from sfa.local.journal import Console
from sfa.local.keeper import StartFailed
from sfa.local.lock import DataDirInUse
from sfa.local.plan import Options
from sfa.local.ports import PortMode, PortTaken
from sfa.local.programs import ProgramMissing
from sfa.local.running import Say, local_mesh
from sfa.local.supervisor import Supervisor
from sfa.local.weights import InstallFailed
from sfa.sign_in import DoorClosed

ports_option = click.option(
    "--ports",
    "port_mode",
    type=click.Choice(["auto", "fixed", "any"]),
    default="auto",
    show_default=True,
    help="auto: 3000 and its neighbours, or the next free ones. fixed: those, or nothing. any: whatever is free.",
)


@click.command()
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where songs, stems, weights and logs are kept.  [$SFA_DATA_DIR, else this user's data folder]",
)
@click.option(
    "--workers",
    default=1,
    show_default=True,
    type=click.IntRange(1, 64),
    help="How many separations run at once. Each holds a model in memory.",
)
@click.option(
    "--sandbox",
    is_flag=True,
    help="Put stand-ins in the place of Spotify and of sites with songs; nothing leaves this machine.",
)
@ports_option
@click.option(
    "--listen",
    default="127.0.0.1",
    show_default=True,
    metavar="ADDRESS",
    help="Where the gateway listens. 0.0.0.0 = everywhere; only with AUTH=jwt.",
)
@click.option(
    "--public-url",
    default="",
    metavar="URL",
    help="How clients elsewhere address this mesh: https://music.example.org.",
)
@click.option(
    "--log-format",
    type=click.Choice(["console", "json"]),
    default="console",
    show_default=True,
    help="How services log.",
)
@click.option(
    "--log-level",
    type=click.Choice(["debug", "info", "warning", "error"]),
    default="info",
    show_default=True,
    help="The least severe level that services log.",
)
@click.option("--quiet", is_flag=True, help="Keep the services' logs off the screen; their files have them.")
@json_option
def up(
    data_dir: Path | None,
    workers: int,
    sandbox: bool,
    port_mode: str,
    listen: str,
    public_url: str,
    log_format: str,
    log_level: str,
    quiet: bool,
    as_json: bool,
) -> None:
    """Runs the whole mesh on this machine until Ctrl-C: gateway, services, worker, Valkey.

    A Redis or Valkey server that runs already is used through REDIS_URL; otherwise one is started. Other `sfa` commands
    find this mesh by themselves.

    Ctrl-C ends everything in order; a second one at once. Nothing is left running.

    \b
    Examples:
      sfa up
      sfa up --sandbox                then: sfa search amber river, and sfa import LINK with one of its links
      sfa up --workers 2 --data-dir /srv/music
      DEVICE=cuda sfa up --ports fixed --log-format json
      AUTH=jwt AUTH_ISSUER=https://id.example.org sfa up --listen 0.0.0.0     see docs/identity.md

    With --json: one object when the mesh is ready, with its address, ports and process ids.
    """
    options = Options(
        data_dir=DataDir.chosen(data_dir),
        port_mode=PortMode(port_mode),
        workers=workers,
        sandbox=sandbox,
        log_format=log_format,
        log_level=log_level,
        listen=listen,
        public_url=public_url,
    )
    asyncio.run(_up(options, None if quiet else Console(), as_json=as_json))


async def _up(options: Options, console: Console | None, *, as_json: bool) -> None:
    with contextlib.suppress(Interrupted):
        async with interruptible(options, console, lambda text: click.echo(f"sfa: {text}", err=True)) as mesh:
            announce(mesh, options, as_json=as_json)
            await asyncio.Event().wait()


def announce(mesh: Supervisor, options: Options, *, as_json: bool) -> None:
    """Says that the mesh is ready, and where everything is."""
    if as_json:
        ready = {"event": "ready", "target": mesh.target, "studio": mesh.studio, "ports": mesh.ports, "pids": mesh.pids}
        print_json(ready)
        return

    rows = Table.grid(padding=(0, 3))
    rows.add_row("Studio", f"[bold]{mesh.studio}[/bold]" if mesh.studio else "[dim]not built: make studio[/dim]")
    rows.add_row("API (gRPC, gRPC-Web, REST)", f"[bold]{mesh.target}[/bold]")
    rows.add_row("API reference", f"{mesh.target}/docs")
    for use, port in mesh.ports.items():
        if use.endswith("-metrics"):
            rows.add_row(f"metrics of {use.removesuffix('-metrics')}", f"http://127.0.0.1:{port}/metrics")
    rows.add_row("gateway's admin page", f"http://127.0.0.1:{mesh.ports['envoy-admin']}/stats")
    rows.add_row("data", str(options.data_dir.root).replace("[", r"\["))
    rows.add_row("try", "sfa separate song.mp3")
    stderr_console().print(
        Panel(rows, title="The mesh is ready", subtitle="Ctrl-C ends it", border_style="green", expand=False)
    )


class Interrupted(Exception):
    """The user, or the system, asked for the end. Everything has been stopped."""


@asynccontextmanager
async def interruptible(options: Options, console: Console | None, say: Say) -> AsyncIterator[Supervisor]:
    """A local mesh that Ctrl-C, SIGTERM and SIGHUP end in order; a second signal kills what has not ended yet.

    Raises:
        Interrupted: If a signal ended the block.
        click.ClickException: If the mesh does not come up.
    """
    task = asyncio.current_task()
    assert task is not None
    interrupted, hurry = asyncio.Event(), asyncio.Event()

    def end() -> None:
        interrupted.set()
        task.cancel()
        say_if_heard("ending the mesh; Ctrl-C again ends it at once")

    def say_if_heard(text: str) -> None:
        with contextlib.suppress(OSError):  # the terminal may be gone: that is what SIGHUP says
            say(text)

    with signals.handled(first=end, again=hurry.set):
        try:
            async with local_mesh(options, console=console, say=say_if_heard, hurry=hurry) as mesh:
                yield mesh
        except asyncio.CancelledError:
            if not interrupted.is_set():
                raise
            task.uncancel()
            raise Interrupted from None
        except DataDirInUse as error:
            running = state.read(options.data_dir.state_file)
            where = f" It is at {running.target} (process {running.supervisor_pid})." if running is not None else ""
            raise click.ClickException(f"{error}{where} Use it, or choose another --data-dir.") from error
        except (DoorClosed, InstallFailed, PortTaken, ProgramMissing, StartFailed, OSError) as error:
            raise click.ClickException(str(error)) from error
