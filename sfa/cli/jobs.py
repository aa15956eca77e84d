"""`sfa jobs`."""

import click
from rich.table import Column, Table

from alchemy_sdk.alchemy.processing.v1 import Separation
from sfa.cli import texts
from sfa.cli.output import as_dict, json_option, print_json, run, stdout_console
from sfa.cli.session import Session
from sfa.errors import NotFound
from sfa.mesh import Mesh


@click.group(invoke_without_command=True)
@click.option("--track", default="-", metavar="ID", help="Only the jobs of this track.  [default: of all tracks]")
@click.option(
    "--limit", default=50, show_default=True, type=click.IntRange(min=1), help="How many at most, newest first."
)
@json_option
@click.pass_context
def jobs(context: click.Context, track: str, limit: int, as_json: bool) -> None:
    """Lists, cancels and retries separations.

    \b
    Examples:
      sfa jobs
      sfa jobs cancel ID
      sfa jobs retry ID
      sfa jobs --json | jq -r 'select(.state=="JOB_STATE_FAILED").name'

    With --json: one separation per line, as REST returns it.
    """
    if context.invoked_subcommand is None:
        session: Session = context.obj
        run(_list(session, texts.track_name(track), limit, as_json=as_json), as_json=as_json)


@jobs.command()
@click.argument("names", nargs=-1, required=True, metavar="ID...")
@json_option
@click.pass_obj
def cancel(session: Session, names: tuple[str, ...], as_json: bool) -> None:
    """Ends separations that are queued or running. Harmless for others."""
    run(_each(session, names, "cancel", as_json=as_json), as_json=as_json)


@jobs.command()
@click.argument("names", nargs=-1, required=True, metavar="ID...")
@json_option
@click.pass_obj
def retry(session: Session, names: tuple[str, ...], as_json: bool) -> None:
    """Queues failed or cancelled separations again, with the same options."""
    run(_each(session, names, "retry", as_json=as_json), as_json=as_json)


async def _list(session: Session, track: str, limit: int, *, as_json: bool) -> None:

    table = Table(
        Column("id", no_wrap=True),
        "state",
        "model",
        "progress",
        Column("created", no_wrap=True),
        box=None,
        pad_edge=False,
    )
    count = 0
    async with session.connect() as mesh:
        async for job in mesh.processing.list(track):
            count += 1
            if as_json:
                print_json(as_dict(job))
            else:
                created = job.create_time.astimezone().strftime("%Y-%m-%d %H:%M") if job.create_time else ""
                row = (texts.short(job.name), _state(job), texts.short(job.model), _progress(job), created)
                table.add_row(*map(texts.plain, row))
            if count >= limit:
                break
    if as_json:
        return
    if count:
        stdout_console().print(table)
    else:
        click.echo("No separations yet. `sfa separate song.mp3` starts one.", err=True)


async def _each(session: Session, names: tuple[str, ...], verb: str, *, as_json: bool) -> None:
    async with session.connect() as mesh:
        for named in names:
            name = await full_name(mesh, named)
            job = await (mesh.processing.cancel(name) if verb == "cancel" else mesh.processing.retry(name))
            if as_json:
                print_json(as_dict(job))
            else:
                click.echo(f"{job.name} is {_state(job)}.", err=True)


async def full_name(mesh: Mesh, text: str) -> str:
    """The name of a separation that was given by its name, or by its id alone.

    Raises:
        NotFound: If no separation has this id.
    """
    if "/" in text:
        return text
    async for job in mesh.processing.list():
        if texts.short(job.name) == text:
            return job.name
    raise NotFound(f"There is no separation {text}.", reason="SEPARATION_NOT_FOUND", metadata={"name": text})


def _state(job: Separation) -> str:
    state = (job.state.name or "unknown").lower()
    return f"{state}, cancelling" if job.cancel_requested and job.end_time is None else state


def _progress(job: Separation) -> str:
    if job.error is not None:
        return job.error.message
    return f"{job.progress.fraction:.0%}" if job.progress is not None and job.end_time is None else ""
