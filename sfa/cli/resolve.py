"""`sfa resolve`."""

from typing import TYPE_CHECKING

import click

from sfa.cli import texts
from sfa.cli.catalogue import track_table
from sfa.cli.output import as_dict, json_option, print_json, run, stdout_console
from sfa.cli.session import Session

if TYPE_CHECKING:
    from alchemy_sdk.alchemy.spotify.v1 import Track
    from sfa.mesh import Mesh
    from sfa.spotify import Resource


@click.command()
@click.argument("link", metavar="LINK")
@json_option
@click.pass_obj
def resolve(session: Session, link: str, as_json: bool) -> None:
    """Shows what a Spotify link leads to, with all the tracks of an album or playlist.

    \b
    Examples:
      sfa resolve https://open.spotify.com/intl-de/track/4uLU6hMCjMI75M1A2tKUQC
      sfa resolve spotify:playlist:37i9dQZF1DXcBWIGoYBM5M --json

    With --json: first what the link leads to, then one track, or one playlist item, per line, as REST returns them.
    """
    run(_resolve(session, link, as_json=as_json), as_json=as_json)


async def _resolve(session: Session, link: str, *, as_json: bool) -> None:
    async with session.connect() as mesh:
        resource = await mesh.spotify.resolve(link)
        if as_json:
            print_json(as_dict(resource))
        else:
            kind = resource.name.split("/")[1].removesuffix("s")
            stdout_console().print(texts.plain(f"{resource.title}  ({kind})"), style="bold")
        tracks = await _tracks(mesh, resource, as_json=as_json)
    if not as_json and tracks:
        stdout_console().print(track_table(tracks))


async def _tracks(mesh: "Mesh", resource: "Resource", *, as_json: bool) -> "list[Track]":
    """The tracks to show in a table; those of collections are printed as they come where a script is listening."""
    from alchemy_sdk.alchemy.spotify import v1  # noqa: PLC0415 -- loaded with the connection, not with `--help`

    found: list[Track] = []
    match resource:
        case v1.Track():
            found.append(resource)
        case v1.Album():
            found = await mesh.spotify.album_tracks(resource.name)
            for track in found if as_json else ():
                print_json(as_dict(track))
        case v1.Playlist():
            async for item in mesh.spotify.playlist_items(resource.name):
                if as_json:
                    print_json(as_dict(item))
                elif item.track is not None:
                    found.append(item.track)
                else:
                    reason = (item.kind.name or "").lower().replace("_", " ")
                    click.echo(f"{item.position + 1}. {item.title or 'no title'}: {reason}", err=True)
        case _:
            pass
    return found
