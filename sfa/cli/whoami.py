"""`sfa whoami`."""

import datetime as dt
from typing import Any

import click

from sfa.account.issuer import Grant
from sfa.account.store import Accounts
from sfa.account.tokens import tokens_for
from sfa.cli.login import name_of
from sfa.cli.output import json_option, print_json, run
from sfa.cli.session import Session


@click.command()
@json_option
@click.pass_obj
def whoami(session: Session, as_json: bool) -> None:
    """Shows who is signed in, after asking the mesh whether it agrees.

    \b
    Examples:
      sfa whoami
      sfa whoami --json | jq -r .user
    """
    run(_whoami(session, as_json=as_json), as_json=as_json)


async def _whoami(session: Session, *, as_json: bool) -> None:
    target = session.address()
    token = await tokens_for(target, session.token).current()
    async with session.connect() as mesh:
        _ = [model async for model in mesh.processing.list_models()]
    if token is None:
        told: dict[str, Any] = {"target": target, "user": None}
        words = f"{target} asks for no account: everything on it is yours."
    else:
        kept = Accounts.of_this_user().get(target)
        ends = kept.expires_at if kept and kept.access_token == token else None
        grant = Grant(offer={}, access_token=token, expires_at=0)
        claims = grant.claims
        ends = claims.get("exp", ends)
        when = dt.datetime.fromtimestamp(ends, tz=dt.UTC).isoformat(timespec="seconds") if ends else None
        told = {"target": target, "user": claims.get("sub"), "email": claims.get("email"), "token_ends": when}
        words = f"{name_of(grant)}, at {target}; the token ends {when or 'at a time that it does not say'}."
    if as_json:
        print_json(told)
    else:
        click.echo(words)
