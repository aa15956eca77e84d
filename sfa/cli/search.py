"""`sfa search`."""

import click

from sfa.cli.catalogue import track_table
from sfa.cli.output import as_dict, json_option, print_json, run, stdout_console
from sfa.cli.session import Session


@click.command()
@click.argument("words", nargs=-1, required=True, metavar="QUERY...")
@click.option("--limit", default=10, show_default=True, type=click.IntRange(1, 50), help="How many tracks to show.")
@json_option
@click.pass_obj
def search(session: Session, words: tuple[str, ...], limit: int, as_json: bool) -> None:
    """Searches Spotify for tracks, with the mesh's credentials for it.

    \b
    Examples:
      sfa search amber river
      sfa search artist:queen year:1975 --limit 20
      sfa search "long road" --json | jq -r .pageUri

    With --json: one track per line, as REST returns it.
    """
    run(_search(session, " ".join(words), limit, as_json=as_json), as_json=as_json)


async def _search(session: Session, query: str, limit: int, *, as_json: bool) -> None:
    async with session.connect() as mesh:
        tracks = await mesh.spotify.search(query, limit=limit)
    if as_json:
        for track in tracks:
            print_json(as_dict(track))
    elif tracks:
        stdout_console().print(track_table(tracks))
    else:
        click.echo("Spotify knows no such track.", err=True)
