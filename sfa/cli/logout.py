"""`sfa logout`."""

import click

from sfa.account.issuer import issuer_of
from sfa.account.store import Accounts
from sfa.account.web import SignInFailed
from sfa.cli.session import Session


@click.command()
@click.pass_obj
def logout(session: Session) -> None:
    """Signs out of a mesh: the issuer is told where it listens, and the token on this machine is removed.

    \b
    Examples:
      sfa logout
      sfa --target https://music.example.org logout
    """
    target = session.address()
    accounts = Accounts.of_this_user()
    with accounts.alone():
        grant = accounts.get(target)
        if grant is None:
            raise click.ClickException(f"Nobody is signed in to {target}.")
        accounts.remove(target)
    try:
        issuer_of(grant.offer).end(grant)
    except SignInFailed as error:
        click.echo(f"sfa: the token is gone from this machine, but the issuer was not told: {error}", err=True)
    click.echo(f"Signed out of {target}.", err=True)
