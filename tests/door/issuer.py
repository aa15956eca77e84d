"""A real issuer of tokens: keys made on the spot, the public ones served on loopback. And what forgers make of it."""

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import escape
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from aiohttp.typedefs import Handler
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

AUDIENCE = "authenticated"


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


class Issuer:
    """Signs tokens with an elliptic key, an RSA key and a shared secret, as issuers do while their keys rotate."""

    def __init__(self) -> None:
        self.name = "https://id.test"
        self.secret = b"a shared secret of the old days, 40 bytes"
        self._kids = {"ES256": "elliptic", "RS256": "rsa"}
        self._make_keys()

    def rotate(self) -> None:
        """Throws the keys away, and makes others with other names."""
        self._kids = {algorithm: f"{kid}-next" for algorithm, kid in self._kids.items()}
        self._make_keys()

    def _make_keys(self) -> None:
        self._elliptic = ec.generate_private_key(ec.SECP256R1())
        self._rsa = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def jwks(self) -> dict[str, Any]:
        """The public keys."""
        point = self._elliptic.public_key().public_numbers()
        numbers = self._rsa.public_key().public_numbers()
        return {
            "keys": [
                {
                    "kty": "EC",
                    "crv": "P-256",
                    "alg": "ES256",
                    "use": "sig",
                    "kid": self._kids["ES256"],
                    "x": b64(point.x.to_bytes(32, "big")),
                    "y": b64(point.y.to_bytes(32, "big")),
                },
                {
                    "kty": "RSA",
                    "alg": "RS256",
                    "use": "sig",
                    "kid": self._kids["RS256"],
                    "e": b64(b"\x01\x00\x01"),
                    "n": b64(numbers.n.to_bytes(256, "big")),
                },
            ]
        }

    def claims(self, user: str = "alice", role: str | None = None, **others: Any) -> dict[str, Any]:
        """What a token of this issuer says."""
        now = int(time.time())
        claims = {"iss": self.name, "aud": AUDIENCE, "sub": user, "iat": now, "exp": now + 3600}
        if role is not None:
            claims["app_metadata"] = {"role": role}
        return claims | others

    def token(self, algorithm: str = "ES256", *, kid: str | None = None, **claims: Any) -> str:
        """A token, signed."""
        signed = _unsigned(algorithm, kid or self._kids.get(algorithm), self.claims(**claims))
        return f"{signed}.{b64(self._signature(algorithm, signed.encode()))}"

    def unsigned(self) -> str:
        """A token that claims to need no signature."""
        return f"{_unsigned('none', None, self.claims())}."

    def confused(self) -> str:
        """A token signed with the public RSA key as if that were a shared secret."""
        public = self._rsa.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        signed = _unsigned("HS256", "rsa", self.claims())
        return f"{signed}.{b64(hmac.new(public, signed.encode(), hashlib.sha256).digest())}"

    def altered(self) -> str:
        """A good token in which somebody else's name was put."""
        header, _, signature = self.token().split(".")
        return f"{header}.{b64(json.dumps(self.claims(user='mallory')).encode())}.{signature}"

    def _signature(self, algorithm: str, data: bytes) -> bytes:
        match algorithm:
            case "ES256":
                r, s = decode_dss_signature(self._elliptic.sign(data, ec.ECDSA(hashes.SHA256())))
                return r.to_bytes(32, "big") + s.to_bytes(32, "big")
            case "RS256":
                return self._rsa.sign(data, padding.PKCS1v15(), hashes.SHA256())
            case "HS256":
                return hmac.new(self.secret, data, hashlib.sha256).digest()
        raise ValueError(algorithm)


def _unsigned(algorithm: str, kid: str | None, claims: dict[str, Any]) -> str:
    header = {"alg": algorithm, "typ": "JWT"} | ({"kid": kid} if kid else {})
    return f"{b64(json.dumps(header).encode())}.{b64(json.dumps(claims).encode())}"


