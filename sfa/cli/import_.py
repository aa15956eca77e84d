"""`sfa import`."""

import sys
from collections.abc import Sequence
from contextlib import aclosing
from typing import Final

import click

from alchemy_sdk.alchemy.analysis.v1 import Analysis
from alchemy_sdk.alchemy.chain.v1 import Then
from alchemy_sdk.alchemy.download.v1 import Download
from alchemy_sdk.alchemy.processing.v1 import Separation
from alchemy_sdk.alchemy.type.v1 import JobState
from sfa.answers import reason_of_status
from sfa.cli import pipeline, views
from sfa.cli.output import as_dict, json_option, run
from sfa.cli.pipeline import Wish
from sfa.cli.session import Exit, Session
from sfa.cli.steps import step_at
from sfa.cli.views import Step, View
from sfa.errors import DownloadFailed, MeshError
from sfa.mesh import Mesh
from sfa.processing import model_name
from sfa.snapshots import TERMINAL
from sfa.songs import Song, songs_of

# Below this spotdl's own judgement is worth a second look.
_SURE: Final = 0.7


@click.command("import")
@click.argument("links", nargs=-1, required=True, metavar="LINK...")
@click.option("--separate", is_flag=True, help="Let the server separate each song as soon as it is in the library.")
@click.option("--analyze", is_flag=True, help="Let it measure tempo, key and more; after --separate, with the stems.")
@click.option("--model", default="", metavar="ID", help="With --separate: which model.  [default: the best installed]")
@click.option("--stems", default="", metavar="A,B", help="With --separate: only these stems.  [default: all]")
@json_option
@click.pass_obj
def import_(
    session: Session, links: tuple[str, ...], separate: bool, analyze: bool, model: str, stems: str, as_json: bool
) -> None:
    """Fetches songs from links into the library.

    LINK is the address of an audio file, or of a page that plays one; or a track, album or playlist of Spotify, whose songs
    are looked for elsewhere: see whether the right ones were found. What is in the library already is not fetched again. You
    must hold the rights to copy what you import.

    \b
    Examples:
      sfa import https://example.org/song.flac
      sfa import https://open.spotify.com/playlist/37i9dQZF1DXcBWIGoYBM5M
      sfa import --separate --stems vocals LINK LINK    the server goes on by itself, also if you leave
      sfa import --analyze LINK                         `sfa tracks` shows tempo and key then
    """
    if (model or stems) and not separate:
        raise click.UsageError("--model and --stems say how to separate: add --separate.")
    wish = Wish(model=model, stems=tuple(stem.strip() for stem in stems.split(",") if stem.strip()))
    separation = wish if separate else None
    then = _then(separation, analyze=analyze)
    importing = _import_all(session, list(dict.fromkeys(links)), separation, then, as_json=as_json)
    sys.exit(run(importing, as_json=as_json))


async def _import_all(
    session: Session, links: Sequence[str], wish: Wish | None, then: Then | None, *, as_json: bool
) -> int:
    failures = 0
    async with session.connect() as mesh:
        if wish is not None:
            await pipeline.check(mesh, wish)
        with views.chosen(as_json=as_json) as view:
            songs = [song for link in links for song in await _songs(mesh, link)]
            wanted = [song.download for song in songs if song.download is not None]
            created = iter(await mesh.downloads.create_all(wanted, then=then))
            # One after another: the server works on all of them, and each line ends when its song does.
            for song in songs:
                download = song.refused or next(created)
                if isinstance(download, DownloadFailed):
                    failures += 1
                    _failed(view, song.label, download.reason, download.message)
                else:
                    failures += not await _follow(mesh, song.label, download, view)
    if failures and not as_json:
        click.echo(f"{failures} of {len(songs)} could not be imported.", err=True)
    return Exit.FAILED if failures else 0


async def _songs(mesh: Mesh, link: str) -> list[Song]:
    """The songs of a link; one that cannot be read does not hold up the others."""
    try:
        return [song async for song in songs_of(mesh.spotify, link)]
    except MeshError as error:
        return [Song(label=link, download=None, refused=DownloadFailed(error.message, reason=error.reason))]


def _then(separate: Wish | None, *, analyze: bool) -> Then | None:
    """What the server does with each song; None = nothing."""
    if separate is None and not analyze:
        return None
    then = Then(analyze=Analysis() if analyze else None)
    if separate is not None:
        model = model_name(separate.model) if separate.model else ""
        then.separate = Separation(model=model, wanted_stems=list(separate.stems))
    return then


async def _follow(mesh: Mesh, link: str, download: Download, view: View) -> bool:
    """Shows one download to its end; returns whether it succeeded."""
    async with aclosing(mesh.downloads.watch(download.name)) as snapshots:
        async for download in snapshots:  # noqa: PLR1704 (the newest snapshot of the same download)
            if download.state not in TERMINAL:
                view.show(_step(link, download))
                view.event("progress", {"link": link, "download": as_dict(download)})
    if download.state == JobState.SUCCEEDED:
        view.show(Step(file=link, stage="in the library already" if download.reused else "done", fraction=1.0))
        view.event("imported", {"link": link, "download": as_dict(download)})
        view.say(f"{link}: {download.track}{_found(download)}")
        return True
    if download.state == JobState.CANCELLED:
        _failed(view, link, "CANCELLED", "It was cancelled.")
    else:
        _failed(view, link, *reason_of_status(download.error))
    return False


def _found(download: Download) -> str:
    """What was found for a song of Spotify, so that a wrong one is seen."""
    match = download.match
    if match is None:
        return ""
    longer = match.duration_difference_seconds
    length = "" if longer is None else f", {longer:+.0f} s"
    doubt = "is it the song? " if match.score < _SURE else ""
    return f"  ({doubt}“{match.title}” by {match.author}{length}: {match.uri})"


def _step(link: str, download: Download) -> Step:
    progress = download.progress
    if progress is None:
        return Step(file=link, stage="queued")
    return step_at(link, download.state, progress)


def _failed(view: View, link: str, reason: str, message: str) -> None:
    view.show(Step(file=link, stage="failed"))
    view.event("failed", {"link": link, "reason": reason, "message": message})
    click.echo(f"sfa: {link}: {message} [{reason}]", err=True)
