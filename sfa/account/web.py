"""Small requests to a gateway and to an issuer, with the standard library: the SDK is light."""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

_SECONDS: Final = 15.0
_LARGEST_BYTES: Final = 1024 * 1024
_LOOPBACK: Final = {"localhost", "127.0.0.1", "::1"}


class SignInFailed(Exception):
    """Nobody could be signed in; the message says why, and what to do.

    Attributes:
        code: the issuer's own word for it, such as "invalid_grant"; empty when it did not say one.
    """

    def __init__(self, message: str, *, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class IssuerSilent(SignInFailed):
    """There was no answer, which says nothing about the account: trying again may help."""


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """A redirect would carry secrets to an address that nobody has checked."""


_OPENER: Final = urllib.request.build_opener(_NoRedirects)


def get(url: str) -> dict[str, Any]:
    """Reads a JSON object; blocks.

    Raises:
        SignInFailed: there is none.
    """
    return _read(urllib.request.Request(_checked(url), headers={"Accept": "application/json"}))  # noqa: S310 - checked


def post(url: str, form: Mapping[str, str]) -> dict[str, Any]:
    """Sends a form, as OAuth 2 does; returns the JSON object that comes back, {} for an empty answer; blocks.

    Raises:
        SignInFailed: the issuer refuses; `code` is its word for it.
    """
    data = urlencode(form).encode()
    return _read(urllib.request.Request(_checked(url), data=data, headers={"Accept": "application/json"}))  # noqa: S310


def post_json(url: str, body: Mapping[str, str], headers: Mapping[str, str]) -> dict[str, Any]:
    """The same with JSON, as Supabase does."""
    headers = {"Content-Type": "application/json", "Accept": "application/json", **headers}
    request = urllib.request.Request(_checked(url), data=json.dumps(body).encode(), headers=headers)  # noqa: S310
    return _read(request)


def _checked(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        return url
    raise SignInFailed(f"{url} is not encrypted: tokens are only fetched over https.")


def _read(request: urllib.request.Request) -> dict[str, Any]:
    try:
        with _OPENER.open(request, timeout=_SECONDS) as reply:
            return _object(reply.read(_LARGEST_BYTES), request.full_url)
    except urllib.error.HTTPError as error:
        try:
            said = _object(error.read(_LARGEST_BYTES), request.full_url)
        except SignInFailed:
            said = {}
        code = str(said.get("error_code") or said.get("error") or "")
        words = str(said.get("error_description") or said.get("msg") or code or f"status {error.code}")
        kind = IssuerSilent if error.code >= 500 or error.code == 429 else SignInFailed  # noqa: PLR2004
        raise kind(f"{_host(request)} says: {words}", code=code) from None
    except (OSError, ValueError) as error:
        raise IssuerSilent(f"{_host(request)} does not answer: {error}") from None


def _object(data: bytes, url: str) -> dict[str, Any]:
    try:
        read = json.loads(data or b"{}")
    except ValueError:
        read = None
    if not isinstance(read, dict):
        raise SignInFailed(f"{url} does not answer in JSON.")
    return read


def _host(request: urllib.request.Request) -> str:
    return urlsplit(request.full_url).netloc
