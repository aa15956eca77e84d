"""What an issuer can be asked for: tokens for a code, for a device, for a password, for an older token."""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Self
from urllib.parse import urlencode

from sfa.account import web
from sfa.account.web import IssuerSilent, SignInFailed

_DEVICE: Final = "urn:ietf:params:oauth:grant-type:device_code"
_USUAL_SECONDS: Final = 300
_SLOWER_SECONDS: Final = 5.0


@dataclass(frozen=True, kw_only=True)
class Grant:
    """A signed-in account, as it is kept between commands.

    Attributes:
        offer: what the mesh said at /auth/config when it was signed in to.
        access_token: what calls carry.
        expires_at: when that ends, in seconds since 1970.
        refresh_token: what brings the next one; empty = the issuer gave none.
    """

    offer: dict[str, str]
    access_token: str
    expires_at: float
    refresh_token: str = ""

    def to_json(self) -> dict[str, Any]:
        """As a file keeps it."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """As a file kept it.

        Raises:
            TypeError: it is something else.
        """
        return cls(**kept)

    @property
    def claims(self) -> dict[str, Any]:
        """What the token says of its holder; not verified, which is the gateway's business. {} if it is no JWT."""
        try:
            part = self.access_token.split(".")[1]
            read = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        except (IndexError, ValueError):
            return {}
        return read if isinstance(read, dict) else {}


def offer_of(target: str) -> dict[str, str]:
    """How to sign in to a mesh, as it says itself; blocks.

    Raises:
        SignInFailed: it does not say.
    """
    try:
        return web.get(f"{target}/auth/config")
    except IssuerSilent as error:
        raise SignInFailed(f"{error}. Is {target} the right mesh? `sfa --target URL login` names another.") from None


class OpenId:
    """An issuer of OpenID Connect, as its discovery document describes it; methods block."""

    def __init__(self, offer: dict[str, str]) -> None:
        self._offer = offer
        issuer = offer["issuer"].rstrip("/")
        self._document = web.get(f"{issuer}/.well-known/openid-configuration")
        if str(self._document.get("issuer", "")).rstrip("/") != issuer:
            raise SignInFailed(f"{issuer} describes itself as {self._document.get('issuer')!r}: the two must be equal.")

    @property
    def has_devices(self) -> bool:
        """Whether a machine without a browser can be signed in from another one."""
        return "device_authorization_endpoint" in self._document

    def page(self, redirect_uri: str, state: str, verifier: str) -> str:
        """The address of the page on which somebody signs in; PKCE with S256."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
        query = {
            "response_type": "code",
            "client_id": self._offer["client_id"],
            "redirect_uri": redirect_uri,
            "scope": self._offer["scope"],
            "state": state,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        page = self._endpoint("authorization_endpoint")
        return f"{page}{'&' if '?' in page else '?'}{urlencode(query)}"

    def for_code(self, code: str, redirect_uri: str, verifier: str) -> Grant:
        """Tokens for the code that somebody brought back."""
        return self._tokens(
            {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri, "code_verifier": verifier}
        )

    def for_device(self, show: Callable[[str, str], None], pause: Callable[[float], None] = time.sleep) -> Grant:
        """Tokens for a machine without a browser; blocks until somebody has agreed on another.

        Args:
            show: called with the address to open elsewhere, and the code to type there.
            pause: waits for so many seconds.
        """
        asked = web.post(
            self._endpoint("device_authorization_endpoint"),
            {"client_id": self._offer["client_id"], "scope": self._offer["scope"]},
        )
        show(str(asked.get("verification_uri_complete") or asked["verification_uri"]), str(asked["user_code"]))
        interval = float(asked.get("interval", _SLOWER_SECONDS))
        until = time.monotonic() + float(asked.get("expires_in", _USUAL_SECONDS))
        while time.monotonic() < until:
            pause(interval)
            try:
                return self._tokens({"grant_type": _DEVICE, "device_code": str(asked["device_code"])})
            except SignInFailed as error:
                if error.code == "slow_down":
                    interval += _SLOWER_SECONDS
                elif error.code != "authorization_pending":
                    raise
        raise SignInFailed("Nobody agreed in time. Run `sfa login` again for a fresh code.")

    def renewed(self, refresh_token: str) -> Grant:
        """Tokens for an older one."""
        return self._tokens({"grant_type": "refresh_token", "refresh_token": refresh_token}, before=refresh_token)

    def end(self, grant: Grant) -> None:
        """Takes the account's tokens back, where the issuer offers that."""
        if "revocation_endpoint" in self._document and grant.refresh_token:
            web.post(
                self._endpoint("revocation_endpoint"),
                {"client_id": self._offer["client_id"], "token": grant.refresh_token},
            )

    def _endpoint(self, name: str) -> str:
        address = self._document.get(name)
        if not isinstance(address, str):
            raise SignInFailed(f"{self._offer['issuer']} has no {name}.")
        return address

    def _tokens(self, form: dict[str, str], before: str = "") -> Grant:
        form = {**form, "client_id": self._offer["client_id"]}
        return _grant(self._offer, web.post(self._endpoint("token_endpoint"), form), before)


class Supabase:
    """The accounts of a Supabase project, by its own REST interface; methods block."""

    def __init__(self, offer: dict[str, str]) -> None:
        self._offer = offer

    def for_password(self, email: str, password: str) -> Grant:
        """Tokens for an e-mail address and its password."""
        return self._tokens("password", {"email": email, "password": password})

    def renewed(self, refresh_token: str) -> Grant:
        """Tokens for an older one."""
        return self._tokens("refresh_token", {"refresh_token": refresh_token}, before=refresh_token)

    def end(self, grant: Grant) -> None:
        """Ends this session, and leaves others of the account."""
        headers = {"apikey": self._offer["key"], "Authorization": f"Bearer {grant.access_token}"}
        web.post_json(f"{self._offer['issuer'].rstrip('/')}/logout?scope=local", {}, headers)

    def _tokens(self, kind: str, body: dict[str, str], before: str = "") -> Grant:
        url = f"{self._offer['issuer'].rstrip('/')}/token?grant_type={kind}"
        return _grant(self._offer, web.post_json(url, body, {"apikey": self._offer["key"]}), before)


def issuer_of(offer: dict[str, str]) -> OpenId | Supabase:
    """Whom to ask.

    Raises:
        SignInFailed: the mesh names nobody, or the issuer cannot be reached.
    """
    match offer.get("mode"):
        case "oidc":
            return OpenId(offer)
        case "supabase":
            return Supabase(offer)
        case "local":
            raise SignInFailed("This mesh knows no accounts: everything on it is yours already.")
    raise SignInFailed("This mesh names no way to sign in. Bring a token: `sfa --token TOKEN ...`, or SFA_TOKEN.")


def fresh_secret() -> str:
    """Something that nobody can guess: a state, or a PKCE verifier (43 characters)."""
    return secrets.token_urlsafe(32)


def _grant(offer: dict[str, str], answer: Mapping[str, Any], before: str) -> Grant:
    token = answer.get("access_token")
    if not isinstance(token, str):
        raise SignInFailed(f"{offer['issuer']} sent no token.")
    return Grant(
        offer=offer,
        access_token=token,
        expires_at=time.time() + float(answer.get("expires_in") or _USUAL_SECONDS),
        # An issuer that rotates them sends a new one; the others let the old one stand.
        refresh_token=str(answer.get("refresh_token") or before),
    )
