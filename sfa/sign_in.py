"""How the people who use a mesh prove who they are: settings of the gateway, read from the environment.

AUTH             "local" (the default): one user, this machine only. "jwt": a bearer token for every call.
AUTH_ISSUER      the issuer (`iss`) of the tokens. For Supabase: https://REF.supabase.co/auth/v1
AUTH_AUDIENCE    what a token must be for (`aud`), several separated by commas. Default: authenticated, as Supabase says it.
AUTH_JWKS_URL    where the issuer's public keys are. Default: AUTH_ISSUER/.well-known/jwks.json; "none" where it has none.
AUTH_HS256_FILE  a file with the shared secret of tokens signed the old way (HS256); beside public keys while keys rotate.
AUTH_USER_CLAIM  the claim that names the user. Default: sub.
AUTH_ROLE_CLAIM  the claim that says "admin" for administrators. Default: app_metadata.role, as Supabase has it.
AUTH_CA_FILE     certificates that are trusted when keys are fetched. Default: those of the system.

How people get their tokens, which `sfa login` learns from the gateway at /auth/config; nothing of it is secret:

AUTH_CLIENT_ID     the issuer's name for `sfa`: a public client with PKCE and no secret (OpenID Connect).
AUTH_SCOPE         what they ask for. Default: openid profile email offline_access.
AUTH_SUPABASE_KEY  the publishable key of a Supabase project, instead of AUTH_CLIENT_ID: e-mail address and password.
"""

import base64
import json
import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

DEFAULT_SCOPE: Final = "openid profile email offline_access"
_LEAST_SECRET_BYTES = 32


class DoorClosed(Exception):
    """The gateway cannot be opened as it is set up; the message says what to mend."""


class SignInInvalid(DoorClosed):
    """The settings do not say who signs tokens; the message says what to mend."""


@dataclass(frozen=True, kw_only=True)
class Issuer:
    """Who signs tokens, and where its keys are.

    Attributes:
        issuer: the `iss` of its tokens, for example "https://ref.supabase.co/auth/v1".
        audiences: the `aud` of which a token must have one.
        jwks_uri: where its public keys are; fetched by Envoy, and again every five minutes.
        cache_seconds: how long fetched keys are used before they are fetched again; so long, too, an old one still counts.
        jwks_file: a file with keys instead, as Envoy sees it: for secrets that are published nowhere (HS256).
    """

    issuer: str
    audiences: tuple[str, ...]
    jwks_uri: str = ""
    cache_seconds: int = 300
    jwks_file: str = ""

    @property
    def host(self) -> str:
        """Where the keys are fetched."""
        return urlsplit(self.jwks_uri).hostname or ""

    @property
    def port(self) -> int:
        """Where the keys are fetched."""
        return urlsplit(self.jwks_uri).port or (443 if self.tls else 80)

    @property
    def tls(self) -> bool:
        """Whether the keys are fetched over TLS."""
        return self.jwks_uri.startswith("https:")


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """How people prove who they are: a bearer token of any of the issuers.

    Attributes:
        issuers: several while keys rotate.
        user_claim: the claim that names the owner of everything the caller makes.
        role_claim: the claim that says "admin" for administrators; everybody else is a user. Dots go down into objects.
        certificates: the authorities that are trusted when keys are fetched, a PEM file as Envoy sees it.
        client_id: the issuer's name for `sfa`; empty = people bring their tokens from elsewhere.
        scope: what it asks the issuer for.
        supabase_key: the publishable key of a Supabase project, whose accounts then sign in by e-mail and password.
    """

    issuers: tuple[Issuer, ...]
    user_claim: str = "sub"
    role_claim: str = "app_metadata.role"
    certificates: str = "/etc/ssl/certs/ca-certificates.crt"
    client_id: str = ""
    scope: str = DEFAULT_SCOPE
    supabase_key: str = ""


