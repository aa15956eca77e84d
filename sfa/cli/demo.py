"""`sfa demo`."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import click
from rich.console import Group
from rich.live import Live
from rich.panel import Panel
from rich.spinner import Spinner
from rich.table import Table

from sfa.cli import analyses, pipeline, texts, views
from sfa.cli.output import json_option, on_terminal, print_json, run, stderr_console, stdout_console
from sfa.cli.pipeline import Item, Wish
from sfa.cli.session import Exit, Session
from sfa.cli.up import Interrupted, interruptible, ports_option
from sfa.cli.views import Step
from sfa.local import state
from sfa.local.datadir import DataDir
from sfa.local.plan import Options
from sfa.local.ports import PortMode
from sfa.local.programs import ProgramMissing, example_song


@click.command()
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--model", default="", metavar="ID", help="Which model.  [default: the best one installed]")
@click.option("--exit", "leave", is_flag=True, help="End when the stems are there, also on a terminal.")
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where songs, stems, weights and logs are kept.  [$SFA_DATA_DIR, else this user's data folder]",
)
@ports_option
@json_option
def demo(file: Path | None, model: str, leave: bool, data_dir: Path | None, port_mode: str, as_json: bool) -> None:
    """Brings up the real mesh, separates and analyses a song through it, and shows what came out.

    FILE is any song; without one, eleven seconds that come with the weights. A mesh that already runs on the data
    directory is used. On a terminal the mesh stays up until Ctrl-C; elsewhere, or with --exit, everything ends.

    \b
    Examples:
      sfa demo
      sfa demo my.mp3 --exit
      sfa demo --json | tail -1 | jq -r '.stems[].mediaUri'

    With --json every line is one object with an "event": ready, uploaded, progress, done.
    Exits with 0 only if every step succeeded.
    """
    try:
        song = file or example_song()
    except ProgramMissing as error:
        raise click.ClickException(str(error)) from error
    stay = not leave and not as_json and sys.stdout.isatty()
    options = Options(data_dir=DataDir.chosen(data_dir), port_mode=PortMode(port_mode))
    sys.exit(run(_demo(song, model, options, stay=stay, as_json=as_json), as_json=as_json))


async def _demo(song: Path, model: str, options: Options, *, stay: bool, as_json: bool) -> int:
    item = Item(source=str(song), label=song.name)
    succeeded = False
    try:
        async with _some_mesh(options) as (target, studio, ours):
            if as_json:
                print_json({"event": "ready", "target": target, "studio": studio})
            await _process(target, item, Wish(model=model), options.data_dir.root / "demo", as_json=as_json)
            succeeded = True
            if not as_json:
                _show(item, target, studio)
            if stay and ours:
                stderr_console().print(
                    "\nThe mesh stays up. In another terminal: [bold]sfa separate song.mp3[/bold]\n[dim]Ctrl-C ends it.[/dim]"
                )
                await asyncio.Event().wait()
    except Interrupted:
        return 0 if succeeded else Exit.INTERRUPTED
    return 0


async def _process(target: str, item: Item, wish: Wish, folder: Path, *, as_json: bool) -> None:
    """Separates and analyses a song; its picture is saved into a folder."""
    async with Session(target=target).connect() as mesh:
        await pipeline.check(mesh, wish)
        with views.chosen(as_json=as_json) as view:
            await pipeline.separate(mesh, item, wish, view)
            reused = item.separation is not None and item.separation.reused
            item.results = await analyses.analyze(mesh, item.label, item.track, view)
            await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
            item.plot = await mesh.analysis.export(item.track, "plot", folder)
            view.show(Step(file=item.label, stage="done before, answered at once" if reused else "done", fraction=1.0))
            view.event("done", pipeline.outcome(item, [], [item.plot]))


@asynccontextmanager
async def _some_mesh(options: Options) -> AsyncIterator[tuple[str, str, bool]]:
    """The addresses of the mesh on this data directory and of its studio, and whether it was brought up for this block."""
    running = state.read(options.data_dir.state_file)
    if running is not None and running.alive and running.ready:
        click.echo(f"sfa: using the mesh that runs at {running.target}", err=True)
        yield running.target, state.studio_address(running.ports), False
        return
    with _narration() as narration:
        async with interruptible(options, None, narration.say) as mesh:
            narration.finish(mesh.target)
            yield mesh.target, mesh.studio, True


class _Narration:
    """Says how the mesh comes up: on a terminal in one place, elsewhere line by line."""

    def __init__(self, live: Live | None) -> None:
        self._live = live
        self._started = time.monotonic()
        self._ready: list[str] = []

    def say(self, text: str) -> None:
        """Shows one step."""
        if self._live is None or not self._live.is_started:
            click.echo(f"sfa: {text}", err=True)
            return
        if text.endswith(" is ready"):
            self._ready.append(text.removesuffix(" is ready"))
        done = "  ".join(f"[green]✓[/green] {name}" for name in self._ready)
        waiting = "starting the mesh" if text.endswith(" is ready") else text
        self._live.update(Group(Spinner("dots", f" {waiting}"), f"  {done}"), refresh=True)

    def finish(self, target: str) -> None:
        """Leaves one line on the screen."""
        seconds = time.monotonic() - self._started
        if self._live is None:
            click.echo(f"sfa: the mesh is ready at {target} after {seconds:.1f} s", err=True)
            return
        self._live.update(
            f"[green]✓[/green] The mesh is ready at [bold]{target}[/bold] [dim]after {seconds:.1f} s[/dim]"
        )
        self._live.stop()


@contextmanager
def _narration() -> Iterator[_Narration]:
    if not on_terminal():
        yield _Narration(None)
        return
    with Live(Spinner("dots", " starting the mesh"), console=stderr_console(), refresh_per_second=10) as live:
        yield _Narration(live)


def _show(item: Item, target: str, studio: str) -> None:
    """The results: a table for people; tab-separated lines where nobody looks."""
    assert item.separation is not None
    rows = [
        (
            artifact.stem,
            texts.duration(artifact.audio.duration if artifact.audio else None),
            texts.size(artifact.size_bytes),
            artifact.media_uri,
        )
        for artifact in item.artifacts
    ]
    measured = analyses.facts(item.results) if item.results is not None else []
    console = stdout_console()
    if not console.is_terminal:
        for row in (*rows, *measured, ("plot", str(item.plot))):
            click.echo("\t".join(row))
        if studio:
            click.echo(f"studio\t{studio}/{item.separation.name.split('/separations/')[0]}")
        click.echo(f"docs\t{target}/docs")
        return
    table = Table(box=None, padding=(0, 3, 0, 0), show_header=False)
    for stem, length, size, uri in rows:
        # A link, because an address with its signature is longer than any line.
        table.add_row(f"[bold cyan]{stem}[/bold cyan]", length, size, f"[link={uri}][underline]play[/underline][/link]")
    for name, value in measured:
        table.add_row(f"[bold]{name}[/bold]", texts.plain(value), "", "")
    where = f" on {item.separation.device}" if item.separation.device else ""
    title = f"{texts.plain(item.label)}, separated by {texts.short(item.separation.model)}{where}"
    console.print(Panel(table, title=title, expand=False))
    for stem, _, _, uri in rows:
        console.print(f"[bold cyan]{stem}[/bold cyan]", uri, soft_wrap=True)
    console.print("[bold]plot[/bold]", str(item.plot), soft_wrap=True)
    if studio:
        song = f"{studio}/{item.separation.name.split('/separations/')[0]}"
        console.print(f"[bold]studio[/bold] {song}", soft_wrap=True)
    console.print(f"[bold]docs[/bold] {target}/docs", soft_wrap=True)
