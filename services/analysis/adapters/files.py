"""Results in the blob store, as messages of the contract."""

import asyncio
from pathlib import Path

from google.protobuf.message import DecodeError

from alchemy.analysis.v1.results_pb2 import ResultsFile
from services.analysis.codec import file_parts, findings_from
from services.analysis.domain import Findings
from services.mesh.blobs import Digest, LocalBlobStore
from services.mesh.logs import logger

log = logger(__name__)


class BlobResultFiles:
    """Reads and writes results."""

    def __init__(self, blobs: LocalBlobStore) -> None:
        self._blobs = blobs

    async def read(self, sha256: str) -> Findings | None:
        """Returns results; None if they are gone; see `ResultFiles`."""
        return await asyncio.to_thread(self._read, sha256)

    async def write(self, name: str, findings: Findings) -> Digest:
        """Stores results; see `ResultFiles`."""
        parts = file_parts(name, findings)
        async with self._blobs.writer() as blob:
            while part := await asyncio.to_thread(next, parts, b""):
                await blob.write(part)
            return await blob.commit()

    def _read(self, sha256: str) -> Findings | None:
        try:
            return read_findings(self._blobs.path(sha256))
        except FileNotFoundError:
            return None
        except (DecodeError, KeyError):
            # Of a version that this one does not understand: as good as not there.
            log.warning("results not understood", sha256=sha256)
            return None


def read_findings(path: Path) -> Findings:
    """Reads a file of results. Blocks.

    Raises:
        FileNotFoundError: there is none.
        DecodeError, KeyError: it is of a version that this one does not understand.
    """
    return findings_from(ResultsFile.FromString(path.read_bytes()))
