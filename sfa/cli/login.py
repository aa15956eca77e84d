"""`sfa login`."""

import asyncio
import os
import sys
import webbrowser
from typing import Final

import click

from sfa.account.issuer import Grant, OpenId, Supabase, fresh_secret, issuer_of, offer_of
from sfa.account.store import Accounts
from sfa.account.web import SignInFailed
from sfa.callback import Refused, callback
from sfa.cli.session import Session

_PATIENCE_SECONDS: Final = 300.0


@click.command()
@click.option("--device", is_flag=True, help="Sign in with a browser on another machine: this one shows a code.")
@click.option("--no-browser", is_flag=True, help="Only print the address of the sign-in page; open it yourself.")
@click.option("--email", metavar="ADDRESS", help="For meshes with Supabase; asked for otherwise.")
@click.pass_obj
def login(session: Session, device: bool, no_browser: bool, email: str | None) -> None:
    """Signs in to a mesh of several people.

    The mesh says who its issuer is. A browser opens there, and comes back to this command. What is kept is a token in your
    configuration folder, readable by you alone; commands, and programs that use the SDK, renew it by themselves.

    Scripts need no account: give them a token with --token or SFA_TOKEN.

    \b
    Examples:
      sfa --target https://music.example.org login
      sfa login --device          on a machine without a browser
    """
    target = session.address()
    try:
        issuer = issuer_of(offer_of(target))
        if isinstance(issuer, Supabase):
            address = email or click.prompt("E-mail address", err=True)
            # For scripts and tests; a person types it unseen.
            password = os.environ.get("SFA_PASSWORD") or click.prompt("Password", hide_input=True, err=True)
            grant = issuer.for_password(address, password)
        elif device or (issuer.has_devices and not no_browser and not _has_browser()):
            if not issuer.has_devices:
                raise click.ClickException("This issuer offers no codes for other machines. Leave --device out.")
            grant = issuer.for_device(_show_code)
        else:
            grant = asyncio.run(_by_browser(issuer, open_it=not no_browser))
        accounts = Accounts.of_this_user()
        with accounts.alone():
            accounts.put(target, grant)
    except (SignInFailed, OSError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"Signed in to {target} as {name_of(grant)}.", err=True)
    if not grant.refresh_token:
        click.echo("The issuer gave no refresh token: sign in again when this one ends.", err=True)


def name_of(grant: Grant) -> str:
    """How to call the holder of a token."""
    claims = grant.claims
    return str(claims.get("email") or claims.get("preferred_username") or claims.get("sub") or "somebody")


async def _by_browser(issuer: OpenId, *, open_it: bool) -> Grant:
    state, verifier = fresh_secret(), fresh_secret()
    async with callback() as back:
        page = issuer.page(back.redirect_uri, state, verifier)
        opened = open_it and await asyncio.to_thread(webbrowser.open, page)
        click.echo(f"{'Your browser opens' if opened else 'Open'} this page to sign in:\n{page}", err=True)
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                code = await back.code(state)
        except TimeoutError:
            raise SignInFailed("Nobody came back from the sign-in page. Run `sfa login` again.") from None
        except Refused as error:
            raise SignInFailed(f"The sign-in page sent you back without a code: {error}.") from None
        return await asyncio.to_thread(issuer.for_code, code, back.redirect_uri, verifier)


def _has_browser() -> bool:
    return not sys.platform.startswith("linux") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _show_code(address: str, code: str) -> None:
    click.echo(f"Open {address} on any machine, and check that it shows the code {code}.", err=True)
