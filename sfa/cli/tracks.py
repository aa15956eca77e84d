"""`sfa tracks`."""

import sys

import click
from rich.table import Column, Table

from sfa.cli import texts
from sfa.cli.output import as_dict, json_option, print_json, run, stdout_console
from sfa.cli.session import Session


@click.group(invoke_without_command=True)
@click.option(
    "--search",
    default="",
    metavar="TEXT",
    help="Only tracks with these words in title, artist, album or filename; bpm:120-128, key:8A.",
)
@click.option(
    "--order",
    default="create_time desc",
    show_default=True,
    metavar="FIELD",
    help="create_time, title, artist, album, duration, bpm or key; add ' desc' to turn it round.",
)
@json_option
@click.pass_context
def tracks(context: click.Context, search: str, order: str, as_json: bool) -> None:
    """Lists, shows and deletes the songs of the library.

    \b
    Examples:
      sfa tracks
      sfa tracks --search "miles davis" --order title
      sfa tracks show ID              its files, with addresses to play them
      sfa tracks delete ID
      sfa tracks --json | jq -r .name

    With --json: one track per line, as REST returns it.
    """
    if context.invoked_subcommand is None:
        session: Session = context.obj
        run(_list(session, search, order, as_json=as_json), as_json=as_json)


@tracks.command()
@click.argument("track", metavar="ID")
@json_option
@click.pass_obj
def show(session: Session, track: str, as_json: bool) -> None:
    """Shows one track and its files, with addresses that any player can open for some hours."""
    run(_show(session, texts.track_name(track), as_json=as_json), as_json=as_json)


@tracks.command()
@click.argument("track_ids", nargs=-1, required=True, metavar="ID...")
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@click.pass_obj
def delete(session: Session, track_ids: tuple[str, ...], yes: bool) -> None:
    """Deletes tracks with all their stems and jobs. It cannot be undone."""
    if not yes:
        if not sys.stdin.isatty():
            raise click.UsageError("Nobody is here to confirm. Add --yes.")
        click.confirm(f"Delete {len(track_ids)} track(s) with all stems?", abort=True, err=True)
    run(_delete(session, [texts.track_name(track) for track in track_ids]))


async def _list(session: Session, search: str, order: str, *, as_json: bool) -> None:

    table = Table(Column("id", no_wrap=True), "title", "artist", "album", "length", box=None, pad_edge=False)
    count = 0
    async with session.connect() as mesh:
        async for track in mesh.library.list_tracks(filter=search, order_by=order):
            count += 1
            if as_json:
                print_json(as_dict(track))
                continue
            length = texts.duration(track.audio.duration if track.audio else None)
            table.add_row(*map(texts.plain, (texts.short(track.name), track.title, track.artist, track.album, length)))
    if as_json:
        return
    if count:
        stdout_console().print(table)
    else:
        click.echo("No such tracks." if search else "The library is empty. `sfa separate song.mp3` fills it.", err=True)


async def _show(session: Session, name: str, *, as_json: bool) -> None:

    async with session.connect() as mesh:
        track = await mesh.library.get_track(name)
        artifacts = [artifact async for artifact in mesh.library.list_artifacts(name)]
    if as_json:
        print_json({**as_dict(track), "artifacts": [as_dict(artifact) for artifact in artifacts]})
        return
    console = stdout_console()
    console.print(texts.plain(f"{track.title}  {track.artist}".strip()), style="bold")
    audio = track.audio
    if audio is not None:
        console.print(
            f"{texts.duration(audio.duration)} · {audio.codec} · {audio.sample_rate_hz} Hz · {audio.channel_count} ch · "
            f"{texts.size(track.size_bytes)}"
        )
    table = Table(Column("what", no_wrap=True), "model", "size", "file", box=None, pad_edge=False)
    kinds = [artifact.stem or (artifact.kind.name or "").lower() for artifact in artifacts]
    for kind, artifact in zip(kinds, artifacts, strict=True):
        row = (kind, artifact.model, texts.size(artifact.size_bytes), artifact.filename)
        table.add_row(*map(texts.plain, row))
    console.print(table)
    click.echo()
    for kind, artifact in zip(kinds, artifacts, strict=True):
        # Outside of the table: an address with its signature is longer than any line, and must not be broken.
        click.echo(f"{kind}  {artifact.media_uri}")


async def _delete(session: Session, names: list[str]) -> None:
    async with session.connect() as mesh:
        for name in names:
            await mesh.library.delete_track(name)
            click.echo(f"Deleted {name}.", err=True)
