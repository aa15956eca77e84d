"""A real issuer of tokens: keys made on the spot, the public ones served on loopback. And what forgers make of it."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
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
                    "kid": "elliptic",
                    "x": b64(point.x.to_bytes(32, "big")),
                    "y": b64(point.y.to_bytes(32, "big")),
                },
                {
                    "kty": "RSA",
                    "alg": "RS256",
                    "use": "sig",
                    "kid": "rsa",
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
        kids = {"ES256": "elliptic", "RS256": "rsa"}
        signed = _unsigned(algorithm, kid or kids.get(algorithm), self.claims(**claims))
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


@asynccontextmanager
async def publishing(issuer: Issuer) -> AsyncIterator[str]:
    """Serves the public keys; yields their address."""

    async def keys(_request: web.Request) -> web.Response:
        return web.json_response(issuer.jwks())

    app = web.Application()
    app.router.add_get("/.well-known/jwks.json", keys)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/.well-known/jwks.json"
    finally:
        await runner.cleanup()
