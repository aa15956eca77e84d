"""Where the calls of a connection get their token from."""

import asyncio
import time
from typing import Final, Protocol

from sfa import errors
from sfa.account.issuer import Grant, issuer_of
from sfa.account.store import Accounts
from sfa.account.web import IssuerSilent, SignInFailed

_AHEAD_SECONDS: Final = 60.0
"""A token is renewed so long before its end: for a call that takes its time, and a clock that is not exact."""


class Tokens(Protocol):
    """A source of bearer tokens."""

    async def current(self) -> str | None:
        """A token that is still good; None = calls carry none.

        Raises:
            errors.MeshError: there was one, and no other can be had.
        """
        ...

    async def renewed(self, refused: str | None) -> bool:
        """Whether there is now another token than one that the mesh has refused."""
        ...


class Fixed:
    """One token, given by the caller; or none."""

    def __init__(self, token: str | None) -> None:
        self._token = token

    async def current(self) -> str | None:
        """The token."""
        return self._token

    async def renewed(self, refused: str | None) -> bool:  # noqa: ARG002 -- the protocol's
        """There is no other."""
        return False


class Account:
    """The account of `sfa login`, renewed before its token ends."""

    def __init__(self, accounts: Accounts, target: str, grant: Grant) -> None:
        self._accounts = accounts
        self._target = target
        self._grant = grant
        self._renewing = asyncio.Lock()

    async def current(self) -> str | None:
        """The account's token, renewed first if it is about to end."""
        if time.time() < self._grant.expires_at - _AHEAD_SECONDS:
            return self._grant.access_token
        await self._renew(self._grant.access_token)
        return self._grant.access_token

    async def renewed(self, refused: str | None) -> bool:
        """Whether the account has another token by now."""
        if refused == self._grant.access_token:
            await self._renew(refused)
        return refused != self._grant.access_token

    async def _renew(self, old: str) -> None:
        async with self._renewing:
            if self._grant.access_token == old:
                self._grant = await asyncio.to_thread(self._exchanged, old)

    def _exchanged(self, old: str) -> Grant:
        with self._accounts.alone():
            kept = self._accounts.get(self._target)
            if kept is None:
                raise errors.Unauthenticated(f"You were signed out of {self._target}. {_AGAIN}", reason="SIGNED_OUT")
            if kept.access_token != old:
                return kept  # another process was here first
            if not kept.refresh_token:
                raise errors.Unauthenticated(f"Your sign-in has ended. {_AGAIN}", reason="SIGNED_OUT")
            try:
                grant = issuer_of(kept.offer).renewed(kept.refresh_token)
            except IssuerSilent as error:
                raise errors.Unavailable(str(error), reason="ISSUER_UNREACHABLE") from None
            except SignInFailed as error:
                raise errors.Unauthenticated(
                    f"Your sign-in has ended: {error}. {_AGAIN}", reason="SIGNED_OUT"
                ) from None
            self._accounts.put(self._target, grant)
            return grant


_AGAIN: Final = "Sign in again: sfa login"


def tokens_for(target: str, token: str | None) -> Tokens:
    """The given token, else the account that is signed in to this mesh, else none."""
    if token:
        return Fixed(token)
    accounts = Accounts.of_this_user()
    grant = accounts.get(target)
    return Account(accounts, target, grant) if grant else Fixed(None)