class Accounts:
    """The pages of an issuer: OpenID Connect with PKCE, devices, refresh tokens that rotate; and Supabase's own endpoints.

    Whoever opens the sign-in page is `user`, at once: there is nobody to type a password. With `asks`, it is a page for a browser,
    on which somebody says who they are. Pages of every origin may ask for tokens, as issuers let those of their clients.
    """

    def __init__(self, issuer: Issuer, *, user: str = "alice", seconds: int = 3600, asks: bool = False) -> None:
        self.issuer = issuer
        self.user = user
        self.seconds = seconds
        self.asks = asks
        self.client_id = "sound-forge"
        self.password = "correct horse"
        self.agreed = False
        self.asked: Counter[str] = Counter()
        self._codes: dict[str, dict[str, str]] = {}
        self._refreshes: dict[str, str] = {}

    def app(self) -> web.Application:
        app = web.Application(middlewares=[_for_every_origin])
        app.router.add_get("/.well-known/jwks.json", self._keys)
        app.router.add_get("/.well-known/openid-configuration", self._discovery)
        app.router.add_get("/authorize", self._authorize)
        app.router.add_post("/token", self._token)
        app.router.add_post("/device", self._device)
        app.router.add_post("/revoke", self._revoke)
        app.router.add_post("/logout", self._logout)
        app.router.add_post("/end-session", self._end_session)
        app.router.add_get("/asked", self._asked)
        return app

    def end_all(self) -> None:
        """Takes every session back."""
        self._refreshes.clear()

    async def _keys(self, _request: web.Request) -> web.Response:
        return web.json_response(self.issuer.jwks())

    async def _discovery(self, _request: web.Request) -> web.Response:
        name = self.issuer.name
        return web.json_response(
            {
                "issuer": name,
                "authorization_endpoint": f"{name}/authorize",
                "token_endpoint": f"{name}/token",
                "device_authorization_endpoint": f"{name}/device",
                "revocation_endpoint": f"{name}/revoke",
                "end_session_endpoint": f"{name}/end-session",
                "jwks_uri": f"{name}/.well-known/jwks.json",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["ES256"],
                "code_challenge_methods_supported": ["S256"],
            }
        )

    async def _authorize(self, request: web.Request) -> web.Response:
        query = request.query
        assert query["response_type"] == "code"
        assert query["client_id"] == self.client_id
        assert query["code_challenge_method"] == "S256"
        assert query["redirect_uri"].startswith("http://127.0.0.1:")
        if self.asks and "user" not in query:
            hidden = "".join(f'<input type="hidden" name="{k}" value="{escape(v)}">' for k, v in query.items())
            page = f'<form>{hidden}<label>Name <input name="user"></label><button>Continue</button></form>'
            return web.Response(text=f"<title>Issuer</title>{page}", content_type="text/html")
        code = secrets.token_urlsafe(8)
        self._codes[code] = {"user": self.user, **query}
        raise web.HTTPFound(f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}")

    async def _token(self, request: web.Request) -> web.Response:
        if grant := request.query.get("grant_type"):  # as Supabase has it
            form = await request.json()
            assert request.headers["apikey"] == "publishable"
        else:
            form = dict(await request.post())
            grant = form["grant_type"]
            assert form["client_id"] == self.client_id
        self.asked[grant] += 1
        match grant:
            case "authorization_code":
                began = self._codes.pop(form["code"], None)
                proof = b64(hashlib.sha256(form["code_verifier"].encode()).digest())
                if began is None or (began["code_challenge"], began["redirect_uri"]) != (proof, form["redirect_uri"]):
                    return _refusal("invalid_grant")
                return self._tokens(began["user"], nonce=began.get("nonce"))
            case "refresh_token":
                user = self._refreshes.pop(str(form["refresh_token"]), None)
                return self._tokens(user) if user else _refusal("invalid_grant")
            case "password":
                good = form["password"] == self.password
                return self._tokens(form["email"]) if good else _refusal("invalid_credentials")
            case "urn:ietf:params:oauth:grant-type:device_code":
                return self._tokens(self.user) if self.agreed else _refusal("authorization_pending")
        return _refusal("unsupported_grant_type")

    async def _device(self, _request: web.Request) -> web.Response:
        where = f"{self.issuer.name}/agree"
        return web.json_response(
            {"device_code": "d", "user_code": "ABCD-EFGH", "verification_uri": where, "interval": 0, "expires_in": 60}
        )

    async def _revoke(self, request: web.Request) -> web.Response:
        self._refreshes.pop(str((await request.post())["token"]), None)
        self.asked["revoke"] += 1
        return web.Response()

    async def _logout(self, _request: web.Request) -> web.Response:
        self.asked["logout"] += 1
        return web.Response(status=204)

    async def _end_session(self, request: web.Request) -> web.Response:
        form = await request.post()
        assert form["client_id"] == self.client_id
        assert form["id_token_hint"]
        self.asked["end_session"] += 1
        raise web.HTTPSeeOther(str(form["post_logout_redirect_uri"]))

    async def _asked(self, _request: web.Request) -> web.Response:
        """What it was asked for, and how often: for tests that run in another process."""
        return web.json_response(self.asked)

    def _tokens(self, user: str, *, nonce: str | None = None) -> web.Response:
        refresh = secrets.token_urlsafe(8)
        self._refreshes[refresh] = user
        about: dict[str, Any] = {"exp": int(time.time()) + self.seconds, "email": f"{user}@example.org"}
        answer = {
            "access_token": self.issuer.token(user=user, jti=refresh, **about),
            "token_type": "Bearer",
            "expires_in": self.seconds,
            "refresh_token": refresh,
        }
        if nonce is not None:
            named: dict[str, Any] = {"aud": self.client_id, "nonce": nonce, "name": user.title()}
            answer["id_token"] = self.issuer.token(user=user, **about, **named)
        return web.json_response(answer)


@web.middleware
async def _for_every_origin(request: web.Request, handler: Handler) -> web.StreamResponse:
    response = web.Response() if request.method == "OPTIONS" else await handler(request)
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Allow-Headers"] = "apikey, authorization, content-type"
    return response


def _refusal(code: str) -> web.Response:
    return web.json_response({"error": code, "error_description": f"no: {code}"}, status=400)


@asynccontextmanager
async def publishing(issuer: Issuer) -> AsyncIterator[str]:
    """Serves the public keys; yields their address."""
    async with _serving(Accounts(issuer)) as base:
        yield f"{base}/.well-known/jwks.json"


@asynccontextmanager
async def signing_in(accounts: Accounts) -> AsyncIterator[str]:
    """Serves a whole issuer, which is named by its address; yields that."""
    async with _serving(accounts) as base:
        accounts.issuer.name = base
        yield base


@asynccontextmanager
async def _serving(accounts: Accounts) -> AsyncIterator[str]:
    runner = web.AppRunner(accounts.app(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
