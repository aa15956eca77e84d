"""Signed addresses of artifacts: whoever holds one may read these bytes until it expires, and nothing else."""

import base64
import hashlib
import hmac
import os
import secrets
import time
from pathlib import Path
from urllib.parse import quote, urlencode

from services.library.domain import WAVEFORM_FILENAME, Artifact, MediaAddress

_KEY_BYTES = 32


class MediaKeyInvalid(Exception):
    """The key file holds too little to be a key."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is not a media key ({_KEY_BYTES} bytes or more). Remove it, and a new one is made.")


class MediaSigner:
    """Makes and checks addresses."""

    def __init__(self, key: bytes, public_url: str, ttl_seconds: float) -> None:
        self._key = key
        self._base = public_url.rstrip("/")
        self._ttl_seconds = ttl_seconds

    def address(self, artifact: Artifact) -> MediaAddress:
        """Returns a fresh address for an artifact."""
        expires = int(time.time() + self._ttl_seconds)
        query = urlencode(
            {
                "owner": artifact.owner,
                "expires": expires,
                "signature": self._signature(artifact.owner, artifact.id, expires),
            }
        )
        base = f"{self._base}/media/{artifact.id}"
        waveform_uri = f"{base}/derived/{WAVEFORM_FILENAME}?{query}" if artifact.waveform else ""
        return MediaAddress(f"{base}/{quote(artifact.filename, safe='')}?{query}", waveform_uri, expires)

    def allows(self, owner: str, artifact_id: str, expires: int, signature: str) -> bool:
        """Whether an address with these parts was made here and still works."""
        expected = self._signature(owner, artifact_id, expires)
        return hmac.compare_digest(expected.encode(), signature.encode()) and time.time() < expires

    def _signature(self, owner: str, artifact_id: str, expires: int) -> str:
        # The filename is not part of it: it is only there for people to see.
        text = f"{artifact_id}\n{expires}\n{owner}".encode()
        digest = hmac.new(self._key, text, hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def load_key(path: Path) -> bytes:
    """Returns the key in a file, which is made, readable by its owner alone, if there is none.

    Raises:
        MediaKeyInvalid: the file holds something else.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(_KEY_BYTES))
            file.flush()
            os.fsync(descriptor)
        # A link, unlike a rename, never replaces the key that another process made at the same time.
        path.hardlink_to(fresh)
    except FileExistsError:
        pass
    finally:
        fresh.unlink(missing_ok=True)
    key = path.read_bytes()
    if len(key) < _KEY_BYTES:
        raise MediaKeyInvalid(path)
    return key
