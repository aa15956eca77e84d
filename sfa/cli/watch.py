"""`sfa watch`."""

import sys
from contextlib import aclosing
from typing import Final

import click

from alchemy_sdk.alchemy.analysis.v1 import Analysis
from alchemy_sdk.alchemy.download.v1 import Download
from alchemy_sdk.alchemy.library.v1 import Track
from alchemy_sdk.alchemy.processing.v1 import Installation, Separation
from alchemy_sdk.alchemy.type.v1 import JobState
from sfa import Event
from sfa.answers import failure
from sfa.cli import texts, views
from sfa.cli.jobs import full_name
from sfa.cli.output import as_dict, complain, json_option, print_json, run
from sfa.cli.pipeline import step_of
from sfa.cli.session import Exit, Session
from sfa.realtime import kind_of

# Separations are what `sfa jobs` lists.
_NOUNS: Final = {"separation": "job"}


@click.command()
@click.argument("name", required=False, metavar="[ID]")
@click.option(
    "--cursor", default="", metavar="CURSOR", help="Continue after this event, printed by an earlier --json run."
)
@json_option
@click.pass_obj
def watch(session: Session, name: str | None, cursor: str, as_json: bool) -> None:
    """Follows one separation to its end, or, without ID, everything that happens until Ctrl-C.

    Lost connections are resumed by themselves; no event is missed.

    \b
    Examples:
      sfa watch ID                            exits 0 if it succeeds, 1 if not
      sfa watch                               every change of every track and job
      sfa watch --json | jq -c 'select(.separationChanged).separationChanged.state'

    With --json: one snapshot, or one event, per line.
    """
    if name is None:
        run(_all(session, cursor, as_json=as_json), as_json=as_json)
    else:
        sys.exit(run(_one(session, name, as_json=as_json), as_json=as_json))


async def _one(session: Session, name: str, *, as_json: bool) -> int:

    state = JobState.UNSPECIFIED
    async with session.connect() as mesh:
        name = await full_name(mesh, name)
        with views.chosen(as_json=as_json) as view:
            async with aclosing(mesh.processing.watch(name)) as snapshots:
                async for snapshot in snapshots:
                    state = snapshot.state
                    view.show(step_of(name, snapshot))
                    if as_json:
                        print_json(as_dict(snapshot))
    if state == JobState.FAILED:
        complain(failure(snapshot), as_json=as_json)
    elif not as_json:
        click.echo(f"{name} {(state.name or 'ended').lower()}.", err=True)
    return 0 if state == JobState.SUCCEEDED else Exit.FAILED


async def _all(session: Session, cursor: str, *, as_json: bool) -> None:
    async with session.connect() as mesh, aclosing(mesh.realtime.subscribe(cursor)) as events:
        async for event in events:
            if as_json:
                print_json(as_dict(event))
            else:
                click.echo(_sentence(event))


def _sentence(event: Event) -> str:
    time = event.time.astimezone().strftime("%H:%M:%S") if event.time else "        "
    kind = kind_of(event)
    noun, _, verb = kind.rpartition("_")
    subject = getattr(event, kind, None) if kind else None
    if kind == "reset":
        what = "history was lost; list tracks and jobs again"
    elif isinstance(subject, Track):
        what = f'track {texts.short(subject.name)} "{subject.title}" changed'
    elif isinstance(subject, str) and verb == "deleted":
        what = f"{_NOUNS.get(noun, noun)} {texts.short(subject)} was {'deleted' if noun == 'track' else 'removed'}"
    elif isinstance(subject, Separation | Analysis | Download | Installation):
        fraction = f" {subject.progress.fraction:.0%} {subject.progress.stage}" if subject.progress else ""
        link = f"  {subject.link}" if isinstance(subject, Download) else ""
        state = (subject.state.name or "").lower()
        what = f"{_NOUNS.get(noun, noun)} {texts.short(subject.name)} {state}{fraction}{link}"
    else:
        what = kind or "something this version does not know"
    return f"{time}  {what}"