def offer(sign_in: SignIn | None) -> dict[str, str]:
    """What the gateway tells everybody about signing in, at /auth/config; it holds no secret.

    Returns:
        "mode" is one of: "local", nobody signs in; "oidc", with "issuer", "client_id" and "scope"; "supabase", with "issuer"
        and "key"; "token", for meshes whose people bring tokens from elsewhere.
    """
    if sign_in is None:
        return {"mode": "local"}
    issuer = sign_in.issuers[0].issuer
    if sign_in.supabase_key:
        return {"mode": "supabase", "issuer": issuer, "key": sign_in.supabase_key}
    if sign_in.client_id:
        return {"mode": "oidc", "issuer": issuer, "client_id": sign_in.client_id, "scope": sign_in.scope}
    return {"mode": "token"}


def sign_in_settings(run_dir: Path, environ: Mapping[str, str] | None = None) -> SignIn | None:
    """Reads the settings above; None for AUTH=local.

    Args:
        run_dir: where a file of keys is written, for AUTH_HS256_FILE.
        environ: the environment; None = that of this process.

    Raises:
        SignInInvalid: they are incomplete, or contradict each other.
        OSError: the secret cannot be read, or the keys cannot be written.
    """
    environ = os.environ if environ is None else environ
    mode = environ.get("AUTH") or "local"
    if mode == "local":
        return None
    if mode != "jwt":
        raise SignInInvalid(f"AUTH={mode}: must be local or jwt.")
    issuer = environ.get("AUTH_ISSUER", "")
    if not issuer:
        raise SignInInvalid("AUTH=jwt needs AUTH_ISSUER, the `iss` of your tokens, such as https://id.example.org.")
    audiences = tuple(
        filter(None, (part.strip() for part in (environ.get("AUTH_AUDIENCE") or "authenticated").split(",")))
    )
    uri = environ.get("AUTH_JWKS_URL") or f"{issuer.rstrip('/')}/.well-known/jwks.json"
    issuers = []
    if uri != "none":
        parts = urlsplit(uri)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise SignInInvalid(f"AUTH_JWKS_URL={uri}: must be an address, https://..., or none.")
        issuers.append(Issuer(issuer=issuer, audiences=audiences, jwks_uri=uri))
    if secret_file := environ.get("AUTH_HS256_FILE"):
        jwks = _shared_keys(Path(secret_file), run_dir / "hs256.jwks.json")
        issuers.append(Issuer(issuer=issuer, audiences=audiences, jwks_file=str(jwks)))
    if environ.get("AUTH_CLIENT_ID") and environ.get("AUTH_SUPABASE_KEY"):
        raise SignInInvalid("AUTH_CLIENT_ID and AUTH_SUPABASE_KEY are two ways to sign in: set one of them.")
    if not issuers:
        raise SignInInvalid("AUTH_JWKS_URL=none leaves no keys: set AUTH_HS256_FILE.")
    return SignIn(
        issuers=tuple(issuers),
        user_claim=environ.get("AUTH_USER_CLAIM") or SignIn.user_claim,
        role_claim=environ.get("AUTH_ROLE_CLAIM") or SignIn.role_claim,
        certificates=environ.get("AUTH_CA_FILE") or ssl.get_default_verify_paths().cafile or SignIn.certificates,
        client_id=environ.get("AUTH_CLIENT_ID", ""),
        scope=environ.get("AUTH_SCOPE") or DEFAULT_SCOPE,
        supabase_key=environ.get("AUTH_SUPABASE_KEY", ""),
    )


def _shared_keys(secret_file: Path, target: Path) -> Path:
    """Writes a shared secret as a JSON Web Key Set, which is how Envoy reads it."""
    secret = secret_file.read_bytes().strip()
    if len(secret) < _LEAST_SECRET_BYTES:
        raise SignInInvalid(
            f"{secret_file} holds {len(secret)} bytes; a secret for HS256 has at least {_LEAST_SECRET_BYTES}."
        )
    key = base64.urlsafe_b64encode(secret).decode().rstrip("=")
    target.touch(mode=0o600)
    # No "kid": Envoy would refuse tokens that name another one.
    target.write_text(json.dumps({"keys": [{"kty": "oct", "alg": "HS256", "k": key}]}), encoding="utf-8")
    return target
