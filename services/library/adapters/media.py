"""Signed addresses of artifacts: whoever holds one may read these bytes until it expires, and nothing else."""

import base64
import hashlib
import hmac
import time
from urllib.parse import quote, urlencode

from services.library.domain import WAVEFORM_FILENAME, Artifact, MediaAddress


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
