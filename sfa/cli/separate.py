"""`sfa separate`."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from sfa.cli import analyses, pipeline, signals, views
from sfa.cli.output import complain, exit_status, json_option, run
from sfa.cli.pipeline import Item, Wish
from sfa.cli.separation_options import ENCODING_CHOICE, separation_options
from sfa.cli.session import Exit, Session
from sfa.cli.views import Step, View
from sfa.errors import MeshError, SeparationCancelled
from sfa.mesh import Mesh
from sfa.options import SeparationOptions

# More files than this wait here rather than in the server's queue, where their uploads would fill its disk.
_AT_ONCE = 4


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--model", default="", metavar="ID", help="Which model; `sfa models` lists them.  [default: the best one installed]"
)
@click.option(
    "--stems", default="", metavar="A,B", help="Only these stems, such as vocals or drums,bass.  [default: all]"
)
@click.option("--complement", is_flag=True, help="Also write the rest of the mix, as one more stem: the karaoke track.")
@click.option(
    "--format",
    "encoding",
    type=ENCODING_CHOICE,
    default="wav16",
    show_default=True,
    help="How stems are written. wav32f is the model's own output, unrounded; wav and flac mean 16 bit.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("stems"),
    show_default=True,
    help="Folder for the results; each file gets a folder of its own in it.",
)
@click.option("--zip", "as_zip", is_flag=True, help="Also save everything as one zip archive.")
@click.option("--analyze", "analyzed", is_flag=True, help="Also tell tempo, key, chords and more, with the stems.")
@click.option("--stem-mp4", is_flag=True, help="Also save a stem file (.stem.mp4) for Traktor and Mixxx.")
@separation_options
@json_option
@click.pass_obj
def separate(
    session: Session,
    files: tuple[str, ...],
    model: str,
    stems: str,
    complement: bool,
    encoding: str,
    out: Path,
    as_zip: bool,
    analyzed: bool,
    stem_mp4: bool,
    as_json: bool,
    options: SeparationOptions,
) -> None:
    """Splits songs into stems: uploads each FILE, shows the progress, saves the results.

    FILE is a file on this machine, or a track that the library has already: tracks/ID.

    Ctrl-C asks the server to cancel what has begun, and waits for its answer; a second Ctrl-C leaves at once.

    \b
    Examples:
      sfa separate song.mp3
      sfa separate *.flac --model htdemucs-ft --out ~/stems
      sfa separate song.mp3 --stems vocals --complement        vocals and karaoke
      sfa separate song.mp3 --preview 1:30-1:45                to hear what comes
      sfa separate song.mp3 --stem-mp4                         also for Traktor and Mixxx
      sfa separate song.mp3 --analyze                          also tempo, key, chords and a picture
      sfa separate song.mp3 --json | jq -r 'select(.event=="done").stems[].path'

    With --json every line is one object with an "event": uploaded, progress, done or failed.
    """
    for file in files:
        if not file.startswith("tracks/") and not Path(file).is_file():
            raise click.UsageError(f"{file} is not a file. Name audio files, or tracks of the library as tracks/ID.")
    wish = Wish(
        model=model,
        stems=tuple(stem.strip() for stem in stems.split(",") if stem.strip()),
        complement=complement,
        encoding=encoding,
        options=options,
        exports=("zip",) * as_zip + ("stem.mp4",) * stem_mp4,
        analyze=analyzed,
    )
    items = [
        Item(source=file, label=file, track=file if file.startswith("tracks/") else "") for file in dict.fromkeys(files)
    ]
    status = run(_separate_all(session, items, wish, out, as_json=as_json), as_json=as_json)
    sys.exit(status)


async def _separate_all(session: Session, items: Sequence[Item], wish: Wish, out: Path, *, as_json: bool) -> int:
    limit = asyncio.Semaphore(_AT_ONCE)
    failures: list[int] = []
    async with session.connect() as mesh:
        await pipeline.check(mesh, wish)
        with views.chosen(as_json=as_json) as view:

            async def one(item: Item, folder: Path) -> None:
                async with limit:
                    failed = await _one(mesh, item, wish, folder, view, as_json=as_json)
                if failed:
                    failures.append(failed)

            tasks = [
                asyncio.create_task(one(item, folder)) for item, folder in zip(items, _folders(items, out), strict=True)
            ]
            cancel = _Cancel(mesh, items, tasks, view)
            with signals.handled(first=cancel.ask, again=cancel.insist):
                await asyncio.gather(*tasks, return_exceptions=True)
                await cancel.answered()
    if cancel.asked:
        return Exit.INTERRUPTED
    unexpected = [error for task in tasks if not task.cancelled() and (error := task.exception()) is not None]
    if unexpected:
        raise unexpected[0]
    return max(failures, default=0)


async def _one(mesh: Mesh, item: Item, wish: Wish, folder: Path, view: View, *, as_json: bool) -> int:
    """Takes one item from its file to its stems. Returns 0, or the exit status that its failure calls for."""

    def ended(stage: str, reason: str) -> None:
        view.show(Step(file=item.label, stage=stage))
        view.event("failed", {"file": item.label, "reason": reason, "separation": item.job})

    try:
        await pipeline.separate(mesh, item, wish, view)
        saved = await pipeline.download(mesh, item, folder, view)
        exported = await pipeline.export(mesh, item, wish, folder, view)
        if wish.analyze:
            item.results = await analyses.analyze(mesh, item.label, item.track, view)
            exported.append(await mesh.analysis.export(item.track, "plot", folder))
    except asyncio.CancelledError:
        ended("cancelled", "CANCELLED")
        raise
    except SeparationCancelled:
        ended("cancelled", "CANCELLED")
        return Exit.FAILED
    except MeshError as error:
        ended("failed", error.reason)
        complain(error, as_json=as_json, about=item.label)
        return exit_status(error)
    except OSError as error:
        ended("failed", "FILE")
        click.echo(f"sfa: {item.label}: {error}", err=True)
        return Exit.FAILED
    view.show(Step(file=item.label, stage="done", fraction=1.0))
    view.event("done", pipeline.outcome(item, saved, exported))
    if not as_json:
        facts = analyses.facts(item.results) if item.results is not None else []
        for line in (*map(str, (*saved, *exported)), *(f"{name}: {value}" for name, value in facts)):
            view.say(line) if sys.stdout.isatty() else click.echo(line)
    return 0


class _Cancel:
    """What Ctrl-C does to a batch."""

    def __init__(self, mesh: Mesh, items: Sequence[Item], tasks: Sequence[asyncio.Task[None]], view: View) -> None:
        self.asked = False
        self._mesh = mesh
        self._items = items
        self._tasks = tasks
        self._view = view
        self._requests: list[asyncio.Task[None]] = []

    def ask(self) -> None:
        """Cancels the jobs of the server, and stops what has not become a job yet."""
        self.asked = True
        pending = [(item, task) for item, task in zip(self._items, self._tasks, strict=True) if not task.done()]
        jobs = sum(1 for item, _ in pending if item.job)
        if jobs:
            plural = "" if jobs == 1 else "s"
            self._view.say(f"Asking the server to cancel {jobs} separation{plural}. Ctrl-C again leaves at once.")
        for item, task in pending:
            if item.job:
                self._requests.append(asyncio.create_task(self._request(item.job, task)))
            else:
                task.cancel()

    def insist(self) -> None:
        """Leaves at once; the server finishes what it was asked."""
        for task in (*self._tasks, *self._requests):
            task.cancel()

    async def answered(self) -> None:
        """Waits until every request to cancel has been answered."""
        await asyncio.gather(*self._requests, return_exceptions=True)

    async def _request(self, job: str, task: asyncio.Task[None]) -> None:
        try:
            snapshot = await self._mesh.processing.cancel(job)
        except MeshError as error:
            self._view.say(f"{job} could not be cancelled: {error.message}")
            task.cancel()
            return
        if snapshot.end_time is not None:
            self._view.say(f"{job} is {(snapshot.state.name or 'over').lower()}.")
        # A running job stops at its next segment; its watch sees it end. A download that is under way is ours to stop.
        if snapshot.stems:
            task.cancel()


def _folders(items: Sequence[Item], out: Path) -> list[Path]:
    """A folder per item, named like it; two songs of one name do not share one."""
    folders: list[Path] = []
    for item in items:
        base = Path(item.source).stem or "track"
        names = (base if n == 1 else f"{base}-{n}" for n in range(1, len(items) + 1))
        folders.append(next(out / name for name in names if out / name not in folders))
    return folders
