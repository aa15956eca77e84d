"""`sfa spotify`."""

import asyncio
import sys
import webbrowser

import click

from sfa.cli.output import json_option, on_terminal, print_json, run
from sfa.cli.session import Exit, Session


@click.group()
def spotify() -> None:
    """Connects your own Spotify account, so that your private playlists can be read.

    \b
    Examples:
      sfa spotify login
      sfa spotify status
      sfa spotify logout
    """


@spotify.command()
@click.option("--no-browser", is_flag=True, help="Only print the page's address.")
@click.option(
    "--port",
    default=0,
    type=click.IntRange(0, 65535),
    help="The port on this machine to which Spotify sends you back.  [default: a free one]",
)
@click.option(
    "--timeout", default=300.0, show_default=True, type=click.FloatRange(1), help="How long to wait, in seconds."
)
@json_option
@click.pass_obj
def login(session: Session, no_browser: bool, port: int, timeout: float, as_json: bool) -> None:
    """Opens Spotify's page that asks for your agreement, and waits for it.

    Register http://127.0.0.1/callback as a redirect URI of the mesh's application at developer.spotify.com: the port need
    not be named there. Tokens are kept on the mesh's server, encrypted; this machine keeps none.
    """
    run(_login(session, browse=not no_browser, port=port, seconds=timeout, as_json=as_json), as_json=as_json)


async def _login(session: Session, *, browse: bool, port: int, seconds: float, as_json: bool) -> None:
    from sfa.callback import Refused, callback  # noqa: PLC0415 -- loaded with the connection, not with `--help`

    async with session.connect() as mesh, callback(port) as back:
        page, state = await mesh.spotify.begin_authorization(back.redirect_uri)
        if as_json:
            print_json({"event": "authorize", "uri": page})
        else:
            click.echo(f"Agree on this page:\n{page}", err=True)
        if browse and on_terminal():
            await asyncio.to_thread(webbrowser.open, page)
        try:
            async with asyncio.timeout(seconds):
                code = await back.code(state)
        except TimeoutError:
            raise click.ClickException(f"Nobody agreed within {seconds:g} s. Begin again.") from None
        except Refused as error:
            raise click.ClickException(f"Spotify sent you back without an agreement ({error}). Begin again.") from None
        await mesh.spotify.complete_authorization(state, code)
    if as_json:
        print_json({"event": "connected"})
    else:
        click.echo("Your Spotify account is connected.", err=True)


@spotify.command()
@json_option
@click.pass_obj
def status(session: Session, as_json: bool) -> None:
    """Tells whether your account is connected; exits with 1 if not."""
    connected = run(_status(session), as_json=as_json)
    if as_json:
        print_json({"connected": connected})
    else:
        click.echo("Your Spotify account is connected." if connected else "No account is connected: sfa spotify login")
    sys.exit(0 if connected else Exit.FAILED)


async def _status(session: Session) -> bool:
    async with session.connect() as mesh:
        return await mesh.spotify.authorized()


@spotify.command()
@json_option
@click.pass_obj
def logout(session: Session, as_json: bool) -> None:
    """Has the mesh forget your account. Harmless to repeat."""
    run(_logout(session), as_json=as_json)
    if as_json:
        print_json({"event": "disconnected"})
    else:
        click.echo("Forgotten. https://www.spotify.com/account/apps/ removes the permission itself.", err=True)


async def _logout(session: Session) -> None:
    async with session.connect() as mesh:
        await mesh.spotify.revoke_authorization()
