"""Users' Spotify accounts: authorization code with PKCE, tokens encrypted in Redis and renewed when they run out."""

import base64
import hashlib
import json
import secrets
import time
from pathlib import Path
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlencode

import aiohttp
from cryptography.fernet import Fernet, InvalidToken

from services.mesh.errors import DependencyUnavailable, SpotifyAuthorizationFailed
from services.mesh.keys import kept
from services.mesh.redis import Client, redis_errors
from services.mesh.settings import CannotStart

SCOPES: Final = "playlist-read-private playlist-read-collaborative"
_ATTEMPT_SECONDS: Final = 600
_TIMEOUT_SECONDS: Final = 8.0
# Renewed this long before its end, so that it does not run out on its way.
_MARGIN_SECONDS: Final = 60.0
_LOCK_SECONDS: Final = 15.0
_ATTEMPT: Final = "alchemy:spotify:attempt:"
_ACCOUNT: Final = "alchemy:spotify:account:"


class RedisAccounts:
    """Accounts, and the bearer tokens that speak for them."""

    def __init__(self, client: Client, cipher: Fernet, client_id: str, accounts_url: str) -> None:
        self._client = client
        self._cipher = cipher
        self._client_id = client_id
        self._url = accounts_url.rstrip("/")
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_TIMEOUT_SECONDS))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._session is not None
        await self._session.close()

    async def begin(self, user: str, redirect_uri: str) -> tuple[str, str]:
        """See Accounts."""
        state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(64)
        attempt = {"user": user, "verifier": verifier, "redirect_uri": redirect_uri}
        with redis_errors():
            await self._client.set(_ATTEMPT + _digest(state), self._sealed(attempt), ex=_ATTEMPT_SECONDS)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
        query = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": redirect_uri,
            "scope": SCOPES,
            "state": state,
            "code_challenge_method": "S256",
            "code_challenge": challenge,
        }
        return f"{self._url}/authorize?{urlencode(query)}", state

    async def complete(self, user: str, state: str, code: str) -> None:
        """See Accounts."""
        with redis_errors():
            sealed = await self._client.getdel(_ATTEMPT + _digest(state))
        attempt = self._opened(sealed)
        if attempt is None or attempt["user"] != user:
            raise SpotifyAuthorizationFailed("this attempt is not known, or is over")
        tokens = await self._tokens(
            grant_type="authorization_code",
            code=code,
            redirect_uri=attempt["redirect_uri"],
            code_verifier=attempt["verifier"],
        )
        await self._keep(user, tokens)

    async def connected(self, user: str) -> bool:
        """See Accounts."""
        with redis_errors():
            return bool(await self._client.exists(_ACCOUNT + _digest(user)))

    async def revoke(self, user: str) -> None:
        """See Accounts."""
        with redis_errors():
            await self._client.delete(_ACCOUNT + _digest(user))

    async def token(self, user: str) -> str:
        """Returns a bearer token for the user's account, a new one if the last is about to end.

        Raises:
            SpotifyAuthorizationFailed: no account is connected, or its permission was withdrawn.
        """
        tokens = await self._kept(user)
        if _lasts(tokens):
            return tokens["access_token"]
        # A renewal replaces the refresh token, so only one process may renew.
        lock = self._client.lock(f"{_ACCOUNT}{_digest(user)}:lock", timeout=_LOCK_SECONDS)
        with redis_errors():
            async with lock:
                tokens = await self._kept(user)
                if not _lasts(tokens):
                    tokens = await self._renewed(user, tokens)
        return tokens["access_token"]

    async def _renewed(self, user: str, tokens: dict[str, str]) -> dict[str, str]:
        try:
            fresh = await self._tokens(grant_type="refresh_token", refresh_token=tokens["refresh_token"])
        except SpotifyAuthorizationFailed:
            await self.revoke(user)
            raise
        # Spotify sends a new refresh token, or none if the old one stays good.
        return await self._keep(user, {"refresh_token": tokens["refresh_token"], **fresh})

    async def _kept(self, user: str) -> dict[str, str]:
        with redis_errors():
            sealed = await self._client.get(_ACCOUNT + _digest(user))
        tokens = self._opened(sealed)
        if tokens is None:
            raise SpotifyAuthorizationFailed("nobody has connected one")
        return tokens

    async def _keep(self, user: str, tokens: dict[str, str]) -> dict[str, str]:
        with redis_errors():
            await self._client.set(_ACCOUNT + _digest(user), self._sealed(tokens))
        return tokens

    async def _tokens(self, **form: str) -> dict[str, str]:
        assert self._session is not None
        try:
            async with self._session.post(
                f"{self._url}/api/token", data={"client_id": self._client_id, **form}, allow_redirects=False
            ) as response:
                status, answer = response.status, await response.json(content_type=None)
        except (aiohttp.ClientError, TimeoutError, ValueError):
            raise DependencyUnavailable("Spotify") from None
        if status in {400, 401, 403}:
            raise SpotifyAuthorizationFailed("Spotify refuses it")
        if status != 200 or not isinstance(answer, dict) or not isinstance(answer.get("access_token"), str):  # noqa: PLR2004
            raise DependencyUnavailable("Spotify")
        tokens = {key: str(answer[key]) for key in ("access_token", "refresh_token") if answer.get(key)}
        return tokens | {"expires": str(time.time() + float(answer.get("expires_in", 0)))}

    def _sealed(self, values: dict[str, str]) -> bytes:
        return self._cipher.encrypt(json.dumps(values).encode())

    def _opened(self, sealed: bytes | None) -> dict[str, str] | None:
        """The values, or None if there are none that the key opens: a lost key means connecting again."""
        try:
            values: dict[str, str] = json.loads(self._cipher.decrypt(sealed)) if sealed else {}
        except InvalidToken:
            return None
        return values or None


def _lasts(tokens: dict[str, str]) -> bool:
    return float(tokens["expires"]) > time.time() + _MARGIN_SECONDS


def load_cipher(path: Path) -> Fernet:
    """Returns the cipher whose key is in a file, which is made, readable by its owner alone, if there is none.

    Raises:
        CannotStart: the file holds something else.
    """
    try:
        return Fernet(kept(path, Fernet.generate_key).strip())
    except ValueError:
        raise CannotStart(f"{path} is not a key for tokens. Remove it, and a new one is made.") from None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
