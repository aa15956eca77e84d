"""Page sizes and page tokens of List calls."""

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence

from services.mesh.errors import InvalidRequest, PageTokenInvalid, Violation

MAX_PAGE_SIZE = 1000


def page_size(requested: int, *, default: int) -> int:
    """Returns the page size to use for a requested one, 0 meaning the default.

    Raises:
        InvalidRequest: if it is negative or above 1000.
    """
    if not 0 <= requested <= MAX_PAGE_SIZE:
        raise InvalidRequest([Violation("page_size", f"must be between 0 and {MAX_PAGE_SIZE}, not {requested}")])
    return requested or default


def encode_token(query: Sequence[str], position: Sequence[str]) -> str:
    """Makes the token for the page after `position`, bound to `query` (everything that must stay the same)."""
    text = json.dumps([_fingerprint(query), *position], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode_token(token: str, query: Sequence[str]) -> list[str] | None:
    """Returns the position in a token, or None for an empty token.

    Raises:
        PageTokenInvalid: if it is malformed or was made for another query.
    """
    if not token:
        return None
    try:
        decoded = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except (binascii.Error, ValueError):
        raise PageTokenInvalid from None
    if not isinstance(decoded, list) or not all(isinstance(part, str) for part in decoded) or len(decoded) < 2:  # noqa: PLR2004 (fingerprint and position)
        raise PageTokenInvalid
    if decoded[0] != _fingerprint(query):
        raise PageTokenInvalid
    return decoded[1:]


def _fingerprint(query: Sequence[str]) -> str:
    return hashlib.sha256(json.dumps(list(query)).encode()).hexdigest()[:12]
